"""Where each family stands once a commission decided: computed apart, it takes a large town a minute.

It may be run twice: what was computed is written again, the same.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.jobs import later
from ribambelle_creche.domain import admission
from ribambelle_creche.domain.admission import Snapshot
from ribambelle_creche.domain.admission.likelihood import Chance, chances
from ribambelle_creche.domain.admission.position import Standing, standings
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.queries import answers, proposals
from ribambelle_creche.tables import Standing as StandingRow

DRAWS, FEWER_DRAWS = 1000, 200
LATELY = timedelta(days=3)
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
    found = await asyncio.to_thread(stood, given, proposal)
    ids = await answers.files_of(commission)
    now = tenants.current().now()
    async with transaction():
        await locks.advisory(f"creche.standing:{commission}")
        await answers.keep_standings(
            commission, [_row(commission, ids[one.file], one, now) for one in found]
        )


def stood(given: Snapshot, proposal: admission.Proposal) -> list[Stood]:
    """Return where every file stands, the chance drawn from the seal of the proposal: always the same.

    Twins placed apart have one file: the first of them speaks for it.
    """
    draws = DRAWS if len(given.applications) <= LARGE else FEWER_DRAWS
    seed = Random(proposal.digest)  # noqa: S311  # published with the answer: anybody draws again
    drawn = chances(given, proposal, draws, seed)
    found: dict[tuple[str, str], Stood] = {}
    for name, places in sorted(standings(given, proposal.assignments).items()):
        for one in places:
            key = (file_of(name), one.option)
            found.setdefault(key, Stood(key[0], one, drawn[name][one.option]))
    return list(found.values())


def _row(commission: int, file: int, one: Stood, now: datetime) -> StandingRow:
    return StandingRow(
        commission=commission,
        application=file,
        option=one.standing.option,
        ahead=one.standing.ahead,
        position=one.standing.position,
        chance=one.chance.band,
        draws=one.chance.draws,
        computed_at=now,
    )
