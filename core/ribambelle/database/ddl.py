"""The CREATE statements that table classes stand for, in the words of each database."""

from collections.abc import Iterator, Sequence
from enum import Enum
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Literal

from piccolo.columns.base import Column, ForeignKeyMeta
from piccolo.columns.column_types import Serial
from piccolo.columns.defaults.base import Default
from piccolo.constraints import Constraint, Unique
from piccolo.table import Table

from ribambelle.database.door import DOOR, using
from ribambelle.database.engine import TenantEngine

Dialect = Literal["sqlite", "postgres"]
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgres")
LONGEST_NAME = 63  # PostgreSQL cuts longer names, silently


class _Words:
    """Stands for an engine while nothing is run: Piccolo only asks which dialect it speaks."""

    def __init__(self, engine_type: Dialect) -> None:
        self.engine_type = engine_type


def statements(tables: Sequence[type[Table]], dialect: Dialect) -> list[str]:
    """Return the statements that create these tables, parents first, with their indexes.

    Constraints are part of the table: SQLite cannot add them afterwards, as Piccolo would.
    """
    with using(_Words(dialect)):  # type: ignore[arg-type]  # asked for its dialect, nothing else
        return [text for table in ordered(tables) for text in _one_table(table, dialect)]


async def create(*tables: type[Table]) -> None:
    """Create these tables in the current database; for tests, a commune has migrations."""
    engine: TenantEngine = DOOR  # type: ignore[assignment]  # the door answers for the engine
    for text in statements(tables, engine.engine_type):  # type: ignore[arg-type]  # one of two
        await engine.run_ddl(text)


def write_step(package: Path, name: str, tables: Sequence[type[Table]]) -> list[Path]:
    """Write the next migration step of a package, one file for each database."""
    folder = package / "migrations"
    folder.mkdir(exist_ok=True)
    taken = [int(file.name[:4]) for file in folder.glob("[0-9][0-9][0-9][0-9]_*")]
    written = []
    for dialect in DIALECTS:
        file = folder / f"{max(taken, default=0) + 1:04}_{name}.{dialect}.sql"
        file.write_text(";\n\n".join(statements(tables, dialect)) + ";\n", encoding="utf-8")
        written.append(file)
    return written


def ordered(tables: Sequence[type[Table]]) -> list[type[Table]]:
    """Return the tables so that each comes after those it refers to."""
    named = {table._meta.tablename: table for table in tables}
    parents: dict[str, set[str]] = {}
    for name, table in sorted(named.items()):
        referred = {_references(key)._meta.tablename for key in table._meta.foreign_key_columns}
        parents[name] = {parent for parent in referred if parent in named and parent != name}
    try:
        return [named[name] for name in TopologicalSorter(parents).static_order()]
    except CycleError as error:
        raise ValueError(f"tables refer to each other in a circle: {error.args[1]}") from error


def _one_table(table: type[Table], dialect: Dialect) -> Iterator[str]:
    name = table._meta.tablename
    lines = [_column(column, dialect) for column in table._meta.columns]
    lines += [_constraint(name, each) for each in table._meta.constraints]
    yield f'CREATE TABLE "{name}" (\n  ' + ",\n  ".join(lines) + "\n)"
    for column in table._meta.columns:
        if column._meta.index:
            index, on = _fitting(f"{name}_{_name(column)}"), _name(column)
            yield f'CREATE INDEX "{index}" ON "{name}" ("{on}")'


def _column(column: Column, dialect: Dialect) -> str:
    words = [f'"{_name(column)}"', column.column_type]
    if column._meta.primary_key:
        words.append("PRIMARY KEY")
        if isinstance(column, Serial) and dialect == "sqlite":
            words.append("AUTOINCREMENT")  # an old link never leads to somebody else's row
    if column._meta.unique:
        words.append("UNIQUE")
    if not column._meta.null:
        words.append("NOT NULL")
    if default := _default(column, dialect):
        words.append(f"DEFAULT {default}")
    key = getattr(column, "_foreign_key_meta", None)
    if key is not None:
        words.append(_foreign_key(column, key))
    return " ".join(words)


def _foreign_key(column: Column, key: ForeignKeyMeta[Any]) -> str:
    target = _name(key.resolved_target_column)
    return (
        f'REFERENCES "{_references(column)._meta.tablename}" ("{target}")'
        f" ON DELETE {key.on_delete.value}"
    )


def _default(column: Column, dialect: Dialect) -> str:
    """Return the default as the database writes it; one that Python computes has none."""
    default = getattr(column, "default", None)
    value = default.value if isinstance(default, Enum) else default
    if isinstance(value, Default):
        value = getattr(value, dialect)  # SQLite has no word for a random UUID
        return "" if value is None else str(value)
    if value is None or callable(value):
        return ""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(column.get_sql_value(value))


def _constraint(table: str, constraint: Constraint) -> str:
    if isinstance(constraint, Unique) and not constraint.nulls_distinct:
        raise ValueError(f"{table}: SQLite has no UNIQUE NULLS NOT DISTINCT")
    return f'CONSTRAINT "{_fitting(f"{table}_{constraint._meta.name}")}" {constraint.ddl}'


def _fitting(name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise ValueError(f"“{name}” is longer than {LONGEST_NAME} letters: shorten the column")
    return name


def _name(column: Column) -> str:
    return column._meta.db_column_name


def _references(column: Any) -> type[Table]:
    parent: type[Table] = column._foreign_key_meta.resolved_references
    return parent
