"""The children a crèche has: its contracts."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours
from ribambelle.workflow import journal
from ribambelle_creche.domain.present_children import Line
from ribambelle_creche.domain.supply import Presence
from ribambelle_creche.queries.offers import PLACES
from ribambelle_creche.tables import Application, Contract, Facility, Offer
from ribambelle_creche.workflow import LIVING


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
        # whoever closes the crèche looks at its children under the same lock
        await locks.advisory(PLACES)
        if not await Facility.exists().where((Facility.id == facility) & Facility.is_open.eq(True)):
            raise NotYours
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
                insertion=line.insertion,
                added_at=tenants.current().now(),
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


async def count_for_insertion(
    contract: Contract, account: int, side: str, *, is_counted: bool
) -> None:
    """Say whether a child holds a place kept for insertion."""
    async with transaction():
        await Contract.update({Contract.insertion: is_counted}).where(Contract.id == contract.id)
        act = "counted" if is_counted else "uncounted"
        await _note(act, int(contract.facility), account, side, contract=contract.id)


async def admit(
    file: Application,
    offer: Offer,
    children: int,
    account: int | None,
    side: str,
    *,
    insertion: bool,
) -> None:
    """Write the contracts of an accepted place, one a child, linked to their file."""
    await Contract.insert(
        *[
            Contract(
                facility=offer.facility.id,
                application=file.id,
                child_name=file.child_name if rank == 0 else f"{file.child_name} ({rank + 1})",
                born_on=file.reference_on,
                slots=offer.slots,
                first=offer.start_on,
                last=offer.until,
                source="admission",
                insertion=insertion,
                added_at=tenants.current().now(),
            )
            for rank in range(children)
        ]
    )
    facility = int(offer.facility.id)
    await _note("admitted", facility, account, side, contracts=children, offer=offer.id)


async def awaited(contract: Contract) -> int | None:
    """Return the request of an admitted child whose arrival nobody confirmed yet."""
    row = (
        await Application.select(
            Application.demande.id.as_alias("demande"),
            Application.demande.state.as_alias("state"),
        )
        .where(Application.id == (contract.application or 0))
        .first()
    )
    if row is None or row["state"] != "accepted":
        return None
    # an emergency is a contract of the same file too: only the crèche of the place confirms
    is_its_place = await Offer.exists().where(
        (Offer.application == contract.application)
        & (Offer.state == "accepted")
        & (Offer.origin != "emergency")
        & (Offer.facility == contract.facility)
        & (Offer.start_on == contract.first)
    )
    return int(row["demande"]) if is_its_place else None


async def child_of(contract: Contract) -> int | None:
    """Return the child of the register who has this contract; none when it came from a list."""
    row = (
        await Application.select(Application.child)
        .where(Application.id == (contract.application or 0))
        .first()
    )
    return row["child"] if row else None


async def gone(today: date) -> list[int]:
    """Return the requests of enrolled children whose contracts are all over."""
    over = Contract.select(Contract.application).where(
        Contract.application.is_not_null() & (Contract.last < today)
    )
    there = Contract.select(Contract.application).where(
        Contract.application.is_not_null() & (Contract.last.is_null() | (Contract.last >= today))
    )
    rows = (
        await Application.select(Application.demande)
        .where(
            (Application.demande.state == "enrolled")
            & Application.id.is_in(over)
            & Application.id.not_in(there)
        )
        .order_by(Application.id)
    )
    return [row["demande"] for row in rows]


async def running(children: Sequence[int], day: date) -> list[Contract]:
    """Return the contracts of some children of the register that run on a day, with their file."""
    return (
        await Contract.objects(Contract.application)
        .where(
            Contract.application.child.is_in([*children, 0])
            & (Contract.first <= day)
            & (Contract.last.is_null() | (Contract.last >= day))
        )
        .order_by(Contract.id)
    )


async def left_for(offer: Offer) -> list[Contract]:
    """Return the contracts a child left to enter where it accepted a place."""
    same_child = Contract.application.child == offer.application.child
    return await Contract.objects().where(
        (same_child | (Contract.transfer == offer.application.id))
        & (Contract.last == offer.start_on - timedelta(days=1))
        & (Contract.facility != offer.facility)
    )


async def of_files(files: Sequence[int], first: date, last: date) -> list[Contract]:
    """Return the contracts of some files that hold on some day of a period."""
    return await Contract.objects().where(
        Contract.application.is_in(list(files))
        & (Contract.first <= last)
        & (Contract.last.is_null() | (Contract.last >= first))
    )


async def leaving_by(files: Sequence[int], day: date) -> list[Contract]:
    """Return the contracts that run on a day of children who ask to leave by one of these files."""
    return (
        await Contract.objects()
        .where(
            Contract.transfer.is_in([*files, 0])
            & (Contract.first <= day)
            & (Contract.last.is_null() | (Contract.last >= day))
        )
        .order_by(Contract.id)
    )


async def end_others(
    file: Application, last: date, account: int | None, side: str
) -> list[Contract]:
    """End the contracts a child has elsewhere, and return them: it changes crèche the day after."""
    mine = await running([int(file.child)], last) if file.child else []
    found = {one.id: one for one in [*mine, *await leaving_by([file.id], last)]}
    for one in found.values():
        await Contract.update({Contract.last: last}).where(Contract.id == one.id)
        await _note("ended", int(one.facility), account, side, contract=one.id)
    return list(found.values())


async def transfer_of(contract: Contract) -> Application | None:
    """Return the living file by which a child written by its crèche asks for another one."""
    return await Application.objects(Application.demande).get(
        (Application.id == (contract.transfer or 0))
        & Application.demande.state.is_in(["draft", *LIVING])
    )


async def ask_transfer(contract: Contract, file: int, account: int, side: str) -> None:
    """Keep the file by which a child asks for another crèche: it holds its place meanwhile."""
    await Contract.update({Contract.transfer: file}).where(Contract.id == contract.id)
    await _note("transfer_asked", int(contract.facility), account, side, contract=contract.id)


async def drop(file: int, today: date, account: int | None, side: str) -> None:
    """Take back the contracts of a file that withdraws: those begun end, the others go."""
    begun = (
        (Contract.application == file)
        & (Contract.first <= today)
        & (Contract.last.is_null() | (Contract.last > today))
    )
    await Contract.update({Contract.last: today}).where(begun)
    await Contract.delete().where((Contract.application == file) & (Contract.first > today))
    await journal.record(
        "creche.contract_dropped", f"creche.application:{file}", account=account, side=side
    )


async def _note(act: str, facility: int, account: int | None, side: str, **facts: Any) -> None:
    await journal.record(
        f"creche.contract_{act}", f"creche.facility:{facility}", account=account, side=side, **facts
    )
