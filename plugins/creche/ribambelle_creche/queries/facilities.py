"""The crèches of a commune."""

from piccolo.query.functions.aggregate import Max

from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.identity.tables import Quartier
from ribambelle_creche.tables import Capacity, Facility

OPEN = Facility.is_open.eq(True)


async def every() -> list[Facility]:
    """Return the open crèches by name, with their quartier."""
    return (
        await Facility.objects(Facility.quartier).where(OPEN).order_by(Facility.folded, Facility.id)
    )


async def one(facility: int) -> Facility:
    """Return an open crèche with its quartier, or behave as if it did not exist."""
    found = await Facility.objects(Facility.quartier).get((Facility.id == facility) & OPEN)
    if found is None:
        raise NotYours
    return found


async def managed_by(person: Person) -> list[Facility]:
    """Return the crèches this person directs."""
    numbers = person.numbers("creche_manager", "creche.facility")
    return [facility for facility in await every() if facility.id in numbers]


async def quartiers() -> list[tuple[int, str]]:
    """Return the quartiers that are not part of another, by name."""
    rows = (
        await Quartier.select(Quartier.id, Quartier.name)
        .where(Quartier.parent.is_null())
        .order_by(Quartier.name)
    )
    return [(row["id"], row["name"]) for row in rows]


async def free_groups() -> dict[int, list[str]]:
    """Return, for each crèche, the age groups in which a half-day is free now."""
    rows = (
        await Capacity.select(
            Capacity.facility, Capacity.age_group, Max(Capacity.free, alias="free")
        )
        .where(Capacity.free > 0)
        .group_by(Capacity.facility, Capacity.age_group)
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row["facility"], []).append(row["age_group"])
    return found


async def capacities(facility: int) -> list[Capacity]:
    """Return the places of a crèche by group and half-day."""
    return (
        await Capacity.objects()
        .where(Capacity.facility == facility)
        .order_by(Capacity.age_group, Capacity.weekday, Capacity.half)
    )
