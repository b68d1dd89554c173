"""The classes of the schools, as the register of children names them."""

from dataclasses import dataclass

from ribambelle.identity.tables import Child


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
SELECT c.school, c.class_name, s.name, count(*) AS children FROM core_child c
JOIN core_school s ON s.id = c.school WHERE c.class_name <> ''
GROUP BY c.school, c.class_name, s.name ORDER BY s.name, c.class_name
"""


async def every() -> list[Class]:
    """Return the classes that have a child, by school."""
    rows = await Child.raw(EVERY)
    return [Class(row["school"], row["class_name"], row["name"], row["children"]) for row in rows]


async def named(key: str) -> Class | None:
    """Return the class a form names, if there is one."""
    return next((one for one in await every() if one.key == key), None) if key else None


async def children(found: Class) -> dict[int, str]:
    """Return the children of a class with their whole names, in the order of a register."""
    rows = (
        await Child.select(Child.id, Child.given_name, Child.family_name)
        .where((Child.school == found.school) & (Child.class_name == found.name))
        .order_by(Child.family_name, Child.given_name, Child.id)
    )
    return {row["id"]: f"{row['given_name']} {row['family_name']}".strip() for row in rows}
