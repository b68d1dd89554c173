"""One commune upgraded: frozen, copied, its steps taken, asked whether it answers; or returned."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import msgspec
import structlog

from ribambelle.backups import snapshots, state
from ribambelle.backups.depot import Depot
from ribambelle.backups.state import Upgrade
from ribambelle.database import migrations, returning, transaction
from ribambelle.database.connection import in_thread
from ribambelle.errors import Misconfigured, Refused, RibambelleError
from ribambelle.tenants import Tenant, checking, freezing
from ribambelle.tenants.tenant import FREEZE
from ribambelle.upgrading.waves import Outcome, reason
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine

log = structlog.get_logger(__name__)
BUSY, AGAIN = 15, 1.0
"""Times, and seconds between, that a copy taken by itself is waited for."""
Answers = Callable[[Tenant], Awaitable[str]]
"""Says why a commune does not answer its visitors; empty when it does."""


async def upgrade(commune: Tenant, answers: Answers, settle: float | None = None) -> Outcome:
    """Upgrade a commune, or bring it back to what it was; say what became of it.

    Stopped by force on the way, it is found again where it was, with the copy taken before its
    first step: never one of a base already half upgraded.
    """
    try:
        with freezing.alone(commune):
            known = state.upgrade(commune)
            if known is None or not known.is_unfinished or _is_outlived(commune, known):
                known = await _new(commune)
            if known.stage in ("done", "returned"):  # stopped on its last step
                return _opened(commune, known)
            if known.stage == "returning":
                return await _returned(commune, known)
            return await _upgraded(
                commune, known, answers, freezing.SETTLE if settle is None else settle
            )
    except (RibambelleError, OSError) as error:
        return Outcome(commune.slug, "refused", error)


def _is_outlived(commune: Tenant, known: Upgrade) -> bool:
    """Forget an upgrade whose mark was taken away: families have written since its copy."""
    if commune.is_frozen or known.stage in ("done", "returned"):  # these put nothing back
        return False
    log.warning("upgrade_begun_anew", tenant=commune.slug, copy=known.copy)
    (commune.folder / state.UPGRADE).unlink()
    return True


async def _upgraded(commune: Tenant, known: Upgrade, answers: Answers, settle: float) -> Outcome:
    place = snapshots.depot_of(commune)  # refused before anything: no way back, no upgrade
    if known.stage == "frozen":
        known = await _copied(commune, known, place, settle)
    try:
        packages = commune.hooks.packages()
        with commune.here(though_frozen=True):
            await migrations.forward(packages, commune.platform.clock)
            await _say_so(commune, known)
        await _require_well(commune, known, answers)
    except BaseException as error:
        # whatever a step of a plugin raises, and even a person who interrupts
        log.exception("upgrade_returned", tenant=commune.slug)
        known = msgspec.structs.replace(known, stage="returning", problem=reason(error))
        outcome = await _returned(commune, known)
        if not isinstance(error, Exception):
            raise
        return outcome
    return _opened(commune, msgspec.structs.replace(known, stage="done"))


def _opened(commune: Tenant, known: Upgrade) -> Outcome:
    """Let families write again; once they may, nothing can be returned any more."""
    state.note(commune, known)
    (commune.folder / FREEZE).unlink(missing_ok=True)
    state.note(commune, msgspec.structs.replace(known, opened=True))
    if known.stage == "done":
        return Outcome(commune.slug, "done", steps=known.steps, copy=known.copy)
    return Outcome(commune.slug, "returned", problem=known.problem, copy=known.copy)


async def _new(commune: Tenant) -> Upgrade:
    with commune.here():
        steps = await migrations.pending(commune.hooks.packages())
    before = await checking.problems(commune)
    return Upgrade(commune.now(), "frozen", steps=steps, before=before)


async def _say_so(commune: Tenant, known: Upgrade) -> None:
    """Write the upgrade in the journal, once; a base that cannot be written is found here too."""
    about = f"tenant:{commune.slug}"
    facts: dict[str, Any] = {"copy": known.copy, "steps": known.steps}
    told = msgspec.json.encode(facts, order="sorted").decode()
    async with transaction():
        if not await JournalLine.exists().where(
            (JournalLine.object == about) & (JournalLine.facts == told)
        ):  # written already, by a run that was stopped just after
            await journal.record("tenant.upgraded", about, side="command", **facts)


async def _copied(commune: Tenant, known: Upgrade, place: Depot, settle: float) -> Upgrade:
    """Freeze the commune and copy it whole; nothing of it has changed if that cannot be."""
    mark, previous = commune.folder / FREEZE, state.upgrade(commune)
    ours = previous is not None and previous.stage == "frozen"  # of a run that was killed
    if mark.exists() and not ours:
        raise Refused("upgrade_frozen", slug=commune.slug)
    state.note(commune, known)
    mark.touch(mode=0o600)
    try:
        await freezing.settled(commune, settle)
        taken = await _taken(commune, place)
    except BaseException:
        mark.unlink(missing_ok=True)
        (commune.folder / state.UPGRADE).unlink(missing_ok=True)
        if previous is not None and not ours:
            state.note(commune, previous)
        raise
    known = msgspec.structs.replace(known, stage="copied", copy=taken.stamp)
    state.note(commune, known)
    return known


async def _taken(commune: Tenant, place: Depot) -> snapshots.Taken:
    """Take a copy, once the one that takes itself is over."""
    for _ in range(BUSY):
        try:
            return await snapshots.take(commune, place, proved=True)
        except Refused as error:
            if error.reason != "backup_busy":
                raise
        await asyncio.sleep(AGAIN)
    return await snapshots.take(commune, place, proved=True)


async def _require_well(commune: Tenant, known: Upgrade, answers: Answers) -> None:
    """Refuse what the upgrade broke; what was wrong before it is not its fault."""
    found = await checking.problems(commune)
    if new := [one for one in found if one not in known.before]:
        raise Misconfigured(" ".join(new).rstrip("."))
    if told := await answers(commune):
        raise Misconfigured(told)


async def _returned(commune: Tenant, known: Upgrade) -> Outcome:
    """Make the base what the copy says it was, then let families write again."""
    state.note(commune, known)
    try:
        await _put_back(commune, known.copy)
    except Exception as error:  # whatever keeps it from its copy, the others go on
        log.exception("upgrade_stuck", tenant=commune.slug)
        return Outcome(commune.slug, "stuck", error, known.problem, copy=known.copy)
    return _opened(commune, msgspec.structs.replace(known, stage="returned"))


async def _put_back(commune: Tenant, stamp: str) -> None:
    place, folder = snapshots.depot_of(commune), commune.platform.data
    clear = folder / f".returning-{uuid4().hex[:8]}"
    try:
        await snapshots.opened(place, stamp, clear)
        await commune.engine.aclose()  # nothing read before is taken for what is there now
        url = commune.settings.database.url
        await returning.put_back(clear / "database", url or commune.folder / "portal.sqlite")
    finally:
        await in_thread(shutil.rmtree, clear, True)
