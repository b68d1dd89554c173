"""Every row of one database into another, of the other kind or of the same, and proof that it is.

Rows go table by table, parents first, with their numbers; what keeps or counts rows in the target
is put aside meanwhile, so that what arrives is what left. Both are then read again and compared.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from piccolo.table import Table

from ribambelle.database import many
from ribambelle.database.door import DOOR, using
from ribambelle.database.engine import TenantEngine
from ribambelle.database.names import quoted

AT_ONCE = 2_000


async def copy(source: TenantEngine, target: TenantEngine, tables: Sequence[type[Table]]) -> int:
    """Copy all rows of these tables, parents first, into empty ones; return how many."""
    rows = 0
    with using(target):
        async with DOOR.transaction(), unwatched(tables):
            for table in tables:
                async for some in rows_of(source, table):
                    await put(table, some)
                    rows += len(some)
                with using(source):
                    last = await last_number(table)
                await count_on(table, last)
    return rows


async def put(table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """Write rows as they are, their numbers included, in the current database."""
    columns = [column._meta.db_column_name for column in table._meta.columns]
    names = [column._meta.name for column in table._meta.columns]
    await many.write(
        table._meta.tablename, columns, [[row[name] for name in names] for row in rows]
    )


async def contents(engine: TenantEngine, tables: Sequence[type[Table]]) -> dict[str, str]:
    """Return a digest of every row of each table: equal where the two hold the same."""
    found = {}
    for table in tables:
        digest = hashlib.sha256()
        async for some in rows_of(engine, table):
            for row in some:
                digest.update(line_of(row))
        found[str(table._meta.tablename)] = digest.hexdigest()
    return found


def line_of(row: dict[str, Any]) -> bytes:
    """Return a row as one line of JSON, the same wherever it is kept."""
    return msgspec.json.encode(row, enc_hook=str, order="sorted") + b"\n"


async def rows_of(engine: TenantEngine, table: type[Table]) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield the rows of a table by their number, moments in UTC, a few at a time."""
    key, last = table._meta.primary_key, None
    while True:
        with using(engine):
            asked = table.select(*table._meta.columns).order_by(key).limit(AT_ONCE)
            rows = await (asked if last is None else asked.where(key > last))
        if not rows:
            return
        last = rows[-1][key._meta.name]
        yield [in_utc(row) for row in rows]


def in_utc(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its moments in UTC, as each kind of base may tell them otherwise."""
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


@asynccontextmanager
async def unwatched(tables: Sequence[type[Table]]) -> AsyncIterator[None]:
    """Put aside the triggers of the current database: rows arrive as they are, counts with them."""
    if DOOR.engine_type == "postgres":
        for table in tables:
            await DOOR.fetch(f"ALTER TABLE {quoted(table._meta.tablename)} DISABLE TRIGGER USER")
        yield
        for table in tables:
            await DOOR.fetch(f"ALTER TABLE {quoted(table._meta.tablename)} ENABLE TRIGGER USER")
        return
    found = await DOOR.fetch("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    for trigger in found:
        await DOOR.fetch(f"DROP TRIGGER {quoted(trigger['name'])}")
    yield
    for trigger in found:
        await DOOR.fetch(trigger["sql"])


async def count_on(table: type[Table], last: int) -> None:
    """Let the current database number new rows after all that were ever numbered, removed ones too."""
    name = str(table._meta.tablename)
    key = table._meta.primary_key._meta.db_column_name
    if not last:
        return
    if DOOR.engine_type == "postgres":
        await DOOR.fetch(
            "SELECT setval(pg_get_serial_sequence($1, $2), $3::bigint)", (name, key, last)
        )
    else:
        await DOOR.fetch("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
        await DOOR.fetch("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last))


async def last_number(table: type[Table]) -> int:
    """Return the last number that was ever given to a row of the current database; 0 for none."""
    name = str(table._meta.tablename)
    key = table._meta.primary_key._meta.db_column_name
    if DOOR.engine_type == "sqlite":
        rows = await DOOR.fetch("SELECT seq AS last FROM sqlite_sequence WHERE name = ?", (name,))
        return int(rows[0]["last"]) if rows else 0
    named = await DOOR.fetch("SELECT pg_get_serial_sequence($1, $2) AS name", (name, key))
    if not named[0]["name"]:
        return 0
    rows = await DOOR.fetch(f"SELECT last_value AS last, is_called FROM {named[0]['name']}")  # noqa: S608 - a name of ours
    return int(rows[0]["last"]) if rows[0]["is_called"] else 0
