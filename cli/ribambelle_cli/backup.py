"""Copies of a commune, and putting one back."""

import asyncio
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from ribambelle.commands import AsJson, DryRun, busy, platform, say, say_json, tenant
from ribambelle.database import migrations
from ribambelle.privacy import mirror
from ribambelle.tenants import Platform, copies


def backup(
    slug: Annotated[str, typer.Argument(help="Commune, telle que dans tenants/.")],
    to: Annotated[Path | None, typer.Option(help="Dossier de la copie, à créer.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Copier une commune entière, service ouvert : fichier, clé et base.

    Exemple : ribambelle backup nantes --to /sauvegardes/nantes-25-novembre
    """
    communes = platform()
    commune = tenant(communes, slug)
    stamp = f"{communes.clock().astimezone(UTC):%Y%m%d-%H%M%S}"
    target = to or Path("sauvegardes") / f"{slug}-{stamp}"

    if dry_run:
        copies.require_new(target)
        names = copies.contents(commune)
        if as_json:
            say_json({"slug": slug, "folder": str(target), "files": names, "dry_run": True})
        else:
            say(f"Serait écrit dans {target} : {', '.join(names)}. Rien n’a été écrit.")
        return

    async def work() -> dict[str, int]:
        try:
            with commune.here():
                return await copies.copy(commune, target)
        finally:
            await communes.aclose()

    with busy(f"Copie de {slug}", as_json=as_json):
        rows = asyncio.run(work())
    if as_json:
        say_json({"slug": slug, "folder": str(target), "rows": rows})
    else:
        say(
            f"{slug} : {sum(rows.values())} lignes copiées dans {target}. Gardez ce dossier en lieu sûr."
        )


def restore(
    folder: Annotated[Path, typer.Argument(help="Dossier d’une copie.")],
    to: Annotated[
        Path | None, typer.Option(help="Dossier où poser tenants/ et data/ ; les actuels sinon.")
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

    Exemple : ribambelle restore /sauvegardes/nantes-25-novembre --to /essai
    """
    communes = Platform(to / "tenants", to / "data") if to else platform()
    copied = copies.opened(folder, communes, database)
    newer = [
        *(erasures or []),
        *(copies.erasures(one, copied.slug) for one in (communes, platform())),
    ]
    rows = forgotten = 0

    async def work() -> tuple[int, int]:
        try:
            many = await copies.bring_back(copied, communes)
            commune = communes.tenant(copied.slug)
            with commune.here():
                await migrations.forward(commune.hooks.packages(), communes.clock)
                return many, await mirror.bring_back([*newer, folder / "erasures.jsonl"])
        finally:
            await communes.aclose()

    if not dry_run:
        with busy(f"Restauration de {copied.slug}", as_json=as_json):
            rows, forgotten = asyncio.run(work())
    if as_json:
        say_json(
            {
                "slug": copied.slug,
                "rows": rows,
                "forgotten": forgotten,
                "tenants": str(communes.folder),
                "dry_run": dry_run,
            }
        )
        return
    if dry_run:
        say(f"{copied.slug} serait remise en place dans {communes.folder}. Rien n’a été changé.")
        return
    say(f"{copied.slug} : {rows} lignes remises en place et vérifiées.")
    if forgotten:
        say(f"Effacements rejoués : {forgotten}. Ces familles étaient oubliées depuis cette copie.")
    elif not any(one.is_file() for one in newer):
        say(
            "Aucune liste d’effacements plus récente que la copie : si vous en avez une, "
            "recommencez avec --erasures, pour que les familles oubliées le restent."
        )
    if to:
        say(
            f"Pour la servir : RIBAMBELLE_TENANTS={communes.folder} RIBAMBELLE_DATA={communes.data}"
        )
