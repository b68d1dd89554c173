"""What a row becomes when it must stay and say nothing of anybody."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from piccolo.columns import Bytea, Column, Date, Text, Timestamptz, Varchar
from piccolo.custom_types import Combinable
from piccolo.table import Table

from ribambelle.privacy.holdings import among
from ribambelle.privacy.register import ADDRESSES, NUMBERS
from ribambelle.privacy.rules import PersonalData

LONG_AGO = date(1900, 1, 1)
FORGOTTEN = datetime(1900, 1, 1, tzinfo=UTC)
"""What a moment says in a row that was emptied."""


async def blank(rule: PersonalData, ids: Iterable[int], *, words_only: bool = False) -> int:
    """Empty the personal columns of these rows; `words_only` leaves amounts and days to add up."""
    columns = [
        column
        for name in rule.columns
        if (column := rule.table._meta.get_column_by_name(name)) and not column._meta.primary_key
        if not words_only or _is_word(column)
    ]
    shared: dict[Column | str, Any] = {
        column: empty(column) for column in columns if not _is_alone(rule.table, column)
    }
    alone = [column for column in columns if _is_alone(rule.table, column)]
    ordered, key = sorted(ids), rule.table._meta.primary_key
    if shared and ordered:
        await rule.table.update(shared).where(among(key, ordered))
    for number in ordered if alone else ():
        names: dict[Column | str, Any] = dict.fromkeys(alone, f"~{number}")
        await rule.table.update(names).where(key == number)
    return len(ordered)


def empty(column: Column) -> Any:
    """Return what a column holds when it says nothing.

    >>> from piccolo.columns import Integer
    >>> empty(Varchar()), empty(Varchar(null=True)), empty(Integer()), empty(Date())
    ('', None, 0, datetime.date(1900, 1, 1))
    """
    if column._meta.null:
        return None
    match column:
        case Varchar() | Text():
            return ""
        case Bytea():
            return b""
        case Timestamptz():
            return FORGOTTEN
        case Date():
            return LONG_AGO
    return 0


def speaks(rule: PersonalData) -> Combinable:
    """Match the rows that still say something of somebody."""
    found: Combinable | None = None
    for name in rule.columns:
        column = rule.table._meta.get_column_by_name(name)
        if not _is_word(column):
            continue
        if column._meta.null:
            one: Combinable = column.is_not_null()
        elif _is_alone(rule.table, column):
            one = column.not_like("~%")
        else:
            one = column != empty(column)
        found = one if found is None else found | one
    if found is None:
        raise ValueError(f"{rule.name}: no word to empty")
    return found


def _is_word(column: Column) -> bool:
    name = column._meta.name
    named = column._meta.null and (name in NUMBERS or name in ADDRESSES)
    return isinstance(column, Varchar | Text | Bytea) or named


def _is_alone(table: type[Table], column: Column) -> bool:
    return column._meta.unique and isinstance(column, Varchar) and not column._meta.null
