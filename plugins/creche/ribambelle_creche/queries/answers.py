"""What commissions answered, as each family reads it of itself."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from ribambelle_creche.domain.grid import Line
from ribambelle_creche.domain.resources import Asking
from ribambelle_creche.tables import (
    Application,
    Decision,
    Examined,
    Grid,
    Offer,
    Pin,
    Proposal,
    Standing,
)

DECIDED = ("decided", "ended")


async def last(application: int) -> Decision | None:
    """Return what the last decided commission answered to a file, with the commission."""
    return (
        await Decision.objects(Decision.commission)
        .where(
            (Decision.application == application) & Decision.commission.state.is_in(list(DECIDED))
        )
        .order_by(Decision.commission.held_on, Decision.id, ascending=False)
        .first()
    )


async def examined(commission: int, application: int) -> Examined | None:
    """Return a file as a commission saw it."""
    return await Examined.objects().get(
        (Examined.commission == commission) & (Examined.application == application)
    )


async def proposal(number: int) -> Proposal | None:
    """Return the run a decision was taken on."""
    return await Proposal.objects().get(Proposal.id == number)


async def pin(number: int) -> Pin | None:
    """Return what a commission decided against the order of points, with its reason."""
    return await Pin.objects().get(Pin.id == number)


async def grid(number: int) -> Grid | None:
    """Return the points a commission counted by."""
    return await Grid.objects().get(Grid.id == number)


async def live_offer(application: int) -> Offer | None:
    """Return the place a family may accept now, if there is one."""
    return await Offer.objects(Offer.facility).get(
        (Offer.live_for == application) & (Offer.state == "live")
    )


async def standings(commission: int, application: int) -> list[Standing]:
    """Return where a file stands after a commission; nothing until it is computed."""
    return (
        await Standing.objects()
        .where((Standing.commission == commission) & (Standing.application == application))
        .order_by(Standing.id)
    )


async def files_of(commission: int) -> dict[str, int]:
    """Return the files a commission examined, by number."""
    rows = await Examined.select(
        Examined.application.id.as_alias("id"), Examined.application.number.as_alias("number")
    ).where((Examined.commission == commission) & (Examined.refusal == ""))
    return {row["number"]: row["id"] for row in rows}


async def whole_files(numbers: Sequence[str]) -> dict[str, Application]:
    """Return files by number, whole, asked by slices."""
    found: dict[str, Application] = {}
    for start in range(0, len(numbers), 500):
        rows = await Application.objects().where(
            Application.number.is_in(list(numbers[start : start + 500]))
        )
        found |= {row.number: row for row in rows}
    return found


async def traces(commission: int) -> dict[int, list[Line]]:
    """Return where the points of each examined file come from."""
    rows = await Examined.select(Examined.application, Examined.trace).where(
        (Examined.commission == commission) & (Examined.refusal == "")
    )
    return {row["application"]: msgspec.json.decode(row["trace"], type=list[Line]) for row in rows}


async def asked(commission: int) -> dict[str, Asking]:
    """Return what each examined file asked, as a commission kept it, by number."""
    rows = await Examined.select(
        Examined.application.number.as_alias("number"), Examined.asked
    ).where((Examined.commission == commission) & (Examined.refusal == ""))
    return {row["number"]: msgspec.json.decode(row["asked"], type=Asking) for row in rows}


async def decided_without_standing(since: datetime) -> list[int]:
    """Return the commissions decided since a moment for which nobody knows where files stand.

    One that served everybody has nothing to tell: without the moment it would be asked for ever.
    """
    done = {row["commission"] for row in await Standing.select(Standing.commission).distinct()}
    rows = await Proposal.select(Proposal.commission).where(
        Proposal.is_kept.eq(True)
        & Proposal.commission.state.is_in(list(DECIDED))
        & (Proposal.commission.decided_at >= since)
    )
    return sorted({row["commission"] for row in rows} - done)


async def keep_standings(commission: int, rows: Sequence[Standing]) -> None:
    """Write where the files of a commission stand, in place of what was known."""
    await Standing.delete().where(Standing.commission == commission)
    for start in range(0, len(rows), 100):
        await Standing.insert(*rows[start : start + 100])
