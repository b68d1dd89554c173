"""Copies of a commune, sealed or open; putting one back, and trying one out."""

import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from shutil import rmtree
from typing import Annotated, Any
from uuid import uuid4

import msgspec
import tomlkit
import typer
from tomlkit.items import Table

from ribambelle.backups import depot, drill, snapshots, witness
from ribambelle.backups.depot import Depot
from ribambelle.commands import AsJson, DryRun, busy, platform, say, say_json, say_table, tenant
from ribambelle.database import migrations
from ribambelle.errors import Refused
from ribambelle.privacy import mirror
from ribambelle.tenants import Platform, Tenant, UnknownTenant, copies, creation
from ribambelle.web.formats import pluriel
from ribambelle.workflow import journal
from ribambelle_cli.tenant import once

Slug = Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")]
KEY = "RIBAMBELLE_BACKUP_KEY"


def backup(
    slug: Slug,
    to: Annotated[
        Path | None, typer.Option(help="Dossier d’une copie ouverte, non chiffrée, à créer.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Montrer les copies gardées.")] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Copier une commune entière, service ouvert : fichier, clé, base et justificatifs.

    Dans le dossier des copies, elle est chiffrée et seul ce qui a changé s’écrit. Avec --to, elle
    est ouverte : à garder comme les données elles-mêmes.

    Exemple : ribambelle backup nantes
    """
    communes = platform()
    commune = tenant(communes, slug)
    if listed:
        _tell_kept(commune, as_json)
    elif to is None and commune.settings.backup.folder:
        _seal(communes, commune, dry_run, as_json)
    else:
        stamp = f"{communes.clock().astimezone(UTC):%Y%m%d-%H%M%S}"
        _copy_open(
            communes, commune, to or Path("sauvegardes") / f"{slug}-{stamp}", dry_run, as_json
        )


def _tell_kept(commune: Tenant, as_json: bool) -> None:
    place = snapshots.depot_of(commune)
    found = [(stamp, depot.moment(stamp).astimezone(commune.zone)) for stamp in place.stamps()]
    if as_json:
        say_json({"slug": commune.slug, "folder": str(place.folder), "copies": dict(found)})
        return
    rows = [(stamp, f"{at:%d/%m/%Y à %H:%M}") for stamp, at in found]
    say_table(("Copie", "Faite le"), rows, f"Aucune copie. Faites-en une : {_again(commune)}")


def _again(commune: Tenant) -> str:
    return f"ribambelle backup {commune.slug}"


def _seal(communes: Platform, commune: Tenant, dry_run: bool, as_json: bool) -> None:
    place = snapshots.depot_of(commune)
    told: dict[str, Any] = {"slug": commune.slug, "folder": str(place.folder), "dry_run": dry_run}
    if dry_run:
        if as_json:
            say_json(told)
        else:
            say(f"Une copie chiffrée irait dans {place.folder}. Rien n’a été écrit.")
        return
    with busy(f"Copie de {commune.slug}", as_json=as_json):
        taken = once(communes, lambda: snapshots.take(commune, place))
    if as_json:
        say_json(told | {"copy": taken.stamp, "files": taken.files, "bytes": taken.size})
        return
    say(f"{commune.slug} : copie {taken.stamp} chiffrée, {pluriel(taken.files, 'fichier')}.")
    say("Sa clé doit être gardée ailleurs que cette machine et que ce dossier : sans elle, rien.")


def _copy_open(
    communes: Platform, commune: Tenant, target: Path, dry_run: bool, as_json: bool
) -> None:
    slug = commune.slug
    if dry_run:
        copies.require_new(target)
        names = copies.contents(commune)
        if as_json:
            say_json({"slug": slug, "folder": str(target), "files": names, "dry_run": True})
        else:
            say(f"Serait écrit dans {target} : {', '.join(names)}. Rien n’a été écrit.")
        return

    async def work() -> dict[str, int]:
        with commune.here():
            return await copies.copy(commune, target)

    with busy(f"Copie de {slug}", as_json=as_json):
        rows = once(communes, work)
    if as_json:
        say_json({"slug": slug, "folder": str(target), "rows": rows})
        return
    many = pluriel(sum(rows.values()), "ligne copiée", "lignes copiées")
    say(f"{slug} : {many} dans {target}. Gardez ce dossier en lieu sûr.")
    say("Cette copie n’est pas chiffrée : elle contient la clé de la commune.")


def backup_key(slug: Slug, as_json: AsJson = False) -> None:
    """Faire la clé des copies chiffrées d’une commune, et la dire une fois.

    Elle est écrite dans le fichier des secrets de la commune. Gardez-la aussi au coffre : ni sur
    cette machine, ni avec les copies.

    Exemple : ribambelle backup-key nantes
    """
    communes = platform()
    commune = tenant(communes, slug)
    file = communes.folder / f"{slug}.secrets.toml"
    if commune.settings.backup.key:
        raise Refused("backup_key_there", slug=slug, file=file.name)
    key = secrets.token_hex(32)
    creation.put(file, _with_key(file.read_text("utf-8") if file.is_file() else "", key))
    if as_json:
        say_json({"slug": slug, "key": key, "file": str(file)})
        return
    say(f"{slug} : la clé des copies est dans {file}.")
    say(f"Notez-la au coffre, hors de cette machine et loin des copies :\n{key}")


def _with_key(text: str, key: str) -> str:
    """Return a file of secrets with this key, merged with what the commune's own file says.

    >>> print(_with_key("", "ab"))
    [backup]
    key = "ab"
    dynaconf_merge = true
    <BLANKLINE>
    """
    document = tomlkit.parse(text)
    held = document.get("backup")
    table = held if isinstance(held, Table) else tomlkit.table()
    table["key"] = key
    table["dynaconf_merge"] = True
    document["backup"] = table
    return tomlkit.dumps(document)


def restore(
    folder: Annotated[Path, typer.Argument(help="Dossier d’une copie, ou des copies chiffrées.")],
    to: Annotated[
        Path | None, typer.Option(help="Dossier où poser tenants/ et data/ ; les actuels sinon.")
    ] = None,
    at: Annotated[str, typer.Option(help="Quelle copie chiffrée ; la dernière sinon.")] = "",
    key_file: Annotated[
        Path | None, typer.Option(help="Fichier qui contient la clé des copies.")
    ] = None,
    database: Annotated[str, typer.Option(help="Adresse PostgreSQL où restaurer.")] = "",
    erasures: Annotated[
        list[Path] | None,
        typer.Option(help="Liste d’effacements d’une copie plus récente (erasures.jsonl)."),
    ] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Remettre une copie en place, après en avoir vérifié chaque table.

    Les familles oubliées depuis cette copie le sont de nouveau, d’après les listes d’effacements.

    Exemple : ribambelle restore /srv/sauvegardes/nantes --to /essai
    """
    communes = Platform(to / "tenants", to / "data") if to else platform()
    sealed = _sealed(folder, at, key_file)
    clear = communes.data / f".restore-{uuid4().hex[:8]}" if sealed else folder
    made = [place for place in (communes.data, *communes.data.parents) if not place.exists()]
    try:
        if sealed:
            once(communes, lambda: snapshots.opened(*sealed, clear))
        told = _brought(communes, clear, database, erasures or [], dry_run=dry_run, as_json=as_json)
    finally:
        if sealed:
            rmtree(clear, ignore_errors=True)
            _take_away(made)
    _tell(told, to, communes, dry_run, as_json)


def _take_away(made: list[Path]) -> None:
    """Remove the folders made for a copy that was not put back."""
    for place in made:
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()


def _sealed(folder: Path, at: str, key_file: Path | None) -> tuple[Depot, str] | None:
    """Return which sealed copy is meant, or nothing when the folder is an open one."""
    if (folder / "slug").is_file() or not any(folder.glob("*/copies")):
        return None
    slug = folder.resolve().name
    place = Depot(folder.resolve().parent, slug, _key(slug, key_file))
    stamps = place.stamps()
    if not stamps:
        raise Refused("backup_key_other", slug=slug, folder=str(folder))
    chosen = [stamp for stamp in stamps if stamp.startswith(at)]
    if not chosen:
        raise Refused("backup_unknown", at=at, known=", ".join(stamps[-10:]))
    return place, chosen[-1]


def _key(slug: str, key_file: Path | None) -> str:
    """Return the key of a commune's copies: of a file, of the environment, of its own settings."""
    if key_file is not None:
        told, source = key_file.read_text("utf-8").strip(), str(key_file)
    elif KEY in os.environ:
        told, source = os.environ[KEY].strip(), KEY
    else:
        try:
            told, source = platform().tenant(slug).settings.backup.key, f"{slug}.secrets.toml"
        except UnknownTenant:
            told, source = "", ""
    if not told:
        raise Refused("backup_key_missing", slug=slug)
    if not re.fullmatch(r"[0-9a-f]{64}", told):
        raise Refused("backup_key_unreadable", file=source)
    return told


@dataclass(frozen=True)
class _Brought:
    """What was put back, and whether a newer list of those forgotten was there to read."""

    slug: str
    rows: int
    forgotten: int
    knew_newer: bool


def _brought(
    communes: Platform,
    folder: Path,
    database: str,
    erasures: list[Path],
    *,
    dry_run: bool,
    as_json: bool,
) -> _Brought:
    """Put an open copy in place, and forget again those forgotten since."""
    copied = copies.opened(folder, communes, database)
    newer = [*erasures, *(copies.erasures(one, copied.slug) for one in (communes, platform()))]
    known = any(one.is_file() for one in newer)
    if dry_run:
        return _Brought(copied.slug, 0, 0, known)

    async def work() -> tuple[int, int]:
        many = await copies.bring_back(copied, communes)
        commune = communes.tenant(copied.slug)
        with commune.here():
            await migrations.forward(commune.hooks.packages(), communes.clock)
            # what the copies after this one saw of the journal is no longer there: say why
            await journal.record(witness.RESTORED, f"tenant:{copied.slug}", side="command")
            return many, await mirror.bring_back([*newer, folder / "erasures.jsonl"])

    with busy(f"Restauration de {copied.slug}", as_json=as_json):
        rows, forgotten = once(communes, work)
    return _Brought(copied.slug, rows, forgotten, known)


def _tell(
    told: _Brought, to: Path | None, communes: Platform, dry_run: bool, as_json: bool
) -> None:
    if as_json:
        said = {"slug": told.slug, "rows": told.rows, "forgotten": told.forgotten}
        say_json(said | {"tenants": str(communes.folder), "dry_run": dry_run})
        return
    if dry_run:
        say(f"{told.slug} serait remise en place dans {communes.folder}. Rien n’a été changé.")
        return
    one, many = "ligne remise en place et vérifiée", "lignes remises en place et vérifiées"
    say(f"{told.slug} : {pluriel(told.rows, one, many)}.")
    if told.forgotten:
        say(
            f"Effacements rejoués : {told.forgotten}. "
            "Ces familles étaient oubliées depuis cette copie."
        )
    elif not told.knew_newer:
        say(
            "Aucune liste d’effacements plus récente que la copie : si vous en avez une, "
            "recommencez avec --erasures, pour que les familles oubliées le restent."
        )
    if to:
        say(
            f"Pour la servir : RIBAMBELLE_TENANTS={communes.folder} RIBAMBELLE_DATA={communes.data}"
        )


def try_out(slug: Slug, as_json: AsJson = False) -> None:
    """Essayer une restauration : copier, remettre ailleurs, tout comparer, puis effacer l’essai.

    Chaque ligne de chaque table et chaque justificatif sont comparés. Le résultat se lit dans
    « doctor » et « fleet status ». Code 1 si quelque chose diffère.

    Exemple : ribambelle drill nantes
    """
    communes = platform()
    commune = tenant(communes, slug)
    place = snapshots.depot_of(commune)
    with busy(f"Essai de restauration de {slug}", as_json=as_json):
        found = once(communes, lambda: drill.drill(commune, place))
    if as_json:
        say_json({"slug": slug, **msgspec.to_builtins(found)})
        return
    spent = f"{found.seconds:.1f} s".replace(".", ",")
    say(
        f"{slug} : copie {found.stamp} remise ailleurs et comparée en {spent} : "
        f"{pluriel(found.rows, 'ligne')} de {pluriel(found.tables, 'table')}, "
        f"{pluriel(found.documents, 'justificatif')}, aucune différence."
    )
