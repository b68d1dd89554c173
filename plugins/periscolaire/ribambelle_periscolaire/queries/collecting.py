"""Whom to call about a child, and who may come for it."""

from dataclasses import dataclass
from datetime import date

from ribambelle.database import Prepared, many
from ribambelle_periscolaire.tables import Booking

ASKED = """
SELECT r.child, q.given_name, q.family_name, q.phone, r.may_collect
FROM core_responsibility r JOIN core_adult q ON q.id = r.adult
WHERE r.ended_at IS NULL AND (r.until IS NULL OR r.until >= {})
"""
ADULTS = Prepared(
    lambda given: Booking.raw(
        f"{ASKED} AND {many.among('r.child')} ORDER BY r.kind, r.id",
        given.day,
        given.children,
    )
)


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who answers for a child."""

    name: str
    phone: str
    may_collect: bool


async def of_children(children: list[int], day: date) -> dict[int, list[Called]]:
    """Return who answers for some children on a day, with their telephone."""
    found: dict[int, list[Called]] = {}
    for row in await ADULTS.ask(day=day, children=many.listed(children)):
        name = f"{row['given_name']} {row['family_name']}".strip()
        called = Called(name, row["phone"], bool(row["may_collect"]))
        found.setdefault(row["child"], []).append(called)
    return found
