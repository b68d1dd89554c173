"""Copies that take themselves: every few minutes, of the communes where something changed."""

import asyncio
from datetime import timedelta

import structlog

from ribambelle.backups import snapshots, state
from ribambelle.errors import Misconfigured, Refused, Unavailable
from ribambelle.tenants import Platform, Tenant, UnknownTenant, copies

log = structlog.get_logger(__name__)
LOOK = timedelta(seconds=10)
AGAIN = timedelta(minutes=1)
"""Where nothing had changed, or a copy failed, the next look comes so soon."""


async def keep(platform: Platform, every: timedelta = LOOK) -> None:
    """Copy every commune that asks for it, one after the other, for ever."""
    while True:
        try:
            slugs = platform.slugs()
        except OSError:  # the folder of the files is away for a moment; the worker says so
            slugs = []
        for slug in slugs:
            try:
                await turn(platform, slug)
            except Exception:  # a disk so full that not even this can be noted: jobs go on
                log.exception("backup_failed", tenant=slug)
        await asyncio.sleep(every.total_seconds())


async def turn(platform: Platform, slug: str) -> bool:
    """Copy one commune if its time has come and something changed; return whether it was copied."""
    try:
        commune = platform.tenant(slug)
    except (Misconfigured, UnknownTenant):
        return False  # the worker says so
    settings, known, now = commune.settings.backup, state.copies(commune), platform.clock()
    if not (settings.folder and settings.key):
        return False
    every = timedelta(minutes=settings.every_minutes)
    if known and (now - known.began_at < every or now - known.looked_at < AGAIN):
        return False
    users = commune.platform.users
    users[commune.slug] += 1  # its base is not closed meanwhile
    try:
        return await _copied(commune, known)
    except (Refused, Misconfigured, Unavailable, OSError) as error:
        if isinstance(error, Refused) and error.reason == "backup_busy":
            return False  # another process is at it
        log.error("backup_failed", tenant=slug, reason=str(error))
        _note_problem(commune, known, str(error))
    except Exception:  # whatever fails in one commune, the others are copied
        log.exception("backup_failed", tenant=slug)
        _note_problem(commune, known, "panne imprévue, dite dans les journaux")
    finally:
        users[commune.slug] -= 1
    return False


def _note_problem(commune: Tenant, known: state.Copies | None, problem: str) -> None:
    now = commune.platform.clock()
    state.note(commune, state.Copies(known.began_at if known else now, now, "", problem))


async def _copied(commune: Tenant, known: state.Copies | None) -> bool:
    began = commune.platform.clock()
    place = snapshots.depot_of(commune)
    # before the copy: what changes during it is seen next time, and copied again
    seen = await snapshots.seen(commune)
    if known and known.seen == seen and place.stamps():
        copies.note(commune)  # the last copy still says everything
        state.note(commune, state.Copies(known.began_at, began, seen))
        return False
    taken = await snapshots.take(commune, place)
    state.note(commune, state.Copies(began, began, seen))
    log.info("backup_taken", tenant=commune.slug, stamp=taken.stamp, seconds=taken.seconds)
    return True
