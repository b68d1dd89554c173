"""Places for insertion that managers hold by agreement, and the crèches AVIP."""

from datetime import date, datetime

from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.workflow import journal
from ribambelle_creche.domain.insertion import Agreed
from ribambelle_creche.tables import Agreement, Facility


async def of_facility(facility: int) -> list[Agreement]:
    """Return the agreements signed for a crèche, the oldest first."""
    return (
        await Agreement.objects()
        .where(Agreement.facility == facility)
        .order_by(Agreement.first, Agreement.id)
    )


async def standing(first: date, last: date) -> list[Agreed]:
    """Return what is held by agreement all through a period."""
    rows = await Agreement.objects().order_by(Agreement.id)
    known = [Agreed(int(one.facility), one.places, one.first, one.last) for one in rows]
    return [one for one in known if one.stands(first, last)]


async def add(
    facility: int,
    partner: str,
    places: int,
    first: date,
    last: date | None,
    account: int,
    now: datetime,
) -> None:
    """Keep an agreement."""
    async with transaction():
        row = Agreement(
            facility=facility,
            partner=partner,
            places=places,
            first=first,
            last=last,
            account=account,
            at=now,
        )
        await Agreement.insert(row)
        await journal.record(
            "creche.agreement_written",
            f"creche.facility:{facility}",
            account=account,
            side="office",
            places=places,
        )


async def remove(facility: int, agreement: int, account: int) -> None:
    """Forget an agreement written by mistake, or behave as if it did not exist."""
    async with transaction():
        gone = (
            await Agreement.delete()
            .where((Agreement.id == agreement) & (Agreement.facility == facility))
            .returning(Agreement.id)
        )
        if not gone:
            raise NotYours
        await journal.record(
            "creche.agreement_removed",
            f"creche.facility:{facility}",
            account=account,
            side="office",
        )


async def set_avip(facility: int, account: int, *, is_avip: bool) -> None:
    """Keep whether a crèche signed to be « à vocation d’insertion professionnelle »."""
    async with transaction():
        await Facility.update({Facility.is_avip: is_avip}).where(Facility.id == facility)
        await journal.record(
            "creche.avip_changed",
            f"creche.facility:{facility}",
            account=account,
            side="office",
            is_avip=is_avip,
        )
