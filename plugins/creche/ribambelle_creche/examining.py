"""Closing a commission: what it saw of each file, once, and nothing that happens later to them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from ribambelle import workflow
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle.workflow.declaration import Side
from ribambelle_creche import counting, nearby
from ribambelle_creche.domain import dossier, draw
from ribambelle_creche.domain.commission import refusal, seconds
from ribambelle_creche.domain.grid import Grid, Score, score
from ribambelle_creche.domain.grid.facts import Facts
from ribambelle_creche.domain.grid.scoring import recorded
from ribambelle_creche.domain.resources import Asking, groups_of, later_groups
from ribambelle_creche.queries import commissions, facilities, grids, points
from ribambelle_creche.queries.commissions import Found, calendar_of
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Commission, Examined


@dataclass(frozen=True, slots=True)
class Closed:
    """How many files a commission looks at, and how many it leaves out by reason."""

    examined: int
    left_out: dict[str, int]


async def close(
    tenant: Tenant, number: int, account: int | None, now: datetime, side: Side = "office"
) -> Closed:
    """Close the files of a commission: each living one of its window gets its row, or its reason."""
    async with transaction():
        await locks.advisory(f"creche.commission:{number}")
        row = await commissions.one(number)
        if row.state == "open" and not calendar_of(row).may_close(now.date()):
            raise Refused("commission_too_early", closes_on=row.closes_on)
        row = await commissions.mark_closed(number, now)
        rows = await examine(tenant, row)
        await commissions.keep_examined(rows)
        await enter(rows, account, side)
        done = counted([one.refusal for one in rows])
        await journal.record(
            "creche.commission_closed",
            f"creche.commission:{number}",
            account=account,
            side=side,
            examined=done.examined,
            left_out=sum(done.left_out.values()),
        )
        await later("creche", "tell_left_out", once=f"creche.left_out:{number}", commission=number)
    return done


async def enter(rows: list[Examined], account: int | None, side: Side) -> None:
    """Put the files a commission looks at in its session: no other decides of them meanwhile."""
    looked_at = [int(one.application) for one in rows if not one.refusal]
    for demande in await commissions.demandes_of(looked_at):
        await workflow.fire(demande, "examine", side=side, account=account)


async def examine(tenant: Tenant, row: Commission) -> list[Examined]:
    """Return what a commission sees of each file of its window, at this moment.

    Points are counted here and nowhere else, since nothing is read of a file afterwards.
    """
    seed, files = bytes.fromhex(row.seed), await seen(tenant, row)
    looked_at = [file.id for file, why in files if not why]
    answers = await commissions.answers_of(looked_at)
    facts = await counting.facts_for(tenant, await points.files(looked_at), row.closes_on)
    kept = await grids.one(row.grid) if row.grid else None
    anywhere = await nearby.anywhere(tenant)
    scores = {file: score(kept.grid, told) for file, told in facts.items()} if kept else {}
    return [
        Examined(
            commission=row.id,
            application=file.id,
            refusal=why,
            asked=as_json(asked(file, answers[file.id], row, tenant, scores.get(file.id), anywhere))
            if not why
            else "{}",
            facts=facts_as_json(facts[file.id]) if not why else "",
            points=scores[file.id].points if file.id in scores else 0,
            trace=recorded(scores[file.id]) if file.id in scores else "[]",
            complete_at=file.complete_at,
            draw=draw.number(seed, file.number),
        )
        for file, why in files
    ]


async def scores_by(
    tenant: Tenant, row: Commission, rows: Sequence[Examined], grid: Grid
) -> dict[int, Score]:
    """Return the points of files by another grid, on what the commission froze of each.

    A commission closed before that was kept counts on what families last sent.
    """
    frozen = {int(one.application): facts_of_json(one.facts) for one in rows if one.facts}
    others = [int(one.application) for one in rows if not one.facts]
    told = await counting.facts_for(tenant, await points.files(others), row.closes_on)
    return {file: score(grid, facts) for file, facts in (frozen | told).items()}


def facts_as_json(told: Facts) -> str:
    """Return what points are counted on as a commission keeps it."""
    kept = replace(told, told=dict(told.told), here=dict(told.here), granted=dict(told.granted))
    return msgspec.json.encode(kept).decode()


def facts_of_json(told: str) -> Facts:
    """Return what points were counted on.

    >>> from datetime import date
    >>> facts = Facts(date(2027, 3, 1), {"aeeh": True, "siblings": 2}, {12: {"own_quartier": True}})
    >>> facts_of_json(facts_as_json(facts)).at(12, "own_quartier")
    True
    """
    return msgspec.json.decode(told, type=Facts)


async def seen(tenant: Tenant, row: Commission) -> list[tuple[Found, str]]:
    """Return the living files of the window, each with why it is left out, as it stands now."""
    ages, closes_on = tenant.of(Settings).ages, row.closes_on
    files = await commissions.in_window(row, tenant, set(await facilities.names()))
    found = [(file, refusal(file.candidate, closes_on, ages)) for file in files]
    twice = seconds(
        (file.id, file.child, (file.is_moved, file.complete_at)) for file, why in found if not why
    )
    found = [(file, "duplicate" if file.id in twice else why) for file, why in found]
    # a file of another window is looked at early or not at all: it is never left out of this one
    return [(file, why) for file, why in found if not (why and file.is_moved)]


def as_json(told: Asking) -> str:
    """Return what a file asks as it is kept."""
    return msgspec.json.encode(told).decode()


def of_json(told: str) -> Asking:
    """Return what a file asked, as a commission kept it.

    >>> of_json(as_json(Asking(("babies",), (1023,), (12, 15), count=2))).count
    2
    """
    return msgspec.json.decode(told, type=Asking)


def asked(
    file: Found,
    answers: str,
    row: Commission,
    tenant: Tenant,
    score: Score | None,
    anywhere: nearby.Anywhere,
) -> Asking:
    """Return what a file asks, as the engine will count it."""
    told, candidate = dossier.decode(answers), file.candidate
    assert candidate.born_on  # a file without a birth is not of age: it is left out
    periods = calendar_of(row).periods
    return Asking(
        groups=groups_of(candidate.born_on, candidate.start_on, periods, tenant.of(Settings).ages),
        needs=tuple(need for need in file.needs if need),
        wishes=file.wishes,
        count=told.child.together if told.child else 1,
        together=told.arrival.twins if told.arrival else "",
        bonuses=dict(score.bonuses) if score else {},
        flags=score.flags if score else (),
        start_on=candidate.start_on,
        later_groups=later_groups(
            candidate.born_on,
            candidate.start_on,
            told.entry.latest if told.entry else None,
            periods,
            tenant.of(Settings).ages,
        ),
        elsewhere=anywhere.of(told, candidate.born_on, candidate.start_on, file.wishes),
        most_elsewhere=anywhere.most,
    )


def counted(reasons: list[str]) -> Closed:
    """Return how many files are looked at, and how many are left out by reason, the most first.

    >>> counted(["", "incomplete", "", "to_confirm", "incomplete"])
    Closed(examined=2, left_out={'incomplete': 2, 'to_confirm': 1})
    """
    counts = Counter(reasons)
    examined = counts.pop("", 0)
    return Closed(examined, dict(counts.most_common()))
