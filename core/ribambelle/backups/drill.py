"""Trying a copy out: put back elsewhere, compared table by table and paper by paper, taken away."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from uuid import uuid4

from ribambelle.backups import snapshots, state
from ribambelle.backups.depot import Depot
from ribambelle.database import Postgres, SQLite, backup, template, using
from ribambelle.database.connection import in_thread
from ribambelle.database.names import named, renamed
from ribambelle.documents import keys
from ribambelle.errors import Refused, RibambelleError
from ribambelle.tenants import Platform, Tenant, copies, papers


async def drill(commune: Tenant, place: Depot) -> state.Drill:
    """Take a copy, put it back beside, compare it with the commune; what was found is kept.

    The digests compared are those the living database gave in the moment it was copied. What was
    put back is removed, whatever happens.
    """
    began, at = perf_counter(), commune.now()
    try:
        found = await _tried(commune, place)
        told = state.Drill(
            at, found.stamp, found.tables, found.rows, found.documents, perf_counter() - began
        )
    except (RibambelleError, OSError) as error:
        state.note(commune, state.Drill(at, problem=str(error)))
        raise
    state.note(commune, told)
    return told


@dataclass(frozen=True)
class _Found:
    stamp: str
    tables: int
    rows: int
    documents: int


async def _tried(commune: Tenant, place: Depot) -> _Found:
    taken = await snapshots.take(commune, place, proved=True)
    beside = commune.platform.data / f".drill-{uuid4().hex[:8]}"
    there = Platform(
        beside / "tenants",
        beside / "data",
        plugins=commune.platform.plugins,
        clock=commune.platform.clock,
    )
    url = commune.settings.database.url
    database = renamed(url, f"{named(url)[:40]}_drill_{uuid4().hex[:8]}") if url else ""
    common = commune.platform.folder / "platform.toml"
    loaded = False
    try:
        there.folder.mkdir(mode=0o700, parents=True)
        if common.is_file():
            shutil.copyfile(common, there.folder / common.name)
        await snapshots.opened(place, taken.stamp, beside / "copy")
        copied = copies.opened(beside / "copy", there, database)
        rows = await copies.bring_back(copied, there)  # refused if a table is not what it was
        loaded = bool(database)
        documents = await in_thread(_compare, commune, there.data / commune.slug)
        await _opens(there.tenant(commune.slug), database)
        tables = len(backup.manifest_of(beside / "copy" / "database").digests)
        return _Found(taken.stamp, tables, rows, documents)
    finally:
        await there.aclose()
        if loaded:
            await template.drop(database)
        await in_thread(shutil.rmtree, beside, True)


async def _opens(restored: Tenant, database: str) -> None:
    """Refuse a commune whose papers do not open where it was put back."""
    # its own base, whatever address the environment gives the commune
    engine = Postgres(database) if database else SQLite(restored.folder / "portal.sqlite")
    try:
        with restored.here(), using(engine):
            if problem := await keys.problem():
                raise Refused("drill_differs", slug=restored.slug, what=problem)
    finally:
        await engine.aclose()


def _compare(commune: Tenant, restored: Path) -> int:
    """Compare each paper put back with the one that is still in place; return how many."""
    found = [file for file in (restored / papers.NAME).rglob("*") if file.is_file()]
    for file in found:
        living = commune.folder / file.relative_to(restored)
        # one the night has just swept away is told too: tried again, it is in no copy
        if not living.is_file() or _digest(living) != _digest(file):
            raise Refused("drill_differs", slug=commune.slug, what=f"{papers.NAME}/{file.name}")
    return len(found)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
