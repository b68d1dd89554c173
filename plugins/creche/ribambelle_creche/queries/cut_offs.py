"""The cut-offs that decided commissions published, and what they decided against the order."""

import json
from collections.abc import Iterable
from datetime import date

from ribambelle.errors import NotYours
from ribambelle_creche.domain.published import CutOff, tellable
from ribambelle_creche.domain.register import Motivated
from ribambelle_creche.domain.week import DAYS
from ribambelle_creche.queries.answers import DECIDED
from ribambelle_creche.tables import Commission, HeldPlaces, Pin
from ribambelle_creche.tables import CutOff as Row

HISTORY_YEARS = 3


async def keep(commission: int, rows: Iterable[CutOff]) -> None:
    """Write the cut-offs of a commission, in the transaction that decides it."""
    await Row.delete().where(Row.commission == commission)
    written = [_row(commission, one) for one in rows]
    for start in range(0, len(written), 100):
        await Row.insert(*written[start : start + 100])


async def of(commission: int) -> list[CutOff]:
    """Return the cut-offs of a commission, crèche by crèche, what may not be told marked so."""
    rows = await Row.select().where(Row.commission == commission).order_by(Row.facility, Row.id)
    return tellable(
        CutOff(
            facility=row["facility"],
            age_group=row["age_group"],
            slot=f"{DAYS[row['weekday']][0]}-{row['half']}",
            places=row["places"],
            admitted=row["admitted"],
            last_points=row["last_points"],
            period=row["period"],
            entering=row["entering"],
        )
        for row in rows
    )


async def decided(commission: int) -> Commission:
    """Return a commission that has decided, or behave as if it did not exist."""
    found = await Commission.objects().get(
        (Commission.id == commission) & Commission.state.is_in(list(DECIDED))
    )
    if found is None:
        raise NotYours
    return found


async def before(row: Commission) -> list[Commission]:
    """Return the commissions decided in the three years before another, the last first."""
    since = date(row.held_on.year - HISTORY_YEARS, row.held_on.month, 1)
    return (
        await Commission.objects()
        .where(
            Commission.state.is_in(list(DECIDED))
            & (Commission.held_on >= since)
            & (Commission.held_on < row.held_on)
        )
        .order_by(Commission.held_on, ascending=False)
    )


async def motivated() -> list[Motivated]:
    """Return what decided commissions decided against the order of points, or kept out of it."""
    rows = (
        await Pin.select(Pin.reason, Pin.impact, Pin.commission.held_on.as_alias("on"))
        .where(Pin.lifted_at.is_null() & Pin.commission.state.is_in(list(DECIDED)))
        .order_by(Pin.id)
    )
    held = (
        await HeldPlaces.select(
            HeldPlaces.reason, HeldPlaces.impact, HeldPlaces.commission.held_on.as_alias("on")
        )
        .where(HeldPlaces.lifted_at.is_null() & HeldPlaces.commission.state.is_in(list(DECIDED)))
        .order_by(HeldPlaces.id)
    )
    return [
        Motivated(row["on"].year, row["reason"], tuple(json.loads(row["impact"])))
        for row in (*rows, *held)
    ]


def _row(commission: int, one: CutOff) -> Row:
    weekday, half = one.when
    return Row(
        commission=commission,
        facility=one.facility,
        age_group=one.age_group,
        weekday=weekday,
        half=half,
        places=one.places,
        admitted=one.admitted,
        last_points=one.last_points,
        period=one.period,
        entering=one.entering,
    )
