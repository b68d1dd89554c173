"""Give a SQLite table the shape that ALTER TABLE cannot give it."""

import re
from collections.abc import Mapping

from piccolo.table import Table

from ribambelle.database.ddl import statements
from ribambelle.database.door import DOOR
from ribambelle.database.script import split

CREATE = re.compile(r'\s*CREATE TABLE "?(?P<table>\w+)"?', re.IGNORECASE)


async def rebuild(shape: type[Table] | str, copy: Mapping[str, str] | None = None) -> None:
    """Give a table a new shape, keeping its rows, its ids and the keys that point at it.

    SQLite's own procedure: make the new table, copy the rows, drop the old one, rename. `shape`
    is the new CREATE TABLE (followed by its CREATE INDEX if any), or a table class; a frozen step
    prefers the text, since a class goes on changing. `copy` maps new columns to expressions over
    the old row; columns that keep their name need no mention. Indexes and triggers are kept.

    Only for steps in Python: `await rebuild(NEW_ACCOUNT, {"email": "lower(email)"})`.
    """
    await _require_step()
    create, *more = split(shape) if isinstance(shape, str) else statements([shape], "sqlite")
    found = CREATE.match(create)
    if found is None:
        raise ValueError(f"not a CREATE TABLE: {create[:60]}")
    table, new = found["table"], f"{found['table']}__new"
    attached, last_id = await _attached(table), await _last_id(table)
    await DOOR.fetch(f'CREATE TABLE "{new}"{create[found.end() :]}')
    await _copy_rows(table, new, copy or {})
    await DOOR.fetch(f'DROP TABLE "{table}"')
    await _rename(new, table)
    for text in more:
        await DOOR.fetch(text)
    await _attach(table, attached)
    await _restore_last_id(table, last_id)


async def _require_step() -> None:
    (row,) = await DOOR.fetch("PRAGMA foreign_keys")
    if row["foreign_keys"]:  # dropping the old table would delete its children
        raise RuntimeError("a table is rebuilt in a migration step, never elsewhere")


async def _columns(table: str) -> list[str]:
    return [row["name"] for row in await DOOR.fetch(f'PRAGMA table_info("{table}")')]


async def _copy_rows(table: str, new: str, copy: Mapping[str, str]) -> None:
    old = await _columns(table)
    sources = {
        column: copy.get(column, f'"{column}"')
        for column in await _columns(new)
        if column in copy or column in old
    }
    names = ", ".join(f'"{column}"' for column in sources)
    values = ", ".join(sources.values())
    # Names and expressions of a migration, which nobody but its author writes.
    await DOOR.fetch(f'INSERT INTO "{new}" ({names}) SELECT {values} FROM "{table}"')  # noqa: S608


async def _rename(new: str, table: str) -> None:
    # Else SQLite would complain of the triggers elsewhere that name the table just dropped.
    await DOOR.fetch("PRAGMA legacy_alter_table = ON")
    try:
        await DOOR.fetch(f'ALTER TABLE "{new}" RENAME TO "{table}"')
    finally:
        await DOOR.fetch("PRAGMA legacy_alter_table = OFF")


async def _attached(table: str) -> dict[str, str]:
    """Return the indexes and triggers of a table, by name."""
    rows = await DOOR.fetch(
        "SELECT name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger')"
        " AND tbl_name = ? AND sql IS NOT NULL",
        [table],
    )
    return {row["name"]: row["sql"] for row in rows}


async def _attach(table: str, attached: Mapping[str, str]) -> None:
    """Make again what the old table had, but for the indexes of columns that are gone."""
    present = await _attached(table)
    columns = set(await _columns(table))
    for name, text in attached.items():
        on = re.search(r"\(([^()]*)\)\s*$", text) if "INDEX" in text.upper()[:20] else None
        gone = on and set(re.findall(r"\w+", on[1])) - columns
        if name not in present and not gone:
            await DOOR.fetch(text)


async def _last_id(table: str) -> int | None:
    if not await DOOR.fetch("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'"):
        return None
    rows = await DOOR.fetch("SELECT seq FROM sqlite_sequence WHERE name = ?", [table])
    return rows[0]["seq"] if rows else None


async def _restore_last_id(table: str, last_id: int | None) -> None:
    """Go on counting where the old table stopped, even past rows deleted since."""
    if last_id is not None and await _last_id(table) != last_id:
        await DOOR.fetch("DELETE FROM sqlite_sequence WHERE name = ?", [table])
        await DOOR.fetch("INSERT INTO sqlite_sequence VALUES (?, ?)", [table, last_id])
