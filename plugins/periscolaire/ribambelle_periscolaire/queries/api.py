"""Bookings and children as programs list them: one page after the other, by their numbers."""

from datetime import date
from typing import Any

from ribambelle.database import Prepared, many
from ribambelle.errors import NotYours
from ribambelle_periscolaire.domain.taking import Key
from ribambelle_periscolaire.queries import placements
from ribambelle_periscolaire.tables import Booking, Enrolment

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


ENROLLED = Prepared(
    lambda given: Enrolment.raw(
        "SELECT c.id AS child, c.given_name, c.school, s.name AS school_name, c.class_name"
        " FROM periscolaire_enrolment e JOIN core_child c ON c.id = e.child"
        " JOIN core_demande m ON m.id = e.demande AND m.state = 'accepted'"
        " LEFT JOIN core_school s ON s.id = c.school"
        " WHERE e.year = {} AND c.id > {} ORDER BY c.id LIMIT {}",
        given.year,
        given.after,
        given.limit,
    )
)
OPENED = Prepared(
    lambda given: Enrolment.raw(
        "SELECT e.child, d.activity FROM periscolaire_enrolment e"  # noqa: S608 - ours
        " JOIN periscolaire_enrolled d ON d.enrolment = e.id"
        f" WHERE e.year = {{}} AND {many.among('e.child')} ORDER BY d.activity",
        given.year,
        given.children,
    )
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


async def enrolled(year: int, day: date, after: int, limit: int) -> list[dict[str, Any]]:
    """Return children enrolled for a school year, where they are on a day of it, and in what."""
    rows = await ENROLLED.ask(year=year, after=after, limit=limit)
    children = sorted(row["child"] for row in rows)
    opened: dict[int, list[int]] = {child: [] for child in children}
    for row in await OPENED.ask(year=year, children=many.listed(children)) if rows else ():
        opened[row["child"]].append(row["activity"])
    there = await placements.on(children, day)
    return [
        placements.placed(row, day, there) | {"activities": opened[row["child"]]} for row in rows
    ]
