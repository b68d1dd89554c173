"""The runs of the engine a commission kept: what went in, what came out, which one it decides on."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.jobs import later
from ribambelle.workflow import journal
from ribambelle_creche import advisory
from ribambelle_creche.domain import admission
from ribambelle_creche.domain.admission import VERSION, Snapshot, seal
from ribambelle_creche.domain.admission.reading import read_proposal, read_snapshot, written
from ribambelle_creche.domain.preparation import Changes
from ribambelle_creche.queries import answers, commissions, pins
from ribambelle_creche.tables import Application, Examined, Proposal


async def examined(commission: int) -> tuple[dict[int, str], list[Examined]]:
    """Return the files a commission examines, with their numbers by id."""
    mine = (Examined.commission == commission) & (Examined.refusal == "")
    rows = await Examined.objects().where(mine).order_by(Examined.application)
    named = await Examined.select(
        Examined.application.id.as_alias("id"), Examined.application.number.as_alias("number")
    ).where(mine)
    return {row["id"]: row["number"] for row in named}, rows


async def every(commission: int) -> list[Proposal]:
    """Return the runs of a commission, the first first."""
    return (
        await Proposal.objects().where(Proposal.commission == commission).order_by(Proposal.number)
    )


async def one(commission: int, number: int) -> Proposal:
    """Return a run by its number in its commission, or behave as if it did not exist."""
    found = await Proposal.objects().get(
        (Proposal.commission == commission) & (Proposal.number == number)
    )
    if found is None:
        raise NotYours
    return found


async def kept(commission: int) -> Proposal | None:
    """Return the run a commission decides on, once it chose one."""
    return await Proposal.objects().get(
        (Proposal.commission == commission) & Proposal.is_kept.eq(True)
    )


def opened(row: Proposal) -> tuple[Snapshot, admission.Proposal]:
    """Return a run as the engine speaks of it."""
    return read_snapshot(row.inputs.encode()), read_proposal(row.outputs.encode())


async def laid_from(commission: int, seal: str) -> Snapshot | None:
    """Return what a run of a commission laid out from the same things, if one did."""
    row = (
        await Proposal.select(Proposal.inputs)
        .where((Proposal.commission == commission) & (Proposal.laid_from == seal))
        .first()
    )
    return read_snapshot(row["inputs"].encode()) if row else None


def changes_of(row: Proposal) -> Changes:
    """Return what a run changes; nothing when it is the proposal itself."""
    return msgspec.json.decode(row.changes, type=Changes)


async def add(
    commission: int,
    label: str,
    changes: Changes,
    laid_from: str,
    given: Snapshot,
    found: admission.Proposal,
    account: int | None,
    now: datetime,
) -> int:
    """Keep a run, and return its number; refuse one of a commission that is not being prepared."""
    async with transaction():
        await commissions.require_closed(commission)
        last = (
            await Proposal.select(Proposal.number)
            .where(Proposal.commission == commission)
            .order_by(Proposal.number, ascending=False)
            .first()
        )
        number = (last["number"] if last else 0) + 1
        kept = await Proposal.insert(
            Proposal(
                commission=commission,
                number=number,
                label=label,
                changes=msgspec.json.encode(changes).decode(),
                inputs=written(seal.in_order(given)).decode(),
                outputs=written(found).decode(),
                laid_from=laid_from,
                inputs_digest=seal.inputs_digest(given),
                digest=found.digest,
                engine=VERSION,
                made_at=now,
                made_by=account,
            )
        ).returning(Proposal.id)
        if advisory.is_installed():
            proposal = int(kept[0]["id"])
            await later("creche", "advise", once=f"creche.advise:{proposal}", proposal=proposal)
        await journal.record(
            "creche.proposed",
            f"creche.commission:{commission}",
            account=account,
            side="office",
            number=number,
            digest=found.digest,
            served=found.served,
        )
    return number


async def keep(commission: int, number: int, account: int, now: datetime) -> None:
    """Choose the run a commission decides on; the one chosen before gives way."""
    async with transaction():
        await commissions.require_closed(commission)
        chosen = await one(commission, number)
        if changes_of(chosen).is_trial:
            raise Refused("trial_only")
        await Proposal.update({Proposal.is_kept: False}).where(Proposal.commission == commission)
        await Proposal.update({Proposal.is_kept: True}).where(Proposal.id == chosen.id)
        await pins.tell_passed_over(commission, opened(chosen)[1])
        await journal.record(
            "creche.proposal_kept",
            f"creche.commission:{commission}",
            account=account,
            side="office",
            number=number,
            digest=chosen.digest,
        )


async def traces(commission: int, numbers: Sequence[str]) -> dict[str, list[tuple[str, int]]]:
    """Return where the points of some files come from, by number: label and points, none of zero."""
    found: dict[str, list[tuple[str, int]]] = {}
    for start in range(0, len(numbers), 500):
        rows = await Examined.select(
            Examined.application.number.as_alias("number"), Examined.trace
        ).where(
            (Examined.commission == commission)
            & Examined.application.number.is_in(list(numbers[start : start + 500]))
        )
        for row in rows:
            lines = msgspec.json.decode(row["trace"])
            found[row["number"]] = [
                (line["label"], line["points"]) for line in lines if line["points"]
            ]
    return found


async def wishes(commission: int) -> dict[str, tuple[int, ...]]:
    """Return the crèches named by the files that accept any other, by number."""
    asked = await answers.asked(commission)
    return {number: told.wishes for number, told in asked.items() if told.elsewhere}


async def names(numbers: Sequence[str]) -> dict[str, Application]:
    """Return files by their number: their identity is shown on demand, and noted."""
    found: dict[str, Application] = {}
    for start in range(0, len(numbers), 500):
        rows = await Application.objects().where(
            Application.number.is_in(list(numbers[start : start + 500]))
        )
        found |= {row.number: row for row in rows}
    return found
