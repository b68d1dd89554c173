"""The counters of a commune."""

from ribambelle.errors import NotYours
from ribambelle_creche.tables import Application, Desk


async def every() -> list[Desk]:
    """Return the desks, by name."""
    return await Desk.objects().order_by(Desk.name)


async def names() -> dict[int, str]:
    """Return the desks, by number."""
    return {desk.id: desk.name for desk in await every()}


async def one(desk: int) -> Desk:
    """Return a desk, or behave as if it did not exist."""
    found = await Desk.objects().get(Desk.id == desk)
    if found is None:
        raise NotYours
    return found


async def add(name: str, address: str, phone: str) -> None:
    """Open a desk; a name that exists keeps its desk, with the new address."""
    await Desk.insert(Desk(name=name, address=address, phone=phone)).on_conflict(
        target=Desk.name, action="DO UPDATE", values=[Desk.address, Desk.phone]
    )


async def assign(application: int, desk: int | None) -> None:
    """Say which desk follows a file."""
    if desk is not None:
        await one(desk)
    await Application.update({Application.desk: desk}).where(Application.id == application)
