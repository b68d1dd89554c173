"""Running what is due, commune by commune."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
import structlog

from ribambelle import traces
from ribambelle.errors import Misconfigured, Unavailable
from ribambelle.jobs import queue
from ribambelle.jobs.tables import Job
from ribambelle.tenants import Platform, Tenant, UnknownTenant

log = structlog.get_logger(__name__)


async def drain(tenant: Tenant, limit: int = 500) -> int:
    """Run what is due in one commune, and return how many jobs ran; never longer than `limit`."""
    done = 0
    with tenant.here():
        await plan(tenant)
        while done < limit:
            ran = await _both_lanes(tenant, limit)
            if not ran:
                break
            done += ran
    return done


async def _both_lanes(tenant: Tenant, limit: int) -> int:
    """Run what is due; a sign-in link never waits behind a plugin's long computation."""
    plugins = asyncio.create_task(_lane(tenant, limit))
    try:
        ran = await _lane(tenant, limit, CORE)
        while not plugins.done():
            await asyncio.wait([plugins], timeout=BETWEEN)
            ran += await _lane(tenant, limit, CORE)
    except BaseException:
        plugins.cancel()
        raise
    return ran + await plugins


async def _lane(tenant: Tenant, limit: int, only: str = "") -> int:
    """Run, one after another, the due jobs of the core, or those of the plugins.

    Frozen meanwhile, the commune is about to be copied: what would run now would run again, should
    the copy be put back. A job leased just before the mark is seen by whoever copies.
    """
    broken = tenant.platform.plugins.broken  # their jobs wait for them, untried
    aside, done = tuple(broken) if only else (*broken, CORE), 0
    while done < limit and not tenant.is_frozen:
        try:
            job = await queue.take(tenant.now(), aside, only)
        except Unavailable:
            if tenant.is_frozen:  # since the look above
                break
            raise
        if job is None:
            break
        with tenant.here(though_frozen=True):  # who freezes the commune waits for it
            if tenant.is_frozen:
                await queue.give_back(job)
                break
            await run(tenant, job)
        done += 1
    return done


async def run(tenant: Tenant, job: Job) -> None:
    """Run one leased job, and forget it or give it back."""
    function = tenant.hooks.jobs.get((job.plugin, job.name))
    holding = asyncio.create_task(_hold(tenant, job))
    try:
        with traces.job(tenant.slug, job.plugin, job.name):
            await _run(tenant, job, function)
    finally:
        holding.cancel()


async def _hold(tenant: Tenant, job: Job) -> None:
    """Keep a job's lease for as long as it runs: nobody takes it up, or freezes under it."""
    while True:
        await asyncio.sleep(HELD)
        with suppress(Unavailable):  # the next time, if the base is busy at this one
            await queue.hold(job, tenant.now())


async def _run(tenant: Tenant, job: Job, function: Callable[..., Awaitable[None]] | None) -> None:
    try:
        if function is None:
            raise LookupError(f"no job {job.plugin}.{job.name} in this commune")
        await function(**msgspec.json.decode(job.payload))
        await Job.delete().where(Job.id == job.id)
    except queue.NotNow as error:
        log.warning("job_put_off", tenant=tenant.slug, job=job.name, reason=str(error))
        await queue.put_off(job, error, tenant.now())
    except Exception as error:  # a job that fails is retried; the worker goes on
        traces.failed(error)
        log.exception("job_failed", tenant=tenant.slug, plugin=job.plugin, job=job.name)
        await queue.failed(job, error, tenant.now())


async def plan(tenant: Tenant) -> None:
    """Queue today's scheduled jobs, each once whatever the number of workers."""
    from ribambelle.identity import limits

    now = tenant.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    due = {
        f"{plugin}.{schedule.job}:{now:%Y-%m-%d}": (plugin, schedule.job)
        for plugin, schedules in tenant.hooks.each("schedules")
        for schedule in schedules
        if now.hour >= schedule.hour
    }
    # read first: a look that writes would be a change of the file, and call for another look
    queued = await limits.counted(list(due), midnight)
    for name in due.keys() - queued:
        if await limits.count(name, midnight) == 1:
            await queue.later(*due[name], once=name)


async def work_and_copy(platform: Platform) -> None:
    """Run what is due and take the copies that are, for ever, neither waiting for the other."""
    from ribambelle.backups import schedule

    async with asyncio.TaskGroup() as both:
        both.create_task(work(platform))
        both.create_task(schedule.keep(platform))


async def work(platform: Platform, every: timedelta = timedelta(seconds=1)) -> None:
    """Serve every commune, for ever: one that has long work keeps no other waiting."""
    seen: dict[str, tuple[object, datetime]] = {}
    busy: dict[str, asyncio.Task[None]] = {}
    try:
        while True:
            try:
                slugs = platform.slugs()
            except OSError as error:  # the folder of the files is away for a moment
                log.warning("worker_sees_no_file", reason=str(error))
                slugs = []
            for slug in slugs:
                if slug in busy and not busy[slug].done():
                    continue
                while len(working := [one for one in busy.values() if not one.done()]) >= AT_ONCE:
                    await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
                busy[slug] = asyncio.create_task(serve(platform, slug, seen))
                await asyncio.sleep(0)  # most communes have nothing due: they end at once
            await asyncio.sleep(every.total_seconds())
    finally:
        for task in busy.values():
            task.cancel()


HELD = 60.0
"""Seconds between two renewals of a job's lease, which lasts five times as long."""
IDLE = timedelta(seconds=30)
AT_ONCE = 32
"""Communes whose jobs run side by side: some wait for a computation, most for nothing."""
TICK = 20_000_000
"""Nanoseconds, more than any system waits before it dates files anew."""
BETWEEN = 1.0
"""Seconds between two looks at the core's jobs while a plugin's still run."""
CORE = "core"
FAILED = object()


async def serve(platform: Platform, slug: str, seen: dict[str, tuple[object, datetime]]) -> None:
    """Drain one commune if its database changed since last time, or if half a minute went by.

    A thousand idle communes then cost a thousand `stat` calls, not a thousand open files.
    """
    try:
        tenant = platform.tenant(slug)
        if tenant.is_frozen:
            return
        stamp, now = _stamp(tenant), platform.clock()
        before = seen.get(slug)
        still = before and (before[0] is FAILED or (stamp is not None and before[0] == stamp))
        if before and still and now - before[1] < IDLE:
            return
        await drain(tenant)
        # as it was before: what came in after the last look is a change still to be seen
        seen[slug] = (stamp, now)
    except (Misconfigured, Unavailable, UnknownTenant) as error:
        log.warning("worker_skips_tenant", tenant=slug, reason=str(error))
    except Exception:  # whatever fails in one commune, the others are served
        log.exception("worker_failed", tenant=slug)
        seen[slug] = (FAILED, platform.clock())


def _stamp(tenant: Tenant) -> object:
    """Return what changes when the commune's file does; None when it must be looked at anyway.

    It must on PostgreSQL, and when the file was just written: a system dates files by ticks of some
    milliseconds, so that a second change may bear the date of the first.
    """
    if tenant.settings.database.url:
        return None
    files = (tenant.folder / "portal.sqlite", tenant.folder / "portal.sqlite-wal")
    dates = tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
    return dates if time.time_ns() - max(dates) > TICK else None
