"""Where each family stands once a commission decided: computed apart, it takes a large town a minute.

It may be run twice: what was computed is written again, the same. The place on the list is computed
once more each time somebody joins or leaves it; chances stay those of the decision.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.jobs import later, overtake
from ribambelle.workflow import Step
from ribambelle_creche import nearby
from ribambelle_creche.domain import admission
from ribambelle_creche.domain.admission import Option, Snapshot
from ribambelle_creche.domain.admission.likelihood import Chance, chances
from ribambelle_creche.domain.admission.position import Standing, standings
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.domain.waiting import among
from ribambelle_creche.queries import answers, commissions, proposals
from ribambelle_creche.tables import Standing as StandingRow
from ribambelle_creche.workflow import CHANGEABLE

DRAWS, FEWER_DRAWS = 1000, 200
LATELY = timedelta(days=3)
IN_SESSION = "in_session"
LARGE = 4000
"""Files beyond which fewer draws are made: bands of chances do not need more."""


@dataclass(frozen=True, slots=True)
class Stood:
    """Where one file stands for one option, and its chances."""

    file: str
    standing: Standing
    chance: Chance


async def ask(commission: int) -> None:
    """Ask for it, in the transaction that decides a commission."""
    await later("creche", "stand", once=f"creche.stand:{commission}", commission=commission)


async def stand_all() -> None:
    """Ask for every commission decided lately that lacks it; run each night."""
    since = tenants.current().now() - LATELY
    for commission in await answers.decided_without_standing(since):
        async with transaction():
            await ask(commission)


async def stand(commission: int) -> None:
    """Compute where each file of a decided commission stands, and keep it; run as a job."""
    row = await proposals.kept(commission)
    if row is None:
        return
    given, proposal = proposals.opened(row)
    tenant, decided = tenants.current(), await commissions.one(commission)
    given, others = await nearby.beside(tenant, decided, given, proposal.assignments)
    found = await asyncio.to_thread(stood, given, proposal, others)
    ids = await answers.files_of(commission)
    now = tenant.now()
    async with transaction():
        await locks.advisory(f"creche.standing:{commission}")
        told = among(given, proposal.assignments, await answers.still_waiting(commission))
        await answers.keep_standings(
            commission,
            [
                _row(commission, ids[one.file], one, told.get((one.file, one.standing.option)), now)
                for one in found
            ],
        )
        for other in await answers.listed_but(commission):  # whom it served is on no other list
            await ask_again(other)


async def ask_again(commission: int) -> None:
    """Ask for the places on the list once more, in the transaction that moves a file."""
    await later("creche", "stand_again", commission=commission)


async def moved(step: Step) -> None:
    """Ask for it when a file joins or leaves the list, or answers; a decision asks by itself."""
    ends = {step.source, step.target}
    is_crossing = (step.source in CHANGEABLE) != (step.target in CHANGEABLE)
    if not is_crossing and not ends & {"offered", "accepted"}:
        return
    if step.source == "draft" or (
        step.transition in ("wait", "offer") and step.source == IN_SESSION
    ):
        return
    for commission in await answers.followed(step.request):
        await ask_again(commission)


async def stand_again(commission: int) -> None:
    """Keep where each file stands among those that still wait; run as a job, once for many asked."""
    row = await proposals.kept(commission)
    if row is None:
        return
    given, proposal = await asyncio.to_thread(proposals.opened, row)
    async with transaction():
        await locks.advisory(f"creche.standing:{commission}")
        await overtake("creche", "stand_again", commission=commission)
        told = among(given, proposal.assignments, await answers.still_waiting(commission))
        ids = await answers.files_of(commission)
        places = {
            (ids[file], option): (one.position, one.ahead) for (file, option), one in told.items()
        }
        await answers.move_standings(commission, places, tenants.current().now())


def stood(
    given: Snapshot,
    proposal: admission.Proposal,
    beside: Mapping[str, Sequence[Option]] | None = None,
) -> list[Stood]:
    """Return where every file stands, the chance drawn from the seal of the proposal: always the same.

    Twins placed apart have one file: the one of them who has the least speaks for it.

    :param beside: options near a waiting file that it did not ask for.
    """
    draws = DRAWS if len(given.applications) <= LARGE else FEWER_DRAWS
    seed = Random(proposal.digest)  # noqa: S311  # published with the answer: anybody draws again
    drawn, extra = chances(given, proposal, draws, seed, beside), beside or {}
    places = standings(given, proposal.assignments)
    found: dict[tuple[str, str], Stood] = {}
    for name in sorted(places, key=lambda name: (-len(places[name]), name)):
        other = [Standing(option.id, 0, 0) for option in extra.get(name, ())]
        for one in (*places[name], *other):
            key = (file_of(name), one.option)
            found.setdefault(key, Stood(key[0], one, drawn[name][one.option]))
    return list(found.values())


def _row(
    commission: int, file: int, one: Stood, now_at: Standing | None, now: datetime
) -> StandingRow:
    return StandingRow(
        commission=commission,
        application=file,
        option=one.standing.option,
        ahead=now_at.ahead if now_at else 0,
        position=now_at.position if now_at else 0,
        chance=one.chance.band,
        draws=one.chance.draws,
        computed_at=now,
    )
