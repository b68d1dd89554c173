"""The periods a régie bills, what was tried of them, and the doubts somebody answered."""

import zlib
from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from ribambelle.errors import NotYours
from ribambelle_paiement_tresor.domain.drafting import Doubt
from ribambelle_paiement_tresor.domain.words import span
from ribambelle_paiement_tresor.tables import Period, Trial, Waiver

KEPT = 2
"""Trials of a period kept: last night's, and the one before to compare."""


def titled(period: Period) -> str:
    """Return what a period is called: the days it bills."""
    return span(period.first, period.last)


async def every() -> list[Period]:
    """Return all periods, the latest first."""
    return await Period.objects().order_by(Period.first, Period.id, ascending=False)


async def open_ones() -> list[Period]:
    """Return the periods not issued yet, the earliest first."""
    return await Period.objects().where(Period.state != "issued").order_by(Period.first)


async def one(number: int) -> Period:
    """Return a period, or behave as if it did not exist."""
    found = await Period.objects().get(Period.id == number)
    if found is None:
        raise NotYours
    return found


async def overlapping(regie: str, first: date, last: date) -> Period | None:
    """Return a period of this régie that bills some of these days already."""
    return await Period.objects().get(
        (Period.regie == regie) & (Period.first <= last) & (Period.last >= first)
    )


async def open_one(
    regie: str, first: date, last: date, due_on: date, account: int | None, now: datetime
) -> int:
    """Open a period, in the open transaction."""
    row = Period(
        regie=regie, first=first, last=last, due_on=due_on, opened_at=now, opened_by=account
    )
    return int((await Period.insert(row).returning(Period.id))[0]["id"])


async def keep_trial(
    period: int,
    counted: tuple[int, int, int],
    doubts: list[Doubt],
    totals: Mapping[int, int],
    now: datetime,
) -> None:
    """Keep what was tried, and forget the trials before the last two.

    :param counted: invoices, lines and cents.
    """
    invoices, lines, cents = counted
    row = Trial(
        period=period,
        at=now,
        invoices=invoices,
        lines=lines,
        cents=cents,
        doubts=msgspec.json.encode(doubts).decode(),
        totals=zlib.compress(msgspec.json.encode(list(totals.items()))),
    )
    await Trial.insert(row)
    old = (
        await Trial.select(Trial.id)
        .where(Trial.period == period)
        .order_by(Trial.id, ascending=False)
    )
    if gone := [one["id"] for one in old[KEPT:]]:
        await Trial.delete().where(Trial.id.is_in(gone))


async def trials(period: int) -> list[Trial]:
    """Return the trials kept of a period, the last first."""
    return await Trial.objects().where(Trial.period == period).order_by(Trial.id, ascending=False)


async def last_trials(numbers: list[int]) -> dict[int, Trial]:
    """Return the last trial of some periods, by period."""
    if not numbers:
        return {}
    rows = await Trial.objects().where(Trial.period.is_in(numbers)).order_by(Trial.id)
    return {row.period: row for row in rows}


def doubts_of(row: Trial) -> list[Doubt]:
    """Return what a trial found to look at."""
    return msgspec.json.decode(row.doubts, type=list[Doubt])


def totals_of(row: Trial) -> dict[int, int]:
    """Return what a trial would bill each adult, in cents."""
    return dict(msgspec.json.decode(zlib.decompress(row.totals), type=list[tuple[int, int]]))


async def waivers(period: int) -> dict[str, Waiver]:
    """Return the doubts somebody answered, by key."""
    rows = await Waiver.objects().where(Waiver.period == period)
    return {row.doubt: row for row in rows}


async def waive(
    period: int, doubts: list[str], reason: str, account: int | None, now: datetime
) -> None:
    """Write why some doubts are no obstacle; one answered twice keeps the last reason."""
    rows = [
        Waiver(period=period, doubt=one, reason=reason, account=account, at=now) for one in doubts
    ]
    if rows:
        await Waiver.insert(*rows).on_conflict(
            target=(Waiver.period, Waiver.doubt),
            action="DO UPDATE",
            values=[Waiver.reason, Waiver.account, Waiver.at],
        )


async def take_back(period: int, doubt: str) -> None:
    """Ask a doubt again."""
    await Waiver.delete().where((Waiver.period == period) & (Waiver.doubt == doubt))
