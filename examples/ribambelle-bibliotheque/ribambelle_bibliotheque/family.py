"""For which children may somebody ask something of the library?"""

from datetime import date

from ribambelle.identity import Person, responsibilities
from ribambelle.identity.tables import Child
from ribambelle_bibliotheque.queries import children


async def children_of(person: Person, day: date) -> list[Child]:
    """Return the children this person may book for, the eldest first."""
    return await children.born(await responsibilities.children_of(person.adult, "book", day))


async def numbers_of(person: Person, day: date) -> list[int]:
    """Return their numbers."""
    return [int(child.id) for child in await children_of(person, day)]
