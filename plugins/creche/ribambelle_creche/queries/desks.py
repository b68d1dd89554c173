"""The counters of a commune."""

from ribambelle.database import REFUSED, transaction
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


async def keep(desk: int | None, name: str, address: str, phone: str) -> bool:
    """Open a desk, or change one; tell whether its name was free."""
    try:
        async with transaction():
            if desk is None:
                await Desk.insert(Desk(name=name, address=address, phone=phone))
            else:
                await one(desk)
                await Desk.update(
                    {Desk.name: name, Desk.address: address, Desk.phone: phone}
                ).where(Desk.id == desk)
    except REFUSED:
        return False
    return True


async def assign(application: int, desk: int | None) -> None:
    """Say which desk follows a file."""
    if desk is not None:
        await one(desk)
    await Application.update({Application.desk: desk}).where(Application.id == application)
