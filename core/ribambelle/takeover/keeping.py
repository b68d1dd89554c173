"""What a takeover made and changed is kept beside it, for the way back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from piccolo.table import Table

from ribambelle.database import many
from ribambelle.takeover import traces
from ribambelle.takeover.tables import Takeover
from ribambelle.takeover.traces import Trace

COLUMNS = ("takeover", "matter", "owner", "of_table", "row", "before", "after", "at")
Counts = Mapping[str, int]
Left = tuple[str, Trace]
"""The matter that made or changed a row, and the row."""


async def begin(name: str, files: Mapping[str, str], now: datetime, by: int | None) -> int:
    """Begin a takeover, in the open transaction; return its number.

    :param files: SHA-256 of each file, by name.
    """
    row = Takeover(
        name=name[:200],
        files=msgspec.json.encode(dict(files)).decode(),
        created_at=now,
        created_by=by,
    )
    return int((await Takeover.insert(row).returning(Takeover.id))[0]["id"])


async def end(number: int, counts: Mapping[str, Counts]) -> None:
    """Write how many lines of each file were created, updated, left, refused."""
    outcome = msgspec.json.encode(dict(counts)).decode()
    await Takeover.update({Takeover.outcome: outcome}).where(Takeover.id == number)


async def note(
    name: str, matter: str, left: Sequence[Trace], counts: Counts, now: datetime, by: int | None
) -> None:
    """Keep, in the open transaction, what a list brought in on a page made: it has its way back."""
    if left:
        number = await begin(name, {}, now, by)
        await keep(number, [(matter, one) for one in left], now)
        await end(number, {matter: counts})


def settled(left: Sequence[Left]) -> list[Left]:
    """Return one trace for each row: what it said first, and what it says in the end.

    A row made, then changed by a later file, was made; one changed twice goes back to the first.

    >>> from ribambelle.identity.tables import Child
    >>> said = [({"a": 1}, {"a": 2}), ({"a": 2, "b": 1}, {"a": 3, "b": 2})]
    >>> twice = [("x", Trace("household:1", Child, 5, *one)) for one in said]
    >>> [(dict(one.before), dict(one.after)) for _, one in settled(twice)]
    [({'a': 1, 'b': 1}, {'a': 3, 'b': 2})]
    >>> len(settled([("x", Trace("household:1", Child, 5)), *twice]))
    1
    """
    found: dict[tuple[object, ...], Left] = {}
    for place, (matter, one) in enumerate(left):
        key = (one.table, one.row) if one.table is not None else (place,)
        if key not in found:
            found[key] = matter, one
        elif (first := found[key][1]).before is not None:
            before = {**(one.before or {}), **first.before}
            after = {**(first.after or {}), **(one.after or {})}
            found[key] = found[key][0], replace(first, before=before, after=after)
    return list(found.values())


async def keep(number: int, everything: Sequence[Left], now: datetime) -> None:
    """Keep what each matter made and changed, with each new row as it stands in the end."""
    left = settled(everything)
    made: dict[type[Table], list[int]] = {}
    for _, one in left:
        if one.table is not None and one.before is None:
            made.setdefault(one.table, []).append(one.row)
    stand = {table: await traces.rows(table, numbers) for table, numbers in made.items()}
    rows = [
        (*(number, matter, one.owner, _named(one), one.row), *_said(one, stand), now)
        for matter, one in left
    ]
    await many.write("core_taken_row", COLUMNS, rows)


def _named(one: Trace) -> str:
    return one.table._meta.tablename if one.table is not None else ""


def _said(
    one: Trace, stand: Mapping[type[Table], Mapping[int, Mapping[str, Any]]]
) -> tuple[str, str]:
    """Return what a row said before and after, as text; the digest of one that was made."""
    if one.table is not None and one.before is None:
        return "", traces.digest(stand[one.table][one.row])
    return traces.written(one.before or {}), traces.written(one.after or {})
