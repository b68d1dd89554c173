"""What a crèche has on Saturday, and the day opened or closed."""

from dataclasses import dataclass
from datetime import date

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.workflow import journal
from ribambelle_creche.domain.week import FULL, SATURDAY
from ribambelle_creche.queries.offers import PLACES
from ribambelle_creche.queries.wishes import LIVES
from ribambelle_creche.tables import Application, Capacity, Contract, Facility, Need, Offer, Wish


@dataclass(frozen=True, slots=True)
class OnSaturday:
    """Who a Saturday is for: those who hold it keep it open, those who ask for it are told."""

    children: tuple[str, ...]
    """Names of the children who come then, or will."""
    offers: tuple[str, ...]
    """Numbers of the files that are offered a place with it, and have not answered."""
    wishes: tuple[str, ...]
    """Numbers of the files that ask for it here."""
    has_places: bool
    """The grid of the crèche counts places then."""

    @property
    def is_held(self) -> bool:
        """Tell whether the day cannot close as it stands."""
        return bool(self.children or self.offers or self.has_places)


async def of_facility(facility: int, today: date) -> OnSaturday:
    """Return who a crèche has on Saturday, and who asks for it there."""
    there = (
        await Contract.select(Contract.child_name, Contract.id)
        .where(
            (Contract.facility == facility)
            & (Contract.slots > FULL)
            & (Contract.last.is_null() | (Contract.last >= today))
        )
        .order_by(Contract.child_name, Contract.id)
    )
    offered = (
        await Offer.select(Offer.application.number.as_alias("number"))
        .where((Offer.facility == facility) & (Offer.slots > FULL) & (Offer.state == "live"))
        .order_by(Offer.id)
    )
    asking = Need.select(Need.application).where(Need.slots > FULL)
    wished = Wish.select(Wish.application).where(Wish.facility == facility)
    files = (
        await Application.select(Application.number)
        .where(LIVES & Application.id.is_in(asking) & Application.id.is_in(wished))
        .order_by(Application.id)
    )
    has_places = await Capacity.exists().where(
        (Capacity.facility == facility) & (Capacity.weekday == SATURDAY) & (Capacity.places > 0)
    )
    return OnSaturday(
        tuple(row["child_name"] for row in there),
        tuple(dict.fromkeys(row["number"] for row in offered)),
        tuple(row["number"] for row in files),
        has_places,
    )


async def change(facility: int, account: int, today: date, *, opens: bool) -> OnSaturday:
    """Open a crèche on Saturday, or close it then; twice says the same. Return who it is for.

    Raises Refused("saturday_held", on) when a place, a child or an offer of a Saturday keeps it
    open: a number that no page shows any more would go on counting.
    """
    async with transaction():
        # whoever gives a place looks at what is free under the same lock
        await locks.advisory(PLACES)
        on = await of_facility(facility, today)
        if not opens and on.is_held:
            raise Refused("saturday_held", on=on)
        changed = (
            await Facility.update({Facility.opens_saturday: opens})
            .where((Facility.id == facility) & Facility.opens_saturday.eq(not opens))
            .returning(Facility.id)
        )
        if changed:
            await journal.record(
                "creche.saturday_changed",
                f"creche.facility:{facility}",
                account=account,
                side="office",
                opens=opens,
            )
    return on
