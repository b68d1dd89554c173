"""Putting jobs in a commune's queue, and taking them out one worker at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from piccolo.columns.combination import WhereRaw
from piccolo.custom_types import Combinable

from ribambelle import tenants
from ribambelle.clock import after
from ribambelle.database import locks
from ribambelle.jobs.tables import Job

LEASE = timedelta(minutes=5)
TRIES = 8


class NotNow(Exception):
    """Nothing is wrong with the work: somebody else does not answer. The try is not counted.

    :param wait: for how long this job waits.
    :param others: for how long those of the same name do; nothing when they are not concerned.
    """

    def __init__(self, reason: str, wait: timedelta, others: timedelta = timedelta()) -> None:
        super().__init__(reason)
        self.wait, self.others = wait, others


async def later(
    plugin: str, name: str, *, once: str | None = None, at: datetime | None = None, **payload: Any
) -> None:
    """Queue a job in the current transaction: it exists only if the change does.

    `once` names the work: a second job of the same name, still queued, is not added.
    """
    job = Job(
        plugin=plugin,
        name=name,
        payload=msgspec.json.encode(payload).decode(),
        once=once,
        run_at=at or tenants.current().now(),
    )
    await Job.insert(job).on_conflict(target=Job.once, action="DO NOTHING")


async def overtake(plugin: str, name: str, **payload: Any) -> None:
    """Drop the same work wherever it is still queued: the job that runs now does it for all.

    It is for the beginning of a job, before it reads: a change committed later, whose job is not
    seen yet, still has its own. A name given to `once` cannot promise that.
    """
    same = (Job.plugin == plugin) & (Job.name == name) & Job.leased_until.is_null()
    told = msgspec.json.encode(payload).decode()
    await Job.delete().where(same & (Job.payload == told))


async def take(now: datetime, aside: Sequence[str] = (), only: str = "") -> Job | None:
    """Lease the oldest due job, or return None; two workers never take the same.

    :param aside: plugins whose jobs are left: they wait, and no try is counted.
    :param only: the one plugin whose jobs are taken; empty for all.
    """
    free = Job.leased_until.is_null() | (Job.leased_until < now)
    wanted = (Job.run_at <= now) & free & (Job.attempts < TRIES)
    if aside:
        wanted &= Job.plugin.not_in(list(aside))
    if only:
        wanted &= Job.plugin == only
    due = Job.select(Job.id).where(wanted).order_by(Job.run_at, Job.id).limit(1)
    # “= (…)”, not “IN (…)”: PostgreSQL may ask the latter once a row, and each time it skips what
    # it has just locked; several jobs would then be leased and one of them run
    (oldest,) = locks.claim(due).querystrings
    rows = (
        await Job.update({Job.leased_until: after(now, LEASE), Job.attempts: Job.attempts + 1})
        .where(WhereRaw('"id" = ({})', oldest), free)
        .returning(*Job.all_columns())
    )
    return Job(_exists_in_db=True, **rows[0]) if rows else None


async def failed(job: Job, error: Exception, now: datetime) -> None:
    """Give a job back to the queue, for later: 30 s, then 1 min, 2 min… at most 4 h."""
    wait = timedelta(seconds=min(15 * 2**job.attempts, 4 * 3600))
    await Job.update(
        {Job.error: repr(error)[:2000], Job.run_at: after(now, wait), Job.leased_until: None}
    ).where(Job.id == job.id)


async def give_back(job: Job) -> None:
    """Give a job back as it was: nothing of it was tried."""
    await Job.update({Job.leased_until: None, Job.attempts: job.attempts - 1}).where(
        Job.id == job.id
    )


async def hold(job: Job, now: datetime) -> None:
    """Keep the lease of a job that still runs; one that was given back is left as it is."""
    await Job.update({Job.leased_until: after(now, LEASE)}).where(
        (Job.id == job.id) & Job.leased_until.is_not_null()
    )


async def running(now: datetime) -> bool:
    """Tell whether a worker holds a job at this moment."""
    return await Job.exists().where(Job.leased_until > now)


async def put_off(job: Job, error: NotNow, now: datetime) -> None:
    """Give a job back untried, and have those that would meet the same silence wait with it.

    It waits longer than they do: the next to ask is another, should this one be the cause.
    """
    await Job.update(
        {
            Job.error: str(error)[:2000],
            Job.run_at: after(now, error.wait),
            Job.leased_until: None,
            Job.attempts: job.attempts - 1,
        }
    ).where(Job.id == job.id)
    if error.others:
        due = (Job.plugin == job.plugin) & (Job.name == job.name) & (Job.run_at <= now)
        await Job.update({Job.run_at: after(now, error.others)}).where(
            due & Job.leased_until.is_null()
        )


async def waiting() -> int:
    """Return how many jobs are still to run, now or later."""
    return int(await Job.count().where(Job.attempts < TRIES))


async def given_up() -> int:
    """Return how many jobs failed every time; they stay, for somebody to look at."""
    return int(await Job.count().where(_given_up()))


async def still_due(names: list[str]) -> frozenset[str]:
    """Return which of these works, as `once` names them, will still be tried."""
    trying = (Job.attempts < TRIES) | (Job.leased_until >= tenants.current().now())
    rows = await Job.select(Job.once).where(Job.once.is_in(names) & trying)
    return frozenset(row["once"] for row in rows)


async def try_again(now: datetime) -> int:
    """Queue the jobs that were given up once more, from the first try; return how many."""
    revived = (
        await Job.update({Job.attempts: 0, Job.run_at: now, Job.leased_until: None})
        .where(_given_up())
        .returning(Job.id)
    )
    return len(revived)


def _given_up() -> Combinable:
    now = tenants.current().now()
    return (Job.attempts >= TRIES) & (Job.leased_until.is_null() | (Job.leased_until < now))
