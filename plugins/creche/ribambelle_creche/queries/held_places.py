"""Places a commission keeps out of its proposal, each with its reason; nothing is erased."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.workflow import journal
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.domain.preparation import Extra
from ribambelle_creche.queries import commissions, pins
from ribambelle_creche.tables import HeldPlaces


@dataclass(frozen=True, slots=True)
class Held:
    """Places held, until they are given back."""

    id: int
    extra: Extra
    reason: str
    note: str
    impact: tuple[str, ...]
    lifted_at: datetime | None


async def standing(commission: int) -> list[Held]:
    """Return what a commission holds now, in the order it was said."""
    return [one for one in await made(commission) if one.lifted_at is None]


async def made(commission: int) -> list[Held]:
    """Return all it ever held, what was given back too, in the order it was said."""
    rows = (
        await HeldPlaces.objects()
        .where(HeldPlaces.commission == commission)
        .order_by(HeldPlaces.id)
    )
    return [
        Held(
            row.id,
            Extra(int(row.facility), row.age_group, row.places),
            row.reason,
            row.note,
            tuple(json.loads(row.impact)),
            row.lifted_at,
        )
        for row in rows
    ]


async def hold(
    commission: int, told: Extra, reason: str, note: str, account: int, now: datetime
) -> int:
    """Hold places of a section; what it held there before is given back, and stays in the minutes."""
    if reason not in REASONS:
        raise Refused("pin_without_reason")
    async with transaction():
        await commissions.require_closed(commission)
        await _lift(commission, told.facility, told.group, now)
        row = HeldPlaces(
            commission=commission,
            facility=told.facility,
            age_group=told.group,
            places=told.places,
            reason=reason,
            note=note,
            at=now,
            account=account,
        )
        number = int((await HeldPlaces.insert(row).returning(HeldPlaces.id))[0]["id"])
        await pins.choose_again(commission)
        await journal.record(
            "creche.places_held",
            f"creche.commission:{commission}",
            account=account,
            side="office",
            facility=told.facility,
            group=told.group,
            places=told.places,
            reason=reason,
        )
    return number


async def give_back(
    commission: int, facility: int, group: str, account: int, now: datetime
) -> None:
    """Give back what is held of a section, or behave as if it were not."""
    async with transaction():
        await commissions.require_closed(commission)
        if not await _lift(commission, facility, group, now):
            raise NotYours
        await pins.choose_again(commission)
        await journal.record(
            "creche.places_given_back",
            f"creche.commission:{commission}",
            account=account,
            side="office",
            facility=facility,
            group=group,
        )


async def _lift(commission: int, facility: int, group: str, now: datetime) -> bool:
    lifted = (
        await HeldPlaces.update({HeldPlaces.lifted_at: now})
        .where(
            (HeldPlaces.commission == commission)
            & (HeldPlaces.facility == facility)
            & (HeldPlaces.age_group == group)
            & HeldPlaces.lifted_at.is_null()
        )
        .returning(HeldPlaces.id)
    )
    return bool(lifted)


async def tell_losing(number: int, files: Sequence[str]) -> None:
    """Write whom held places cost something in the last proposal."""
    await HeldPlaces.update({HeldPlaces.impact: json.dumps(list(files))}).where(
        HeldPlaces.id == number
    )
