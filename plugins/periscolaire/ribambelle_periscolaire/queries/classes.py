"""The classes of the schools, as the register of children names them."""

from dataclasses import dataclass
from datetime import date

from ribambelle.database import many
from ribambelle.identity.tables import Child
from ribambelle_periscolaire.queries import placements


@dataclass(frozen=True, slots=True)
class Class:
    """One class of one school."""

    school: int
    name: str
    school_name: str
    children: int

    @property
    def key(self) -> str:
        """What a form names it by.

        >>> Class(4, "CE1 A", "Jean-Jaurès", 24).key
        '4:CE1 A'
        """
        return f"{self.school}:{self.name}"

    @property
    def label(self) -> str:
        """What an agent reads.

        >>> Class(4, "CE1 A", "Jean-Jaurès", 24).label
        'Jean-Jaurès, CE1 A'
        """
        return f"{self.school_name}, {self.name}"


EVERY = """
SELECT w.school, w.class_name, s.name, count(DISTINCT w.child) AS children FROM (
  SELECT id AS child, school, class_name FROM core_child
  UNION ALL
  SELECT e.child, e.school, e.class_name FROM periscolaire_enrolment e
  JOIN core_demande m ON m.id = e.demande AND m.state = 'accepted' WHERE NOT e.is_placed
) w JOIN core_school s ON s.id = w.school WHERE w.class_name <> ''
GROUP BY w.school, w.class_name, s.name ORDER BY s.name, w.class_name
"""
IN_CLASS = """
SELECT c.id AS child, c.given_name, c.family_name, c.school, c.class_name FROM core_child c
WHERE (c.school = {} AND c.class_name = {}) OR
"""


async def every() -> list[Class]:
    """Return the classes that have a child, or will have one next year, by school."""
    rows = await Child.raw(EVERY)
    return [Class(row["school"], row["class_name"], row["name"], row["children"]) for row in rows]


async def named(key: str) -> Class | None:
    """Return the class a form names, if there is one."""
    return next((one for one in await every() if one.key == key), None) if key else None


async def children(found: Class, day: date) -> dict[int, str]:
    """Return the children of a class on a day with their whole names, as in a register."""
    there = await placements.to_come_at(found.school, day)
    rows = await Child.raw(
        f"{IN_CLASS} {many.among('c.id')} ORDER BY c.family_name, c.given_name, c.id",
        found.school,
        found.name,
        many.listed(sorted(child for child, _ in there)),
    )
    known = await placements.to_come({row["child"] for row in rows}, day, day)
    placed = [placements.placed(row, day, known) for row in rows]
    return {
        row["child"]: f"{row['given_name']} {row['family_name']}".strip()
        for row in placed
        if (row["school"], row["class_name"]) == (found.school, found.name)
    }
