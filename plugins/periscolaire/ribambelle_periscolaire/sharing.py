"""What may be shown of an activity to the association that runs it: who comes, or how many.

Name, age, school and class of the children whose enrolment is accepted; no address, no income,
nobody's telephone, nothing of health.
"""

from collections import Counter
from datetime import date
from typing import Any

from ribambelle.database import Prepared
from ribambelle.sharing import Shareable, Shown
from ribambelle.statistics import HIDDEN, Cell, protected
from ribambelle.web.formats import age
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.queries import catalogue

THRESHOLD = 5
"""Fewer children than this could be recognised by their number alone."""
TEXT = """
SELECT c.given_name, c.family_name, c.born_on, s.name AS school_name, e.class_name
FROM periscolaire_enrolled d
JOIN periscolaire_enrolment e ON e.id = d.enrolment
JOIN core_demande m ON m.id = e.demande AND m.state = 'accepted'
JOIN core_child c ON c.id = e.child
LEFT JOIN core_school s ON s.id = e.school
WHERE d.activity = {} AND e.year = {} AND (e.ends_on IS NULL OR e.ends_on >= {})
ORDER BY c.folded, c.id
"""
ENROLLED = Prepared(lambda given: tables.Enrolled.raw(TEXT, given.activity, given.year, given.day))


async def activities() -> dict[int, str]:
    """Return the activities that are open, by number."""
    return {one.id: one.name for one in (await catalogue.current()).activities}


async def _enrolled(activity: int, day: date) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await ENROLLED.ask(
        activity=activity, year=school_year(day), day=day
    )
    return rows


async def children(activity: int, day: date) -> Shown:
    """Return the children enrolled in an activity this school year, by name."""
    rows = await _enrolled(activity, day)
    return Shown(
        ("Enfant", "Âge", "École", "Classe"),
        tuple(
            (
                f"{row['given_name']} {row['family_name']}".strip(),
                age(row["born_on"], day) if row["born_on"] else "",
                row["school_name"] or "",
                row["class_name"],
            )
            for row in rows
        ),
        "Enfants dont l’inscription de l’année est acceptée.",
    )


async def figures(activity: int, day: date) -> Shown:
    """Return how many children of each school are enrolled in an activity, and no name."""
    rows = await _enrolled(activity, day)
    counted = sorted(Counter(row["school_name"] or "Sans école" for row in rows).items())
    *cells, total = protected([[many] for _, many in counted], THRESHOLD).cells if counted else [()]
    told = [*zip((name for name, _ in counted), cells, strict=True), ("Ensemble", total)]
    return Shown(
        ("École", "Enfants inscrits"),
        tuple((name, _written(cell[0])) for name, cell in told) if counted else (),
        f"Aucun nom ; un nombre plus petit que {THRESHOLD} n’est pas montré.",
    )


def _written(cell: Cell) -> str:
    return "non montré" if cell is HIDDEN else str(cell)


SHAREABLE = (
    Shareable("periscolaire.children", "Enfants inscrits", activities, children),
    Shareable("periscolaire.figures", "Nombre d’inscrits", activities, figures),
)
