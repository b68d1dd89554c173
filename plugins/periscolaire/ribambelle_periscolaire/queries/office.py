"""Bookings as the office reads them: whose, in which class, of which day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ribambelle.database import Prepared, many
from ribambelle_periscolaire.domain.doors import Pupil
from ribambelle_periscolaire.domain.taking import Held, Key
from ribambelle_periscolaire.queries import placements
from ribambelle_periscolaire.tables import Booking

STANDING = ("booked", "waiting", "offered", "absent")
"""States of a booking that somebody still counts on."""
ASKED = """
SELECT b.id, b.child, b.day, b.unit, b."group", b.state, b.payer, b.price, p.cents, b.absence,
  b.offered_until, b.line, c.given_name, c.family_name, c.born_on, c.household, c.school,
  c.class_name, s.name AS school_name
FROM periscolaire_booking b
JOIN core_child c ON c.id = b.child
JOIN periscolaire_unit u ON u.id = b.unit
LEFT JOIN periscolaire_price p ON p.id = b.price
LEFT JOIN core_school s ON s.id = c.school
"""
ORDER = " ORDER BY b.day, b.id"


def _between(given: Any) -> Any:
    text = f"{ASKED} WHERE {many.among('u.activity')} AND b.day BETWEEN {{}} AND {{}}{ORDER}"
    return Booking.raw(text, given.activities, given.first, given.last)


BETWEEN = Prepared(_between)
OF_CHILD = Prepared(
    lambda given: Booking.raw(
        f"{ASKED} WHERE b.child = {{}} AND b.day BETWEEN {{}} AND {{}}{ORDER}",
        given.child,
        given.first,
        given.last,
    )
)


@dataclass(frozen=True, slots=True)
class Booked:
    """One booking, with the child it is for."""

    id: int
    key: Key
    held: Held
    pupil: Pupil
    family_name: str

    @property
    def day(self) -> date:
        """The day it is for."""
        return self.key[1]

    @property
    def unit(self) -> int:
        """What is booked."""
        return self.key[2]

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.held.state

    @property
    def name(self) -> str:
        """The child's whole name."""
        return f"{self.pupil.name} {self.family_name}".strip()

    @property
    def place(self) -> str:
        """The child's class and school."""
        return ", ".join(part for part in (self.pupil.class_name, self.pupil.school_name) if part)

    @property
    def in_class(self) -> tuple[str, str, str, str]:
        """Where it stands in a list: by school, class, then name."""
        return (
            self.pupil.school_name,
            self.pupil.class_name,
            self.family_name.casefold(),
            self.pupil.name.casefold(),
        )


async def between(
    activities: Iterable[int], first: date, last: date, states: Sequence[str] = STANDING
) -> list[Booked]:
    """Return the bookings of some activities between two days, the first made first."""
    listed = many.listed(sorted(set(activities)))
    rows = await BETWEEN.ask(activities=listed, first=first, last=last)
    return await _booked([row for row in rows if row["state"] in states], first, last)


async def of_child(child: int, first: date, last: date) -> list[Booked]:
    """Return what was ever booked for a child between two days."""
    return await _booked(await OF_CHILD.ask(child=child, first=first, last=last), first, last)


async def _booked(rows: list[dict[str, Any]], first: date, last: date) -> list[Booked]:
    """Return bookings, each child in the school and the class it has on that day."""
    known = await placements.to_come({row["child"] for row in rows}, first, last)
    return [_one(placements.placed(row, row["day"], known)) for row in rows]


def _one(row: dict[str, Any]) -> Booked:
    return Booked(
        row["id"],
        (row["child"], row["day"], row["unit"]),
        Held(
            row["state"],
            row["group"],
            row["price"],
            row["cents"] or 0,
            row["payer"],
            row["line"],
            row["absence"],
            row["offered_until"],
        ),
        Pupil(
            row["child"],
            row["given_name"],
            row["household"],
            row["born_on"],
            row["school"],
            row["school_name"] or "",
            row["class_name"],
        ),
        row["family_name"],
    )
