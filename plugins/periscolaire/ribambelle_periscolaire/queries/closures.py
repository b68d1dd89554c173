"""Closures as the office keeps them, and what each closed."""

from datetime import date, datetime
from typing import Any

from ribambelle.database import Prepared, many
from ribambelle.errors import NotYours
from ribambelle_periscolaire.domain.bookings import Happened, Key
from ribambelle_periscolaire.tables import BookingEvent, Closure

ACTS = (
    "SELECT child, day, unit, act FROM periscolaire_event WHERE at = {} AND day BETWEEN {} AND {}"
)
EVENTS = 'SELECT id, child, day, unit, act, state, "group", price FROM periscolaire_event'


def _stories(given: Any) -> Any:
    among = many.among("child")
    return BookingEvent.raw(
        f"{EVENTS} WHERE {among} AND day BETWEEN {{}} AND {{}} ORDER BY id",
        given.children,
        given.first,
        given.last,
    )


STORIES = Prepared(_stories)


async def every() -> list[Closure]:
    """Return the closures, those that stand first, the latest first."""
    rows = await Closure.objects().order_by(Closure.first, ascending=False).limit(200)
    return sorted(rows, key=lambda one: one.lifted_at is not None)


async def one(number: int) -> Closure:
    """Return a closure, or behave as if it did not exist."""
    found = await Closure.objects().get(Closure.id == number)
    if found is None:
        raise NotYours
    return found


async def same(row: Closure) -> int:
    """Return the number of a closure of the same days and the same children that stands; 0 if none."""
    found = (
        await Closure.select(Closure.id)
        .where(
            (Closure.first == row.first)
            & (Closure.last == row.last)
            & (Closure.class_name == row.class_name)
            & Closure.lifted_at.is_null()
        )
        .where(_is(Closure.activity, row.activity), _is(Closure.school, row.school))
        .first()
    )
    return int(found["id"]) if found else 0


def _is(column: Any, value: Any) -> Any:
    return column.is_null() if value is None else column == value


async def closed(row: Closure, children: list[int] | None = None) -> set[Key]:
    """Return the bookings a closure closed, of some children or of all."""
    return {key for key, act in await _acts(row, row.declared_at, children) if act == "close"}


async def given_back(row: Closure, children: list[int] | None = None) -> dict[Key, str]:
    """Return what lifting a closure gave back, and how: reopened, or waiting again."""
    if row.lifted_at is None:
        return {}
    acts = await _acts(row, row.lifted_at, children)
    return {key: act for key, act in acts if act in {"reopen", "wait"}}


async def _acts(row: Closure, at: datetime, children: list[int] | None) -> list[tuple[Key, str]]:
    if children is None:
        rows = await BookingEvent.raw(ACTS, at, row.first, row.last)
    else:
        among, listed = many.among("child"), many.listed(children)
        rows = await BookingEvent.raw(f"{ACTS} AND {among}", at, row.first, row.last, listed)
    return [((one["child"], one["day"], one["unit"]), one["act"]) for one in rows]


async def stories(children: list[int], first: date, last: date) -> dict[Key, list[Happened]]:
    """Return all that happened to the bookings of some children between two days, in order."""
    found: dict[Key, list[Happened]] = {}
    rows = await STORIES.ask(children=many.listed(children), first=first, last=last)
    for row in rows:
        key = row["child"], row["day"], row["unit"]
        one = Happened(row["id"], key, row["act"], row["state"], row["group"], row["price"])
        found.setdefault(key, []).append(one)
    return found
