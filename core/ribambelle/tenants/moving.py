"""A commune's database moved to the other kind, or to another server: all of it, or nothing.

It is copied while families write; they only read for the moment it takes to bring over what they
changed meanwhile. The former base stays where it was, untouched, until somebody removes it.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
from ribambelle.database.names import is_postgres, require_address
from ribambelle.errors import Refused
from ribambelle.tenants import creation
from ribambelle.tenants.tenant import FREEZE, Tenant

SETTLE = 1.0
"""Seconds left to requests that were being answered when the commune was frozen."""


@dataclass(frozen=True)
class Moved:
    """What was moved, proved equal, and for how long nothing could be written."""

    rows: int
    tables: int
    frozen: float
    kept: str


@contextmanager
def frozen(commune: Tenant) -> Iterator[None]:
    """Let nobody write in this commune for the time of the block, in any process."""
    mark = commune.folder / FREEZE
    if mark.exists():
        raise Refused("tenant_frozen", slug=commune.slug)
    mark.touch(mode=0o600)
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


async def move(commune: Tenant, to: str, settle: float = SETTLE) -> Moved:
    """Move a commune to a PostgreSQL address, or back to its own file with ``sqlite``.

    Raises Refused when it is there already or when what arrived is not what left.
    """
    target = _target(commune, to)
    source = commune.engine
    tables, packages = await held(commune)
    await template.create(target, packages, commune.platform.data / ".templates")
    engine: TenantEngine = Postgres(target) if isinstance(target, str) else SQLite(target)
    try:
        seen, wrong = await following.ahead(source, engine, tables)
        _require_same(commune, wrong)
        with frozen(commune):
            began = perf_counter()
            await asyncio.sleep(settle)
            _require_same(commune, await following.level(source, engine, tables, seen))
            _point(commune, target)
            spent = perf_counter() - began
        with using(engine):
            rows = sum([await table.count() for table in tables])
    except BaseException:
        await engine.aclose()
        await template.drop(target)
        raise
    await engine.aclose()
    kept = await in_thread(_put_aside, commune)
    commune.platform.forget(commune.slug)
    commune.platform.scan()
    return Moved(rows, len(tables), spent, kept)


def _require_same(commune: Tenant, wrong: Sequence[str]) -> None:
    if wrong:
        raise Refused("move_differs", slug=commune.slug, tables=", ".join(wrong))


def require_possible(commune: Tenant, to: str) -> None:
    """Refuse a move that could not be, before anything is done."""
    _target(commune, to)


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
    if not is_postgres(to):
        raise Refused("move_where", to=to)
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
    if commune.settings.database.url:
        return "l’ancienne base PostgreSQL"
    file = commune.folder / "portal.sqlite"
    kept = file.with_name(f"portal.{commune.now():%Y%m%d-%H%M%S}.sqlite")
    commune.platform.forget(commune.slug)
    for ending in ("", "-wal", "-shm"):
        part = file.with_name(f"{file.name}{ending}")
        if part.exists():
            part.rename(kept.with_name(f"{kept.name}{ending}"))
    return str(kept)
