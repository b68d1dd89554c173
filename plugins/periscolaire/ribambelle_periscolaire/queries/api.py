"""Bookings as programs list them: one page after the other, by their numbers."""

from datetime import date
from typing import Any

from ribambelle.database import Prepared
from ribambelle.errors import NotYours
from ribambelle_periscolaire.domain.taking import Key
from ribambelle_periscolaire.tables import Booking

ASKED = """
SELECT b.id, b.child, u.activity, b.unit, b."group", b.day, b.state, p.cents, b.absence,
  b.changed_at
FROM periscolaire_booking b
JOIN periscolaire_unit u ON u.id = b.unit
LEFT JOIN periscolaire_price p ON p.id = b.price
WHERE {where} AND b.day BETWEEN {{}} AND {{}} AND b.id > {{}} ORDER BY b.id LIMIT {{}}
"""


def _asked(given: Any, where: str) -> Any:
    text = ASKED.format(where=where)
    return Booking.raw(text, given.whose, given.first, given.last, given.after, given.limit)


OF_CHILD = Prepared(lambda given: _asked(given, "b.child = {}"))
OF_HOME = Prepared(
    lambda given: _asked(given, "b.child IN (SELECT id FROM core_child WHERE household = {})")
)


KEY = Prepared(
    lambda given: Booking.select(Booking.child, Booking.day, Booking.unit).where(
        Booking.id == given.number
    )
)


async def page(
    child: int | None, household: int | None, first: date, last: date, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return bookings of a child, or of the children of a household, after one of them."""
    question = OF_HOME if child is None else OF_CHILD
    found: list[dict[str, Any]] = await question.ask(
        whose=household if child is None else child,
        first=first,
        last=last,
        after=after,
        limit=limit,
    )
    return found


async def key_of(number: int) -> Key:
    """Return the child, the day and the unit of a booking, or behave as if it did not exist."""
    found = await KEY.ask(number=number)
    if not found:
        raise NotYours
    return found[0]["child"], found[0]["day"], found[0]["unit"]
