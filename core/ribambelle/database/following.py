"""A database copied while people write, then brought level in a moment when nobody does.

First everything is copied from one moment of the source, and compared row by row: however long it
takes, nobody waits. Then, while nothing is written, only the blocks that changed since are read again,
written over and compared. A block that did not change is where it was proved to be.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from piccolo.table import Table

from ribambelle.database import backup_sqlite, blocks, many, moving, template
from ribambelle.database.blocks import Blocks
from ribambelle.database.connection import in_thread
from ribambelle.database.door import DOOR, using
from ribambelle.database.engine import TenantEngine
from ribambelle.database.sqlite import SQLite

Seen = dict[str, Blocks]


async def ahead(
    source: TenantEngine, target: TenantEngine, tables: Sequence[type[Table]]
) -> tuple[Seen, list[str]]:
    """Copy one moment of a database into empty tables; return that moment, and what differs."""
    async with _a_moment(source) as still:
        seen = await blocks.of(still, tables)
        await moving.copy(still, target, tables)
        left, arrived = await moving.contents(still, tables), await moving.contents(target, tables)
    return seen, [name for name in left if left[name] != arrived[name]]


@asynccontextmanager
async def _a_moment(source: TenantEngine) -> AsyncIterator[TenantEngine]:
    """Give the database as it is now, whatever is written meanwhile."""
    if not isinstance(source, SQLite):
        async with source.transaction():
            await source.fetch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield source
        return
    file = source.file.with_name(f".{source.file.name}.still")
    await template.drop(file)  # of a move that was stopped by force: a whole commune is in it
    file.touch(mode=0o600)
    still = SQLite(file)
    try:
        await in_thread(backup_sqlite.mirror, source.file, file, False)
        yield still
    finally:
        await still.aclose()
        await template.drop(file)


async def level(
    source: TenantEngine, target: TenantEngine, tables: Sequence[type[Table]], seen: Seen
) -> list[str]:
    """Bring the copy level with what changed since that moment; return the tables that differ.

    Nothing may be written in the source meanwhile: that something was is a difference too.
    """
    now = await blocks.of(source, tables)
    changed = {table: found for table in tables if (found := blocks.differ(seen, now, table))}
    with using(target):
        async with DOOR.transaction(), moving.unwatched(tables):
            for table in reversed(changed):
                await _without_the_gone(source, target, table, changed[table])
            for table, found in changed.items():
                async for some in blocks.rows(source, table, found):
                    await _put(table, some)
            for table in tables:
                with using(source):
                    last = await moving.last_number(table)
                await moving.count_on(table, last)
    wrong = [
        str(table._meta.tablename)
        for table, found in changed.items()
        if await _digest(source, table, found) != await _digest(target, table, found)
    ]
    after = await blocks.of(source, tables)
    return wrong + [name for name in now if now[name] != after[name]]


async def _without_the_gone(
    source: TenantEngine, target: TenantEngine, table: type[Table], found: Sequence[int]
) -> None:
    key = table._meta.primary_key
    name = key._meta.name
    here = {row[name] async for some in blocks.rows(source, table, found) for row in some}
    there = {row[name] async for some in blocks.rows(target, table, found) for row in some}
    gone = sorted(there - here)
    for start in range(0, len(gone), blocks.SIZE):
        with using(target):
            await table.delete().where(key.is_in(gone[start : start + blocks.SIZE]))


async def _put(table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """Write rows, those already there over themselves, in the current database."""
    key = table._meta.primary_key._meta.db_column_name
    columns = [column._meta.db_column_name for column in table._meta.columns]
    names = [column._meta.name for column in table._meta.columns]
    held = [[row[name] for name in names] for row in rows]
    others = [column for column in columns if column != key]
    await many.write(str(table._meta.tablename), columns, held, unique=[key], change=others)


async def _digest(engine: TenantEngine, table: type[Table], found: Sequence[int]) -> str:
    digest = hashlib.sha256()
    async for some in blocks.rows(engine, table, found):
        for row in some:
            digest.update(moving.line_of(moving.in_utc(row)))
    return digest.hexdigest()
