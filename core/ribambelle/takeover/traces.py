"""What one row became: the way back is read from it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from piccolo.table import Table

CHUNK = 500
DAYS = 30
"""How long what a takeover changed is kept: afterwards there is no way back."""
HOUSEHOLD = "household:"


@dataclass(frozen=True, slots=True)
class Trace:
    """A row that was made, or changed: then `before` and `after` say the columns that changed.

    :param owner: what stays or goes together: a household, or words for a person.
    """

    owner: str
    table: type[Table] | None
    """None for what is no row of a table: the matter that wrote it takes it back."""
    row: int
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def household(number: int) -> str:
    """Return the owner of what belongs to a family: it stays whole, or goes whole."""
    return f"{HOUSEHOLD}{number}"


def written(values: Mapping[str, Any]) -> str:
    """Return columns as text, the same for the same values.

    >>> from datetime import date
    >>> written({"b": date(2026, 9, 1), "a": None})
    '{"a":null,"b":"2026-09-01"}'
    """
    return msgspec.json.encode(dict(values), order="sorted").decode()


def digest(row: Mapping[str, Any]) -> str:
    """Return what names a row as it stands: another word as soon as anybody changed it."""
    told = {name: str(value) for name, value in row.items()}
    return hashlib.sha256(written(told).encode()).hexdigest()


async def rows(table: type[Table], numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return some rows of a table as they stand, by number; those that are gone are not there."""
    found: dict[int, dict[str, Any]] = {}
    for some in parts(numbers):
        for row in await table.select().where(table._meta.primary_key.is_in(some)):
            found[row["id"]] = row
    return found


def parts(numbers: Iterable[int]) -> list[list[int]]:
    """Return numbers in lists short enough for one question.

    >>> [len(some) for some in parts(range(1200))]
    [500, 500, 200]
    """
    every = list(numbers)
    return [every[start : start + CHUNK] for start in range(0, len(every), CHUNK)]
