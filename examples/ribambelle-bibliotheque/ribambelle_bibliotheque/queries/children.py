"""The children of a family, as the library needs them."""

from collections.abc import Collection

from ribambelle.identity.tables import Child


async def born(children: Collection[int]) -> list[Child]:
    """Return these children, the eldest first; one who is not born yet is left out."""
    which = Child.id.is_in([*children] or [0]) & Child.born_on.is_not_null()
    found: list[Child] = await Child.objects().where(which).order_by(Child.born_on, Child.id)
    return found
