"""The children a crèche has: its contracts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.workflow import journal
from ribambelle_creche.domain.present_children import Line
from ribambelle_creche.domain.supply import Presence
from ribambelle_creche.tables import Contract


async def of_facility(facility: int) -> list[Contract]:
    """Return the contracts of a crèche, by name of child."""
    return (
        await Contract.objects()
        .where(Contract.facility == facility)
        .order_by(Contract.child_name, Contract.id)
    )


async def one(facility: int, contract: int) -> Contract:
    """Return a contract of this crèche, or behave as if it did not exist."""
    found = await Contract.objects().get(
        (Contract.id == contract) & (Contract.facility == facility)
    )
    if found is None:
        raise NotYours
    return found


def presence(contract: Contract) -> Presence:
    """Return what a contract says of who is there when."""
    return Presence(contract.born_on, contract.slots, contract.first, contract.last)


async def add(facility: int, lines: Sequence[Line], source: str, account: int, side: str) -> int:
    """Write the contracts that are not there yet; return how many.

    The same child from the same day is the same contract: a list sent twice adds nobody.
    """
    async with transaction():
        known = {(one.child_name, one.born_on, one.first) for one in await of_facility(facility)}
        new = list({(line.name, line.born_on, line.first): line for line in lines}.items())
        rows = [
            Contract(
                facility=facility,
                child_name=line.name,
                born_on=line.born_on,
                slots=line.slots,
                first=line.first,
                last=line.last,
                source=source,
            )
            for key, line in new
            if key not in known
        ]
        if rows:
            await Contract.insert(*rows)
            await _note("added", facility, account, side, contracts=len(rows), source=source)
    return len(rows)


async def end(contract: Contract, last: date, account: int, side: str) -> None:
    """Write the last day of a child in a crèche."""
    async with transaction():
        await Contract.update({Contract.last: last}).where(Contract.id == contract.id)
        await _note("ended", int(contract.facility), account, side, contract=contract.id)


async def _note(act: str, facility: int, account: int, side: str, **facts: Any) -> None:
    await journal.record(
        f"creche.contract_{act}", f"creche.facility:{facility}", account=account, side=side, **facts
    )
