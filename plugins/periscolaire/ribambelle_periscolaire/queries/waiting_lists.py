"""Who waits for a place, at which rank, and what is offered to whom."""

from datetime import date
from typing import Any

from ribambelle.database import Prepared
from ribambelle.errors import NotYours
from ribambelle.identity import Person, custodies
from ribambelle_periscolaire import tables

MINE = """
SELECT b.id, b.child, c.given_name, b.unit, b.day, b.state, b.offered_until, b.line, p.cents,
  (SELECT count(*) FROM periscolaire_booking o
   WHERE o.day = b.day AND o."group" = b."group" AND o.unit = b.unit
     AND o.state = 'waiting' AND o.line <= b.line) AS rank
FROM periscolaire_booking b
JOIN core_child c ON c.id = b.child
JOIN core_responsibility r ON r.child = b.child
LEFT JOIN periscolaire_price p ON p.id = b.price
WHERE r.adult = {} AND r.ended_at IS NULL AND r.may_book AND (r.until IS NULL OR r.until >= {})
  AND b.day >= {} AND b.state IN ('waiting', 'offered')
ORDER BY b.day, b.child
"""
OF_FAMILY = Prepared(lambda given: tables.Booking.raw(MINE, given.adult, given.day, given.day))


async def own(person: Person, day: date) -> list[dict[str, Any]]:
    """Return what is offered to a family and what it waits for, from a day on.

    The days a child is with its other parent are the other's to book, to pay and to answer for.
    """
    found: list[dict[str, Any]] = await OF_FAMILY.ask(adult=person.adult, day=day)
    if not found:
        return found
    children, last = sorted({row["child"] for row in found}), found[-1]["day"]
    away = await custodies.elsewhere(children, person.household, day, last)
    return [row for row in found if row["day"] not in away.get(row["child"], ())]


async def mine(person: Person, booking: int, day: date) -> tables.Booking:
    """Return a booking of a child this person may book for, or behave as if it did not exist."""
    found = await tables.Booking.objects().get(tables.Booking.id == booking)
    if found is None:
        raise NotYours
    rows = await tables.Booking.raw(
        "SELECT 1 AS held FROM core_responsibility r WHERE r.adult = {} AND r.child = {}"
        " AND r.ended_at IS NULL AND r.may_book AND (r.until IS NULL OR r.until >= {})",
        person.adult,
        int(found.child),
        day,
    )
    if not rows:
        raise NotYours
    return found
