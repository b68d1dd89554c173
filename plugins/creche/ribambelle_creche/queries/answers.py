"""What commissions answered, as each family reads it of itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from ribambelle_creche.domain.grid import Line
from ribambelle_creche.domain.resources import Asking
from ribambelle_creche.queries import offers
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
from ribambelle_creche.workflow import CHANGEABLE

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


async def followed(demande: int) -> list[int]:
    """Return the decided commissions whose list a file is on, or was."""
    rows = await Examined.select(Examined.commission).where(
        (Examined.application.demande == demande)
        & (Examined.refusal == "")
        & (Examined.commission.state == "decided")
    )
    return sorted({row["commission"] for row in rows})


async def listed_but(commission: int) -> list[int]:
    """Return the other decided commissions for which it is known where files stand."""
    rows = (
        await Standing.select(Standing.commission)
        .where((Standing.commission != commission) & (Standing.commission.state == "decided"))
        .distinct()
    )
    return sorted({row["commission"] for row in rows})


async def still_waiting(commission: int) -> set[str]:
    """Return the files a commission examined that still ask for a place and have none, by number.

    One that was offered a place and lost it is called no more by that commission.
    """
    demande: Any = Examined.application.demande
    rows = await Examined.select(
        Examined.application.id.as_alias("id"), Examined.application.number.as_alias("number")
    ).where(
        (Examined.commission == commission)
        & (Examined.refusal == "")
        & demande.state.is_in(list(CHANGEABLE))
    )
    out = await offers.refused_one(commission)
    return {row["number"] for row in rows if row["id"] not in out}


async def move_standings(
    commission: int, told: Mapping[tuple[int, str], tuple[int, int]], now: datetime
) -> None:
    """Write where the files of a commission stand now; who is not told is on no list.

    :param told: by file and option, its position and how many are ahead.
    """
    rows = await Standing.select(
        Standing.id, Standing.application, Standing.option, Standing.position, Standing.ahead
    ).where(Standing.commission == commission)
    moved: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        new = told.get((row["application"], row["option"]), (0, 0))
        if new != (row["position"], row["ahead"]):
            moved.setdefault(new, []).append(row["id"])
    for (position, ahead), ids in moved.items():
        for start in range(0, len(ids), 500):
            await Standing.update({Standing.position: position, Standing.ahead: ahead}).where(
                Standing.id.is_in(ids[start : start + 500])
            )
    await Standing.update({Standing.computed_at: now}).where(Standing.commission == commission)


async def keep_standings(commission: int, rows: Sequence[Standing]) -> None:
    """Write where the files of a commission stand, in place of what was known."""
    await Standing.delete().where(Standing.commission == commission)
    for start in range(0, len(rows), 100):
        await Standing.insert(*rows[start : start + 100])
