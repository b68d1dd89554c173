"""What changed in a table since a moment: digests of its rows, some thousands at a time.

The base itself makes them, or they are made from what it hands over untouched: they say nothing to
another kind of base, and compare a database with itself alone.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from piccolo.table import Table
from pysqlite3 import dbapi2

from ribambelle.database.connection import in_thread
from ribambelle.database.door import using
from ribambelle.database.engine import TenantEngine
from ribambelle.database.names import quoted
from ribambelle.database.sqlite import SQLite

SIZE = 2_000
Blocks = dict[int, str]
OF_POSTGRES = """
SELECT {block} AS block, md5(string_agg(md5(t::text), '' ORDER BY {key})) AS digest
FROM {table} t GROUP BY 1
"""


async def of(engine: TenantEngine, tables: Iterable[type[Table]]) -> dict[str, Blocks]:
    """Return the digest of each block of each table."""
    if isinstance(engine, SQLite):
        return await in_thread(_of_file, engine.file, list(tables))
    found: dict[str, Blocks] = {}
    for table in tables:
        key = quoted(table._meta.primary_key._meta.db_column_name)
        block = f"{key} / {SIZE}" if is_numbered(table) else "0"
        name = quoted(table._meta.tablename)
        with using(engine):
            rows = await engine.fetch(OF_POSTGRES.format(block=block, key=key, table=name))
        found[str(table._meta.tablename)] = {int(row["block"]): row["digest"] for row in rows}
    return found


def is_numbered(table: type[Table]) -> bool:
    """Tell whether rows bear a whole number; the others are one block."""
    return table._meta.primary_key.value_type is int


def differ(before: dict[str, Blocks], after: dict[str, Blocks], table: type[Table]) -> list[int]:
    """Return the blocks of a table that are not what they were.

    >>> from ribambelle.identity.tables import School
    >>> differ({"core_school": {0: "a", 1: "b"}}, {"core_school": {0: "a", 2: "c"}}, School)
    [1, 2]
    """
    name = str(table._meta.tablename)
    old, new = before[name], after[name]
    return sorted(block for block in old.keys() | new.keys() if old.get(block) != new.get(block))


async def rows(
    engine: TenantEngine, table: type[Table], found: Iterable[int]
) -> AsyncIterator[list[dict[str, Any]]]:
    """Yield the rows of these blocks."""
    key = table._meta.primary_key
    for block in found:
        asked = table.select(*table._meta.columns).order_by(key)
        if is_numbered(table):
            asked = asked.where((key >= block * SIZE) & (key < (block + 1) * SIZE))
        with using(engine):
            held = await asked
        yield held  # outside: whoever takes them has a database of their own


def _of_file(file: Path, tables: list[type[Table]]) -> dict[str, Blocks]:
    with closing(dbapi2.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as base:
        base.isolation_level = None
        base.execute("BEGIN")  # one moment for all of them
        return {str(one._meta.tablename): dict(_of_table(base, one)) for one in tables}


def _of_table(base: Any, table: type[Table]) -> Iterable[tuple[int, str]]:
    name = quoted(table._meta.tablename)
    key = quoted(table._meta.primary_key._meta.db_column_name)
    if not is_numbered(table):
        held = base.execute(f"SELECT * FROM {name} ORDER BY {key}").fetchall()  # noqa: S608 - ours
        return [(0, _digest(held))] if held else []
    ((least, most),) = base.execute(f"SELECT min({key}), max({key}) FROM {name}")  # noqa: S608 - ours
    if least is None:
        return []
    asked = f"SELECT * FROM {name} WHERE {key} >= ? AND {key} < ? ORDER BY {key}"  # noqa: S608 - ours
    found = []
    for block in range(least // SIZE, most // SIZE + 1):
        if held := base.execute(asked, (block * SIZE, (block + 1) * SIZE)).fetchall():
            found.append((block, _digest(held)))
    return found


def _digest(held: list[tuple[Any, ...]]) -> str:
    return hashlib.sha256(repr(held).encode()).hexdigest()
