"""The schools of the commune, and which child goes where."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ribambelle.database import REFUSED, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity.tables import Child, Responsibility, School
from ribambelle.search import fold
from ribambelle.workflow import journal


async def every() -> list[School]:
    """Return the schools, by name, those that closed last."""
    found = await School.objects().order_by(School.name)
    return sorted(found, key=lambda one: not one.is_open)


async def names() -> dict[int, str]:
    """Return the open schools by number: what a role or a choice may be limited to."""
    return {one.id: one.name for one in await every() if one.is_open}


async def one(number: int) -> School:
    """Return a school, or behave as if it did not exist."""
    found = await School.objects().get(School.id == number)
    if found is None:
        raise NotYours
    return found


async def write(
    number: int | None, name: str, quartier: int | None, *, is_open: bool, by: int
) -> int:
    """Write a school, a new one when it has no number; refuse a name another bears."""
    values: dict[str, Any] = {
        "name": name,
        "folded": fold(name),
        "quartier": quartier,
        "is_open": is_open,
    }
    try:
        async with transaction():
            if number is None:
                made = await School.insert(School(**values)).returning(School.id)
                number = int(made[0]["id"])
            else:
                columns: dict[Any, Any] = {**values}
                await School.update(columns).where(School.id == number)
            await journal.record("school.written", f"school:{number}", account=by, side="office")
    except REFUSED as error:
        raise Refused("school_known", name=name) from error
    return number


async def opened(told: Iterable[str]) -> dict[str, int]:
    """Return the schools a list names, by their folded name, opening those nobody knew."""
    known = {row["folded"]: row["id"] for row in await School.select(School.id, School.folded)}
    fresh = {fold(name): name for name in told if name and fold(name) not in known}
    for folded, name in fresh.items():
        made = await School.insert(School(name=name, folded=folded)).returning(School.id)
        known[folded] = int(made[0]["id"])
    return known


async def send(child: int, school: int | None, class_name: str, *, by: int) -> None:
    """Write where a child goes to school."""
    if school is not None:
        await one(school)
    async with transaction():
        changed = (
            await Child.update({Child.school: school, Child.class_name: class_name})
            .where(Child.id == child)
            .returning(Child.id)
        )
        if not changed:
            raise NotYours
        await journal.record(
            "family.school_changed", f"child:{child}", account=by, side="office", school=school
        )


async def households(day: date) -> dict[int, set[int]]:
    """Return the households with a child in each school: those of both parents, where they live."""
    rows = await Child.select(Child.school, Child.household).where(Child.school.is_not_null())
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["school"], set()).add(row["household"])
    parents = (
        await Responsibility.select(
            Responsibility.child.school.as_alias("school"),
            Responsibility.adult.household.as_alias("household"),
        )
        .where(Responsibility.child.school.is_not_null(), Responsibility.has_authority.eq(True))
        .where(Responsibility.ended_at.is_null())
        .where(Responsibility.until.is_null() | (Responsibility.until >= day))
    )
    for row in parents:
        found.setdefault(row["school"], set()).add(row["household"])
    return found


async def pupils() -> dict[int, int]:
    """Return how many children go to each school."""
    counted: dict[int, int] = {}
    for row in await Child.select(Child.school).where(Child.school.is_not_null()):
        counted[row["school"]] = counted.get(row["school"], 0) + 1
    return counted
