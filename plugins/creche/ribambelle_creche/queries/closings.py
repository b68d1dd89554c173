"""A crèche that closes for good, or opens again: who keeps it open, who asks for it."""

from dataclasses import dataclass
from datetime import date

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.workflow import journal
from ribambelle_creche.queries.offers import PLACES
from ribambelle_creche.queries.wishes import LIVES
from ribambelle_creche.tables import Application, Commission, Contract, Facility, Offer, Wish


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a closing concerns: the first three keep the crèche open, the last are told."""

    children: tuple[str, ...]
    """Names of the children who are there, or will be."""
    offers: tuple[str, ...]
    """Numbers of the files that are offered a place here, and have not answered."""
    commissions: tuple[str, ...]
    """Names of the commissions being prepared: they count its places."""
    wishes: tuple[str, ...]
    """Numbers of the living files that wish for it."""

    @property
    def is_held(self) -> bool:
        """Tell whether the crèche cannot close as it stands."""
        return bool(self.children or self.offers or self.commissions)


async def of_facility(facility: int, today: date) -> Concerned:
    """Return whom the closing of a crèche concerns."""
    there = (
        await Contract.select(Contract.child_name, Contract.id)
        .where(
            (Contract.facility == facility) & (Contract.last.is_null() | (Contract.last >= today))
        )
        .order_by(Contract.child_name, Contract.id)
    )
    offered = (
        await Offer.select(Offer.application.number.as_alias("number"))
        .where((Offer.facility == facility) & (Offer.state == "live"))
        .order_by(Offer.id)
    )
    prepared = (
        await Commission.select(Commission.label)
        .where(Commission.state == "closed")
        .order_by(Commission.held_on, Commission.id)
    )
    wished = Wish.select(Wish.application).where(Wish.facility == facility)
    files = (
        await Application.select(Application.number)
        .where(LIVES & Application.id.is_in(wished))
        .order_by(Application.id)
    )
    return Concerned(
        tuple(row["child_name"] for row in there),
        tuple(dict.fromkeys(row["number"] for row in offered)),
        tuple(row["label"] for row in prepared),
        tuple(row["number"] for row in files),
    )


async def close(facility: int, account: int, today: date) -> Concerned:
    """Close a crèche, once; twice says the same. Return whom it concerns.

    Raises Refused("facility_held", on) while a child, an offer or a commission being prepared is
    still there.
    """
    async with transaction():
        # whoever gives a place, or writes a child in, looks at the crèche under the same lock
        await locks.advisory(PLACES)
        on = await of_facility(facility, today)
        if on.is_held:
            raise Refused("facility_held", on=on)
        await _turn(facility, account, opens=False)
    return on


async def reopen(facility: int, account: int) -> None:
    """Open again a crèche that closed, once; twice says the same."""
    async with transaction():
        await locks.advisory(PLACES)
        await _turn(facility, account, opens=True)


async def _turn(facility: int, account: int, *, opens: bool) -> None:
    changed = (
        await Facility.update({Facility.is_open: opens})
        .where((Facility.id == facility) & Facility.is_open.eq(not opens))
        .returning(Facility.id)
    )
    if changed:
        await journal.record(
            "creche.facility_reopened" if opens else "creche.facility_closed",
            f"creche.facility:{facility}",
            account=account,
            side="office",
        )


async def either(facility: int) -> Facility:
    """Return a crèche, open or not, or behave as if it did not exist."""
    found = await Facility.objects().get(Facility.id == facility)
    if found is None:
        raise NotYours
    return found


async def closed() -> list[Facility]:
    """Return the crèches that closed, by name."""
    return (
        await Facility.objects()
        .where(Facility.is_open.eq(False))
        .order_by(Facility.folded, Facility.id)
    )
