"""Bookings, what happened to them, and how full each spot is."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.database import Prepared, many
from ribambelle.identity import Person
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.domain.taking import Change, Fill, Held, Key, Spot, Waiting
from ribambelle_periscolaire.domain.tariff import Price

COLUMNS = """
SELECT b.child, b.day, b.unit, b."group", b.state, b.payer, b.price, p.cents, b.absence,
  b.offered_until, b.line, y.household AS home
FROM periscolaire_booking b LEFT JOIN periscolaire_price p ON p.id = b.price
LEFT JOIN core_adult y ON y.id = b.payer
"""
WITHIN = "BETWEEN {} AND {}"
LOADS_READ = 'SELECT "group", day, part, taken, waiting, staff FROM periscolaire_load'


def _between(given: Any, listed: Any, text: str, more: str = "") -> Any:
    return tables.Booking.raw(f"{text} {WITHIN}{more}", listed, given.first, given.last)


OF_CHILDREN = Prepared(
    lambda given: _between(
        given, given.children, f"{COLUMNS} WHERE {many.among('b.child')} AND b.day"
    )
)
WAITING = Prepared(
    lambda given: _between(
        given,
        given.groups,
        COLUMNS + "WHERE " + many.among('b."group"') + " AND b.day",
        " AND b.state = 'waiting' ORDER BY b.line",
    )
)
LOADS = Prepared(
    lambda given: _between(
        given, given.groups, LOADS_READ + " WHERE " + many.among('"group"') + " AND day"
    )
)
OF_ADULT = Prepared(
    lambda given: tables.Booking.raw(
        "SELECT b.child, c.given_name, b.day, b.unit FROM periscolaire_booking b"
        " JOIN core_child c ON c.id = b.child JOIN core_responsibility r ON r.child = b.child"
        " WHERE r.adult = {} AND r.ended_at IS NULL AND b.day BETWEEN {} AND {}"
        " AND b.state = 'booked' ORDER BY b.day, c.id, b.unit",
        given.adult,
        given.first,
        given.last,
    )
)
ANSWERED = Prepared(
    lambda given: (
        tables.Request.select(tables.Request.answer)
        .where((tables.Request.account == given.account) & (tables.Request.key == given.key))
        .limit(1)
    )
)


async def of_children(children: Sequence[int], first: date, last: date) -> dict[Key, Held]:
    """Return what is held for some children between two days, both included."""
    rows = await OF_CHILDREN.ask(children=many.listed(children), first=first, last=last)
    return {(row["child"], row["day"], row["unit"]): _held(row) for row in rows}


async def booked_for(adult: int, first: date, last: date) -> list[dict[str, Any]]:
    """Return what is booked for the children an adult answers for, between two days."""
    found: list[dict[str, Any]] = await OF_ADULT.ask(adult=adult, first=first, last=last)
    return found


async def waiting(groups: Iterable[int], first: date, last: date) -> list[Waiting]:
    """Return who waits for some groups between two days, first in line first."""
    listed = many.listed(sorted(set(groups)))
    rows = await WAITING.ask(groups=listed, first=first, last=last)
    return [Waiting((row["child"], row["day"], row["unit"]), _held(row)) for row in rows]


def _held(row: dict[str, Any]) -> Held:
    return Held(
        row["state"],
        row["group"],
        row["price"],
        row["cents"] or 0,
        row["payer"],
        row["line"],
        row["absence"],
        row["offered_until"],
        row["home"],
    )


async def loads(groups: Iterable[int], first: date, last: date) -> dict[Spot, Fill]:
    """Return how full some groups are between two days; a spot nobody touched is not there.

    The capacity is left unknown: it is the rule's to tell, from the group and the staff of the day.
    """
    listed = many.listed(sorted(set(groups)))
    rows = await LOADS.ask(groups=listed, first=first, last=last)
    return {
        (row["group"], row["day"], row["part"]): Fill(
            None, row["taken"], row["waiting"], row["staff"]
        )
        for row in rows
    }


PRICE = ("digest", "tariff", "cents", "inputs", "steps")


KNOWN_PRICES = "periscolaire.prices"
MANY_PRICES = 5_000


async def keep_prices(prices: Iterable[Price]) -> dict[str, int]:
    """Keep each price with what it was computed from, once; return their numbers by name.

    Those `trust` was told of are not asked again: nothing removes a price.
    """
    known: dict[str, int] = tenants.current().engine.kept.get(KNOWN_PRICES, {})
    found, rows = {}, {}
    for price in prices:
        name = name_of(price)
        if name in known:
            found[name] = known[name]
        else:
            rows[name] = (name, price.tariff, price.cents, *_told(price))
    if not rows:
        return found
    written = await many.write(
        "periscolaire_price",
        PRICE,
        [rows[name] for name in sorted(rows)],
        unique=("digest",),
        change=("digest",),
        returning=("id", "digest"),
    )
    return found | {row["digest"]: row["id"] for row in written}


def trust(numbers: dict[str, int]) -> None:
    """Remember prices that are written for good; only once their transaction is kept."""
    known = tenants.current().engine.kept.setdefault(KNOWN_PRICES, {})
    if len(known) > MANY_PRICES:
        known.clear()
    known.update(numbers)


def name_of(price: Price) -> str:
    """Return what names a price: the same inputs and steps are one row.

    >>> one = Price(310, "Cantine", (("QF", "820"),), ("Tranche B : 3,10 €",))
    >>> name_of(one) == name_of(Price(310, "Cantine", (("QF", "820"),), ("Tranche B : 3,10 €",)))
    True
    """
    told = msgspec.json.encode((price.tariff, price.cents, *_told(price)))
    return hashlib.sha256(told).hexdigest()


def _told(price: Price) -> tuple[str, str]:
    return msgspec.json.encode(price.inputs).decode(), msgspec.json.encode(price.steps).decode()


EVENT = ("child", "day", "unit", "group", "act", "state", "price", "payer", "account", "side", "at")
BOOKING = (
    *("child", "day", "unit", "group", "state", "payer", "price", "absence"),
    *("offered_until", "line", "changed_at"),
)


async def write(
    changes: Sequence[Change], account: int | None, side: str, now: datetime
) -> dict[Key, Held]:
    """Write what happened, then what stands: the last change of each booking; return it.

    Whoever was put in a waiting line stands there by the number of that event.
    """
    events = [
        (
            *(*change.key, change.held.group, change.act, change.held.state),
            *(change.held.price, change.held.payer, account, side, now),
        )
        for change in changes
    ]
    numbers = await many.write("periscolaire_event", EVENT, events, returning=("id",))
    last: dict[Key, Held] = {}
    for change, row in zip(changes, sorted(row["id"] for row in numbers), strict=True):
        held = change.held
        if change.act == "wait":
            held = replace(held, line=row)
        last[change.key] = held
    rows = [
        (
            *(*key, held.group, held.state, held.payer, held.price),
            *(held.absence, held.offered_until, held.line, now),
        )
        for key, held in sorted(last.items())
    ]
    await many.write(
        "periscolaire_booking",
        BOOKING,
        rows,
        unique=("child", "day", "unit"),
        change=BOOKING[3:],
    )
    return last


LOAD = ("group", "day", "part", "taken", "waiting", "staff")


async def write_loads(fills: dict[Spot, Fill]) -> None:
    """Write how full some spots are now."""
    rows = [(*spot, fill.taken, fill.waiting, fill.staff) for spot, fill in sorted(fills.items())]
    await many.write(
        "periscolaire_load",
        LOAD,
        rows,
        unique=("group", "day", "part"),
        change=("taken", "waiting"),
    )


async def write_staff(group: int, day: date, parts: Sequence[int], staff: int | None) -> None:
    """Write how many adults a group has on a day, for each part of it; None for its usual ones."""
    await many.write(
        "periscolaire_load",
        ("group", "day", "part", "taken", "waiting", "staff"),
        [(group, day, part, 0, 0, staff) for part in parts],
        unique=("group", "day", "part"),
        change=("staff",),
    )


async def remember(person: Person, key: str, answer: str, now: datetime) -> bool:
    """Keep what a request was answered; False when the same one was answered already."""
    written = await many.write(
        "periscolaire_request",
        ("account", "key", "answer", "at"),
        [(person.account, _short(key), answer, now)],
        unique=("account", "key"),
        returning=("id",),
    )
    return bool(written)


async def answered(person: Person, key: str) -> str:
    """Return what a request was answered; empty when it never came."""
    found = await ANSWERED.ask(account=person.account, key=_short(key))
    return found[0]["answer"] if found else ""


def _short(key: str) -> str:
    """Return what a request's key is kept as, whatever its length."""
    return hashlib.sha256(key.encode()).hexdigest()
