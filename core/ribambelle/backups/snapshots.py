"""Taking a sealed copy of a commune while it serves, and opening one again.

A copy opened is the folder that :mod:`ribambelle.tenants.copies` knows how to put back.
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import msgspec

from ribambelle.backups import depot, rotation
from ribambelle.backups.depot import Depot, Item, Line, Listing
from ribambelle.database import Postgres, backup
from ribambelle.database.connection import in_thread
from ribambelle.errors import Misconfigured, Refused
from ribambelle.tenants import Tenant, copies, papers
from ribambelle.tenants.settings import layers
from ribambelle.workflow import journal

DRAFT = ".snapshot-"
SWEEP = timedelta(hours=1)


@dataclass(frozen=True)
class Taken:
    """A copy that was just made."""

    stamp: str
    files: int
    size: int
    seconds: float


def depot_of(commune: Tenant, folder: Path | None = None) -> Depot:
    """Return where a commune's copies go; raises Misconfigured when it has no folder or no key.

    Copies beside the data would be lost with them, and beside the files the key would lie with
    what it seals.
    """
    settings = commune.settings.backup
    place = folder or (Path(settings.folder) if settings.folder else None)
    file = f"{commune.slug}.toml"
    if place is None:
        raise Misconfigured(
            "aucun dossier de copies",
            file=file,
            key="backup.folder",
            cure='écrivez folder = "/srv/sauvegardes" sous [backup], sur un autre disque',
        )
    if not settings.key:
        raise Misconfigured(
            "aucune clé pour chiffrer les copies",
            file=file,
            key="backup.key",
            cure=f"lancez « ribambelle backup-key {commune.slug} »",
        )
    for own in (commune.platform.folder.resolve(), commune.platform.data.resolve()):
        if (
            own == place.resolve()
            or own in place.resolve().parents
            or place.resolve() in own.parents
        ):
            raise Misconfigured(
                f"{place} est avec les données ou avec les clés",
                file=file,
                key="backup.folder",
                cure="choisissez un dossier d’un autre disque, hors de tenants/ et de data/",
            )
    return Depot(place, commune.slug, settings.key)


async def take(commune: Tenant, place: Depot, *, proved: bool = False) -> Taken:
    """Copy a commune while it serves; only what changed since the last copy is written.

    :param proved: have the database say, in the moment that is copied, what each table holds.
    """
    began, taken_at = perf_counter(), commune.platform.clock().astimezone(UTC)
    with place.alone():
        draft = await in_thread(_new_draft, commune)
        try:
            # before the base: what is copied holds at least this line
            end = await _end(commune)
            await backup.backup(commune.engine, draft / "database", by_pages=True, proved=proved)
            # after the base: what it names is here, for a file is kept a day after its paper is gone
            await in_thread(copies.keep_files, commune, draft)
            stamps = await in_thread(place.stamps)
            while f"{taken_at:{depot.STAMP}}" in stamps:
                taken_at += timedelta(microseconds=1)
            items = await in_thread(_seal, place, commune, draft, stamps)
            stamp = await in_thread(place.close, Listing(commune.slug, taken_at, items, end))
        finally:
            await in_thread(shutil.rmtree, draft, True)
        copies.note(commune)
        await in_thread(_rotate, commune, place)
    size = sum(item.size for item in items)
    return Taken(stamp, len(items), size, perf_counter() - began)


async def _end(commune: Tenant) -> Line | None:
    with commune.here():
        end = await journal.end()
    return Line(int(end["number"]), str(end["digest"])) if end["number"] else None


def _new_draft(commune: Tenant) -> Path:
    for left in commune.folder.glob(f"{DRAFT}*"):  # of a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    draft = commune.folder / f"{DRAFT}{uuid4().hex[:8]}"
    draft.mkdir(mode=0o700)
    return draft


def _seal(place: Depot, commune: Tenant, draft: Path, stamps: list[str]) -> list[Item]:
    before = _known(place, stamps)
    items = []
    for name, file in _files(draft, commune.folder):
        try:
            found, known = file.stat(), before.get(name)
            as_it_was = known and (known.size, known.changed) == (found.st_size, found.st_mtime_ns)
            if known and as_it_was and place.has(known):
                items.append(known)  # a paper never changes under its name: it is not read again
                continue
            with file.open("rb") as content:
                items.append(place.keep(name, content, found.st_mtime_ns))
        except FileNotFoundError:  # swept away meanwhile: the base copied does not name it
            continue
    return items


def _known(place: Depot, stamps: list[str]) -> dict[str, Item]:
    try:
        items = place.listing(stamps[-1]).items if stamps else []
    except Refused:  # a damaged list must not stop the next copy, that will be whole
        return {}
    return {item.name: item for item in items if item.name.startswith(f"{papers.NAME}/")}


def _files(draft: Path, commune: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(draft.rglob("*")):
        if file.is_file():
            yield file.relative_to(draft).as_posix(), file
    kept = commune / papers.NAME
    for file in sorted(kept.rglob("*")):
        if file.is_file() and file.relative_to(kept).parts[0] != papers.RECEPTION:
            yield file.relative_to(commune).as_posix(), file


def _rotate(commune: Tenant, place: Depot) -> None:
    settings = commune.settings.backup
    at = {depot.moment(stamp).astimezone(commune.zone): stamp for stamp in place.stamps()}
    keep = rotation.kept(
        at,
        recent=settings.recent,
        daily=settings.daily,
        weekly=settings.weekly,
        monthly=settings.monthly,
    )
    for moment, stamp in at.items():
        if moment not in keep:
            place.forget(stamp)
    swept = place.folder / "swept"
    now = commune.platform.clock().timestamp()
    if not swept.exists() or now - float(swept.read_text() or 0) >= SWEEP.total_seconds():
        place.sweep()
        swept.write_text(str(now))


async def opened(place: Depot, stamp: str, to: Path) -> None:
    """Open a copy into a new folder, as ``ribambelle backup --to`` would have written it.

    Raises Refused when a part is missing or is not what was sealed; nothing is left then.
    """
    await in_thread(_open, place, stamp, to)


def _open(place: Depot, stamp: str, to: Path) -> None:
    listing = place.listing(stamp)
    to.mkdir(mode=0o700, parents=True)
    try:
        for item in listing.items:
            file = to / item.name
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
            with file.open("wb") as out:
                for part in place.read(item):
                    out.write(part)
        told = {
            item.name.removeprefix(f"{papers.NAME}/"): item.sha256
            for item in listing.items
            if item.name.startswith(f"{papers.NAME}/")
        }
        if told:
            (to / papers.LIST).write_bytes(msgspec.json.encode(told))
    except BaseException:
        shutil.rmtree(to, ignore_errors=True)
        raise


async def seen(commune: Tenant) -> str:
    """Return what differs once anything worth a copy has changed."""
    files = [*layers(commune.platform.folder, commune.slug)]
    files += sorted((commune.platform.folder / commune.slug).rglob("*"))
    files.append(copies.erasures(commune.platform, commune.slug))
    engine = commune.engine
    if isinstance(engine, Postgres):
        rows = await engine.fetch(CHANGES)
        base = str(rows[0]["changes"])
    else:
        base = ""
        files += [commune.folder / "portal.sqlite", commune.folder / "portal.sqlite-wal"]
    found = [(file, file.stat()) for file in files if file.exists()]
    # an empty log is made and removed by whoever only reads
    told = [f"{file.name} {of.st_size} {of.st_mtime_ns}" for file, of in found if of.st_size]
    return hashlib.sha256("\n".join([*told, base]).encode()).hexdigest()


# The server counts a change once it is kept, ten seconds later at most: it may be seen one look
# late, it is never missed.
CHANGES = """
    SELECT concat(
      sum(n_tup_ins + n_tup_upd + n_tup_del), ' ', max(pg_postmaster_start_time())
    ) AS changes FROM pg_stat_user_tables
"""
