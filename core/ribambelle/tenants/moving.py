"""A commune's database moved to the other kind, or to another server: all of it, or nothing.

It is copied while families write; they only read for the moment it takes to bring over what they
changed meanwhile. The former base stays where it was, untouched, until somebody removes it.
"""

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import tomlkit
from piccolo.table import Table, sort_table_classes
from tomlkit.items import Table as TomlTable

from ribambelle.database import (
    Postgres,
    SQLite,
    TenantEngine,
    following,
    migrations,
    template,
    using,
)
from ribambelle.database.connection import in_thread
from ribambelle.database.names import is_postgres, named, renamed, require_address
from ribambelle.errors import Refused
from ribambelle.tenants import creation, freezing
from ribambelle.tenants.tenant import Tenant

LAST_LOOKS = 3
"""At the jobs once the commune is frozen: they were waited for before, while families wrote."""


@dataclass(frozen=True)
class Moved:
    """What was moved, proved equal, and for how long nothing could be written."""

    rows: int
    tables: int
    frozen: float
    kept: str


async def move(commune: Tenant, to: str, settle: float = freezing.SETTLE) -> Moved:
    """Move a commune to a PostgreSQL address, or back to its own file with ``sqlite``.

    Raises Refused when it is there already or when what arrived is not what left. What arrives bears
    its own name only once it is whole: stopped by force before, the move is made again from nothing.
    """
    target = _target(commune, to)
    draft = await _draft(commune, target)
    with freezing.alone(commune):
        source = commune.engine
        tables, packages = await held(commune)
        await template.drop(draft)  # of a move that was stopped by force
        try:
            await template.create(draft, packages, commune.platform.data / ".templates")
            moved = await _moved(commune, source, tables, draft, target, settle)
        except BaseException:
            await template.drop(draft)
            raise
        kept = await in_thread(_put_aside, commune)
        commune.platform.forget(commune.slug)
        commune.platform.scan()
    return dataclasses.replace(moved, kept=kept)


async def _draft(commune: Tenant, target: str | Path) -> str | Path:
    """Return what the new base is called until it is whole; refuse a target that cannot be made."""
    if isinstance(target, Path):
        return target.with_name(f".{target.name}.moving")
    await template.require_room(target)
    # a name nobody else gives: whatever bears it is taken away
    whose = hashlib.sha256(f"{commune.platform.folder}|{commune.slug}|{named(target)}".encode())
    return renamed(target, f"ribambelle_moving_{whose.hexdigest()[:16]}")


async def _moved(
    commune: Tenant,
    source: TenantEngine,
    tables: Sequence[type[Table]],
    draft: str | Path,
    target: str | Path,
    settle: float,
) -> Moved:
    engine: TenantEngine = Postgres(draft) if isinstance(draft, str) else SQLite(draft)
    try:
        seen, wrong = await following.ahead(source, engine, tables)
        _require_same(commune, wrong)
        await freezing.idle(commune)
        with freezing.frozen(commune):
            began = perf_counter()
            await freezing.settled(commune, settle, LAST_LOOKS)
            _require_same(commune, await following.level(source, engine, tables, seen))
            with using(engine):
                rows = sum([await table.count() for table in tables])
            await engine.aclose()
            await template.rename(draft, target)
            _point(commune, target)
            spent = perf_counter() - began
    finally:
        await engine.aclose()
    return Moved(rows, len(tables), spent, "")


def _require_same(commune: Tenant, wrong: Sequence[str]) -> None:
    if wrong:
        raise Refused("move_differs", slug=commune.slug, tables=", ".join(wrong))


async def require_possible(commune: Tenant, to: str) -> None:
    """Refuse a move that could not be, before anything is done."""
    await _draft(commune, _target(commune, to))


async def held(
    commune: Tenant, engine: TenantEngine | None = None
) -> tuple[list[type[Table]], dict[str, str]]:
    """Return every table the commune has, parents first, and whose they are."""
    plugins = commune.platform.plugins
    with using(engine or commune.engine):
        there = await migrations.apps()
        if await migrations.pending(commune.hooks.packages()):
            raise Refused("move_upgrade_first", slug=commune.slug)
    tables = [table for name, found in plugins.each("tables") if name in there for table in found]
    return sort_table_classes(tables), plugins.only(sorted(there)).packages()


def _target(commune: Tenant, to: str) -> str | Path:
    here = commune.settings.database.url
    if to == "sqlite":
        file = commune.folder / "portal.sqlite"
        if not here or file.exists():
            raise Refused("move_already", slug=commune.slug, to=str(file))
        return file
    if not is_postgres(to):  # never said again: a password may stand in it
        raise Refused("move_where")
    require_address(to)
    if to == here:
        raise Refused("move_already", slug=commune.slug, to="cette base")
    return to


def _point(commune: Tenant, target: str | Path) -> None:
    """Write where the database is now, in whichever file said where it was."""
    folder, slug = commune.platform.folder, commune.slug
    secrets, own = folder / f"{slug}.secrets.toml", folder / f"{slug}.toml"
    file = secrets if secrets.is_file() and _says(secrets) else own
    document = tomlkit.parse(file.read_text("utf-8"))
    held = document.get("database")
    table = held if isinstance(held, TomlTable) else tomlkit.table()
    if isinstance(target, str):
        table["url"] = target
        document["database"] = table
    elif "database" in document:
        table.pop("url", None)
        if not table:
            del document["database"]
    creation.put(file, tomlkit.dumps(document))
    if isinstance(target, str):
        file.chmod(0o600)  # an address holds a password


def _says(file: Path) -> bool:
    held = tomlkit.parse(file.read_text("utf-8")).get("database")
    return isinstance(held, TomlTable) and "url" in held


def _put_aside(commune: Tenant) -> str:
    """Return where the former base still is; a file is renamed, so that nothing opens it again."""
    if url := commune.settings.database.url:
        return f"la base PostgreSQL « {named(url)} »"
    file = commune.folder / "portal.sqlite"
    kept = file.with_name(f"portal.{commune.now():%Y%m%d-%H%M%S}.sqlite")
    commune.platform.forget(commune.slug)
    for ending in ("", "-wal", "-shm"):
        part = file.with_name(f"{file.name}{ending}")
        if part.exists():
            part.rename(kept.with_name(f"{kept.name}{ending}"))
    return str(kept)
