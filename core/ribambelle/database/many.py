"""Many rows in one statement, written as text once: where each row through Piccolo costs too much."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ribambelle.database.door import DOOR

Rows = Sequence[Sequence[Any]]
AT_MOST = 30_000
"""Values in one statement: both databases stop a little above 32,000."""
MOST, FEW = 512, 16
"""Rows in one statement, and rows written as many as they are."""


def among(column: str) -> str:
    """Return the SQL that holds when a column is one of some numbers, given as one text.

    A list would change the text of a question, so it could not be prepared; « 3,5,8 » does not.

    >>> from ribambelle.database import SQLite, using
    >>> with using(SQLite("nowhere.sqlite")):
    ...     among("child")
    "child IN (SELECT value FROM json_each('[' || {} || ']'))"
    """
    if DOOR.engine_type == "postgres":
        return f"{column} = ANY(string_to_array({{}}, ',')::int[])"
    return f"{column} IN (SELECT value FROM json_each('[' || {{}} || ']'))"  # noqa: S608 - a name of ours


def listed(numbers: Sequence[int]) -> str:
    """Return numbers as `among` reads them.

    >>> listed([3, 5, 8])
    '3,5,8'
    """
    return ",".join(str(int(number)) for number in numbers)


async def write(
    table: str,
    columns: Sequence[str],
    rows: Rows,
    *,
    unique: Sequence[str] = (),
    change: Sequence[str] = (),
    returning: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Insert rows, in one statement for every few hundred, in the open transaction.

    :param table: name in the database; like every column it comes from our code, never from a form.
    :param unique: columns that name a row: one already there is changed, or left when `change` is
        empty.
    """
    found: list[dict[str, Any]] = []
    start = 0
    for size in parts(len(rows), AT_MOST // max(1, len(columns))):
        some = rows[start : start + size]
        names = tuple(columns), tuple(unique), tuple(change), tuple(returning)
        text = _statement(DOOR.engine_type, table, size, *names)
        found += await DOOR.fetch(text, [value for row in some for value in row])
        start += size
    return found


def parts(rows: int, at_most: int) -> list[int]:
    """Return how many rows go into each statement.

    Connections keep the statements they prepared, by text: a text for each number of rows, with
    thousands of values in it, would fill the memory. Past a few rows the sizes are powers of two.

    >>> parts(3, 1000), parts(100, 1000), parts(1300, 1000), parts(0, 1000), parts(9, 4)
    ([3], [64, 32, 4], [512, 512, 256, 16, 4], [], [4, 4, 1])
    """
    found: list[int] = []
    size = MOST
    while size > at_most:
        size //= 2
    while rows:
        if rows <= min(FEW, size):
            return [*found, rows]
        while size > rows:
            size //= 2
        found.append(size)
        rows -= size
    return found


@lru_cache(maxsize=500)
def _statement(
    engine: str,
    table: str,
    rows: int,
    columns: tuple[str, ...],
    unique: tuple[str, ...],
    change: tuple[str, ...],
    returning: tuple[str, ...],
) -> str:
    width = len(columns)
    if engine == "postgres":
        values = ",".join(
            "(" + ",".join(f"${row * width + place + 1}" for place in range(width)) + ")"
            for row in range(rows)
        )
    else:
        values = ",".join(["(" + ",".join("?" * width) + ")"] * rows)
    text = f"INSERT INTO {_named([table])} ({_named(columns)}) VALUES {values}"  # noqa: S608 - names of ours
    if unique:
        made = ", ".join(f'"{name}" = excluded."{name}"' for name in change)
        then = f"DO UPDATE SET {made}" if change else "DO NOTHING"
        text += f" ON CONFLICT ({_named(unique)}) {then}"
    return f"{text} RETURNING {_named(returning)}" if returning else text


def _named(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
