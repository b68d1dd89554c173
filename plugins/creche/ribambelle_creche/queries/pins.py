"""What a commission decided against the order of points, with its reason; nothing is erased."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.workflow import journal
from ribambelle_creche.domain import admission, preparation
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.queries import commissions
from ribambelle_creche.tables import Application, Examined, Pin, Proposal


@dataclass(frozen=True, slots=True)
class Standing:
    """A pin, which stands until it is lifted."""

    id: int
    application: int
    number: str
    option: str | None
    reason: str
    note: str
    impact: tuple[str, ...]
    at: datetime
    lifted_at: datetime | None


async def standing(commission: int) -> list[Standing]:
    """Return the pins of a commission that were not lifted, in the order they were made."""
    return [one for one in await made(commission) if one.lifted_at is None]


async def made(commission: int) -> list[Standing]:
    """Return every pin of a commission, those lifted too, in the order they were made."""
    rows = (
        await Pin.select(*Pin.all_columns(), Pin.application.number.as_alias("number"))
        .where(Pin.commission == commission)
        .order_by(Pin.id)
    )
    return [
        Standing(
            id=row["id"],
            application=row["application"],
            number=row["number"],
            option=row["option"] or None,
            reason=row["reason"],
            note=row["note"],
            impact=tuple(json.loads(row["impact"])),
            at=row["at"],
            lifted_at=row["lifted_at"],
        )
        for row in rows
    ]


async def pin(
    commission: int,
    file: int,
    option: str | None,
    reason: str,
    note: str,
    impact: Sequence[str],
    account: int,
    now: datetime,
) -> int:
    """Pin a file to a place, or to none; a pin it had is lifted, and stays in the minutes."""
    if reason not in REASONS:
        raise Refused("pin_without_reason")
    async with transaction():
        await commissions.require_closed(commission)
        await _lift(commission, file, now)
        row = Pin(
            commission=commission,
            application=file,
            option=option or "",
            reason=reason,
            note=note,
            impact=json.dumps(list(impact)),
            at=now,
            account=account,
        )
        number = int((await Pin.insert(row).returning(Pin.id))[0]["id"])
        await choose_again(commission)
        await journal.record(
            "creche.pinned",
            f"creche.application:{file}",
            account=account,
            side="office",
            commission=commission,
            option=option,
            reason=reason,
            passed_over=len(impact),
        )
    return number


async def lift(commission: int, file: int, account: int, now: datetime) -> None:
    """Lift the pin of a file: it goes back to its rank."""
    async with transaction():
        await commissions.require_closed(commission)
        if not await _lift(commission, file, now):
            raise NotYours
        await choose_again(commission)
        await journal.record(
            "creche.pin_lifted",
            f"creche.application:{file}",
            account=account,
            side="office",
            commission=commission,
        )


async def file_of(commission: int, number: str) -> Application:
    """Return a file a commission examines, by its number, or behave as if it did not exist."""
    found = await Application.objects().get(Application.number == number)
    if found is None or not await Examined.exists().where(
        (Examined.commission == commission)
        & (Examined.application == found.id)
        & (Examined.refusal == "")
    ):
        raise NotYours
    return found


async def _lift(commission: int, file: int, now: datetime) -> bool:
    lifted = (
        await Pin.update({Pin.lifted_at: now})
        .where((Pin.commission == commission) & (Pin.application == file) & Pin.lifted_at.is_null())
        .returning(Pin.id)
    )
    return bool(lifted)


async def choose_again(commission: int) -> None:
    """Let no proposal stand that does not hold the pins: the commission chooses again."""
    await Proposal.update({Proposal.is_kept: False}).where(Proposal.commission == commission)


async def tell_passed_over(commission: int, found: admission.Proposal) -> None:
    """Write whom each pin passes over in the proposal a commission keeps.

    What was shown when it was made may have changed since, by another pin: the minutes and the
    yearly register say what holds.
    """
    passed: dict[str, set[str]] = {}
    for one in found.certificate.pins:
        number = preparation.file_of(one.application)
        others = passed.setdefault(number, set())
        others.update(map(preparation.file_of, one.passed_over))
    for pin in await standing(commission):
        impact = json.dumps(sorted(passed.get(pin.number, ())))
        await Pin.update({Pin.impact: impact}).where(Pin.id == pin.id)
