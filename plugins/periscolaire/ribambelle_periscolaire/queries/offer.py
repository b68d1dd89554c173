"""What the commune opened, closed things too, as the office keeps them."""

import hashlib
from typing import Any, TypeVar

import msgspec
from piccolo.table import Table

from ribambelle.errors import NotYours
from ribambelle_periscolaire.tables import Activity, Group, Unit

Kept = TypeVar("Kept", Activity, Unit, Group)


async def activities() -> list[Activity]:
    """Return every activity: those that are open first, in the order families read them."""
    rows = await Activity.objects().order_by(Activity.position, Activity.id)
    return sorted(rows, key=lambda one: not one.is_open)


async def one(kind: type[Kept], number: int) -> Kept:
    """Return one of them, or behave as if it did not exist."""
    found = await kind.objects().get(kind.id == number)
    if found is None:
        raise NotYours
    return found


async def units(*numbers: int) -> list[Unit]:
    """Return the units of some activities, closed ones last; of every one when none is named."""
    asked = Unit.objects().order_by(Unit.position, Unit.id)
    rows = await (asked.where(Unit.activity.is_in(list(numbers))) if numbers else asked)
    return sorted(rows, key=lambda one: not one.is_open)


async def groups(*numbers: int) -> list[Group]:
    """Return the groups of some activities, closed ones last; of every one when none is named."""
    asked = Group.objects().order_by(Group.id)
    rows = await (asked.where(Group.activity.is_in(list(numbers))) if numbers else asked)
    return sorted(rows, key=lambda one: not one.is_open)


def version(row: Table | None) -> str:
    """Return what names a row as it stands: another word as soon as anybody changed it.

    >>> one = Activity(id=1, code="cantine", name="Cantine", kind="canteen")
    >>> before = version(one)
    >>> one.name = "La cantine"
    >>> version(one) == before, version(None)
    (False, '')
    """
    if row is None:
        return ""
    told: dict[str, Any] = row.to_dict()
    words = msgspec.json.encode({name: str(value) for name, value in told.items()}, order="sorted")
    return hashlib.sha256(words).hexdigest()[:16]
