"""The shape of a live database, told in the same facts for SQLite and PostgreSQL."""

import hashlib
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piccolo.table import Table

from ribambelle.database import catalogues, ddl
from ribambelle.database.door import DOOR, using
from ribambelle.database.script import outside_quotes
from ribambelle.database.sqlite import SQLite

RECORD = "core_migration"  # made by the migrations themselves, so that no step can forget it

# Widths of numbers and lengths of texts differ without consequence: a family is enough.
FAMILIES = {
    "whole number": ("integer", "bigint", "smallint", "serial"),
    "text": ("varchar", "character varying", "text", "character"),
    "moment": ("timestamptz", "timestamp with time zone"),
    "time": ("time", "time without time zone"),
    "real": ("real", "double precision"),
    "bytes": ("blob", "bytea"),
}
KINDS = {word: family for family, words in FAMILIES.items() for word in words}
CHECK = re.compile(r"\bCHECK\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database holds, one fact a line: `creche_wish.rank: whole number, required`."""

    facts: frozenset[str]

    def __str__(self) -> str:
        return "\n".join(sorted(self.facts))


def fingerprint(schema: Schema) -> str:
    """Return what two databases of the same shape have in common, and no others."""
    return hashlib.sha256(str(schema).encode()).hexdigest()


async def describe() -> Schema:
    """Tell the shape of the current database; the record of its migrations is left out."""
    told = catalogues.POSTGRES if DOOR.engine_type == "postgres" else catalogues.SQLITE
    rows = {question: await DOOR.fetch(sql) for question, sql in told.items()}
    facts = {
        *_columns(rows["columns"]),
        *_keys(rows["keys"]),
        *_indexes(rows["indexes"]),
        *_foreign_keys(rows["foreign keys"]),
        *_checks(rows["checks"]),
    }
    return Schema(frozenset(fact for fact in facts if not re.match(rf"{RECORD}\b", fact)))


async def drift(tables: Sequence[type[Table]]) -> list[str]:
    """Return what the current database lacks (+) or has too much (-), compared with the classes.

    Anything here is a migration somebody forgot to write.
    """
    live, wanted = await describe(), await _wanted(tables)
    lacking = [f"+ {fact}" for fact in sorted(wanted.facts - live.facts)]
    return lacking + [f"- {fact}" for fact in sorted(live.facts - wanted.facts)]


async def _wanted(tables: Sequence[type[Table]]) -> Schema:
    """Create the tables somewhere else, and look: the classes are read in one place only."""
    with tempfile.TemporaryDirectory() as folder:
        engine = SQLite(Path(folder) / "wanted.sqlite")
        try:
            with using(engine):
                await ddl.create(*tables)
                return await describe()
        finally:
            await engine.aclose()


def _columns(rows: Iterable[Any]) -> Iterator[str]:
    for row in rows:
        word = row["kind"].split("(")[0].lower()
        need = "required" if row["required"] else "optional"
        yield f"{row['table']}.{row['column']}: {KINDS.get(word, word)}, {need}"


def _keys(rows: Iterable[Any]) -> Iterator[str]:
    for (table, _), columns in _grouped(rows).items():
        yield f"{table}: identified by {columns}"


def _indexes(rows: Iterable[Any]) -> Iterator[str]:
    rows = list(rows)
    marks = {
        (row["table"], row["name"]): ("unique" if row["alone"] else "indexed")
        + (" in part" if row["partial"] else "")
        for row in rows
    }
    for (table, name), columns in _grouped(rows).items():
        yield f"{table}: {columns} {marks[table, name]}"


def _foreign_keys(rows: Iterable[Any]) -> Iterator[str]:
    rows = list(rows)
    ends = {(row["table"], row["name"]): (row["parent"], row["on_delete"]) for row in rows}
    for (table, name), columns in _grouped(rows).items():
        parent, on_delete = ends[table, name]
        yield f"{table}: {columns} refers to {parent}, on delete {on_delete.lower()}"


def _checks(rows: Iterable[Any]) -> Iterator[str]:
    for row in rows:
        count = row.get("count")
        if count is None:  # SQLite only keeps the text of the table
            count = len(CHECK.findall(outside_quotes(row["text"])))
        if count:
            yield f"{row['table']}: {count} checked"


def _grouped(rows: Iterable[Any]) -> dict[tuple[str, Any], str]:
    """Join the columns of each index or key, in their order."""
    groups: dict[tuple[str, Any], list[str]] = defaultdict(list)
    for row in rows:
        groups[row["table"], row["name"]].append(row["column"] or "an expression")
    return {group: ", ".join(columns) for group, columns in groups.items()}
