"""Who holds a place kept for parents on a path of insertion, and who is received on one."""

from datetime import date
from typing import Any

from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle_creche import counting, examining
from ribambelle_creche.domain.grid.conditions import condition
from ribambelle_creche.domain.insertion import EXEMPT_KINDS, Creche, Present
from ribambelle_creche.queries import contracts, facilities, grids
from ribambelle_creche.tables import Application, Commission, Contract, Examined, Offer

ON_A_PATH = condition("insertion")


async def creches() -> list[Creche]:
    """Return the open crèches, as the law counts them."""
    return [
        Creche(one.id, one.manager or one.name, one.places, one.kind in EXEMPT_KINDS)
        for one in await facilities.every()
    ]


async def present(first: date, last: date) -> list[Present]:
    """Return the children on a place kept for insertion who are there on some day of a period."""
    return [_present(one) for one in await _there(first, last)]


async def held(row: Commission) -> list[Present]:
    """Return who holds such a place when a commission decides: children there, and places offered.

    What the commission itself gives is not among them, nor a child it examines for such a place:
    that one is counted by what it gets.
    """
    files, children = await _examined(row)
    there = [
        _present(one)
        for one in await _there(row.first_start, row.last_start)
        if not one.application
        or (one.application.id not in files and one.application.child not in children)
    ]
    return there + await _offered_elsewhere(row)


async def is_received_so(tenant: Tenant, file: Application, offer: Offer) -> bool:
    """Tell whether a child accepts a place kept for insertion, as its commission saw its parents.

    What becomes of their path afterwards changes nothing. A place given outside of a commission is
    one when the proof of the path was seen that day.
    """
    commission = offer.commission.id if hasattr(offer.commission, "id") else offer.commission
    seen = await _seen(commission, file.id)
    if seen is not None:
        return await _is_seen_so(seen)
    facts = await counting.facts_for(tenant, [file])
    return ON_A_PATH.holds(facts[file.id])


async def _seen(commission: int | None, file: int) -> Examined | None:
    return await Examined.objects(Examined.commission).get(
        (Examined.commission == (commission or 0)) & (Examined.application == file)
    )


async def _is_seen_so(seen: Examined) -> bool:
    if seen.facts and ON_A_PATH.holds(examining.facts_of_json(seen.facts)):
        return True
    codes = await _codes(seen.commission)
    return not codes.isdisjoint(examining.of_json(seen.asked).flags)


async def _codes(row: Commission) -> set[str]:
    """Return the reserves of a commission that are for insertion."""
    grid = (await grids.one(int(row.grid))).grid if row.grid else None
    return {one.code for one in grid.reserves if one.is_for_insertion} if grid else set()


async def _examined(row: Commission) -> tuple[set[int], set[int]]:
    """Return the files a commission examines, and the children of the register who are eligible."""
    codes = await _codes(row)
    rows = await Examined.select(
        Examined.application, Examined.application.child.as_alias("child"), Examined.asked
    ).where((Examined.commission == row.id) & (Examined.refusal == ""))
    children = {
        each["child"]
        for each in rows
        if each["child"] and not codes.isdisjoint(examining.of_json(each["asked"]).flags)
    }
    return {each["application"] for each in rows}, children


async def _there(first: date, last: date) -> list[Contract]:
    rows: list[Contract] = (
        await Contract.objects(Contract.application)
        .where(
            Contract.insertion.eq(True)
            & (Contract.first <= last)
            & (Contract.last.is_null() | (Contract.last >= first))
        )
        .order_by(Contract.id)
    )
    return [one for one in rows if (contracts.presence(one).leaves_on or last) >= first]


def _present(one: Contract) -> Present:
    """Return a child as it is told from others: by its name and its birth, whatever its crèche."""
    named = (fold(one.child_name), one.born_on)
    return Present(int(one.facility), named if one.child_name else one.id)


async def _offered_elsewhere(row: Commission) -> list[Present]:
    """Return the places another commission offers such a child, who may still accept."""
    other: Any = Offer.commission
    offers: list[Offer] = await Offer.objects(Offer.application).where(
        (Offer.state == "live")
        & other.is_not_null()
        & (other != row.id)
        & (Offer.start_on <= row.last_start)
    )
    found = []
    for one in offers:
        seen = await _seen(int(one.commission), one.application.id)
        if seen is not None and await _is_seen_so(seen):
            file = one.application
            found.append(Present(int(one.facility), (fold(file.child_name), file.reference_on)))
    return found
