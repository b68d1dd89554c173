"""Where were, are and will children be on a day? Their enrolment says it, but for the year that runs.

Until a year begins for a child, its own row tells where it is today, and its enrolment where it goes.
Once a later year has begun, the row tells that one, and the enrolment where the child was.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from ribambelle.database import Prepared, many
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.tables import Enrolment

TO_COME = (
    "SELECT e.child, e.year, e.school, e.class_name, s.name AS school_name"
    " FROM periscolaire_enrolment e JOIN core_school s ON s.id = e.school"
    " JOIN core_demande m ON m.id = e.demande AND m.state = 'accepted'"
    " WHERE NOT e.is_placed AND e.year BETWEEN {} AND {}"
)
BETWEEN = Prepared(
    lambda given: Enrolment.raw(
        f"{TO_COME} AND {many.among('e.child')}",
        given.first_year,
        given.last_year,
        given.children,
    )
)
AT_SCHOOL = Prepared(
    lambda given: Enrolment.raw(
        f"{TO_COME} AND e.school = {{}}", given.year, given.year, given.school
    )
)

ON = Prepared(
    lambda given: Enrolment.raw(
        "SELECT e.child, e.year, e.school, e.class_name, s.name AS school_name"  # noqa: S608 - ours
        " FROM periscolaire_enrolment e JOIN core_school s ON s.id = e.school"
        " JOIN core_demande m ON m.id = e.demande AND m.state IN ('accepted', 'ended')"
        f" WHERE e.year = {{}} AND {many.among('e.child')}"
        " AND (NOT e.is_placed AND m.state = 'accepted' OR EXISTS ("
        "SELECT 1 FROM periscolaire_enrolment l"
        " WHERE l.child = e.child AND l.year > e.year AND l.is_placed))",
        given.year,
        given.children,
    )
)


@dataclass(frozen=True, slots=True)
class Placement:
    """The school and the class of a child, one school year."""

    school: int
    school_name: str
    class_name: str


Placements = dict[tuple[int, int], Placement]
"""By child and school year; a child whose own row tells is not there."""


async def to_come(children: Collection[int], first: date, last: date) -> Placements:
    """Return where some children will be, of the school years between two days."""
    if not children:
        return {}
    rows = await BETWEEN.ask(
        children=many.listed(sorted(children)),
        first_year=school_year(first),
        last_year=min(school_year(last), first.year + 2),  # « for ever » is further than any year
    )
    return _by_child(rows)


async def on(children: Collection[int], day: date) -> Placements:
    """Return where some children are on a day, whichever year it is of: gone, or to come."""
    if not children:
        return {}
    return _by_child(await ON.ask(children=many.listed(sorted(children)), year=school_year(day)))


async def to_come_at(school: int, day: date) -> Placements:
    """Return the children who will be in a school on a day, and are not placed there yet."""
    return _by_child(await AT_SCHOOL.ask(school=school, year=school_year(day)))


def placed(row: dict[str, Any], day: date, known: Placements) -> dict[str, Any]:
    """Return the row of a child with the school and the class it has on a day.

    >>> there = {(1, 2027): Placement(8, "Tilleuls", "CP")}
    >>> lea = {"child": 1, "school": 7, "school_name": "Lilas", "class_name": "GS"}
    >>> placed(lea, date(2027, 6, 30), there)["class_name"]
    'GS'
    >>> placed(lea, date(2027, 9, 2), there)
    {'child': 1, 'school': 8, 'school_name': 'Tilleuls', 'class_name': 'CP'}
    """
    found = known.get((row["child"], school_year(day)))
    if found is None:
        return row
    return row | {
        "school": found.school,
        "school_name": found.school_name,
        "class_name": found.class_name,
    }


def _by_child(rows: list[dict[str, Any]]) -> Placements:
    return {
        (row["child"], row["year"]): Placement(row["school"], row["school_name"], row["class_name"])
        for row in rows
    }
