"""A commune only read for a moment: nobody writes in it, and all that was begun has ended."""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from ribambelle.errors import Refused
from ribambelle.jobs import queue
from ribambelle.tenants.tenant import FREEZE, Tenant

SETTLE = 1.0
"""Seconds left to requests that were being answered when the commune was frozen."""
WORKING, AGAIN = 60, 1.0
"""Times, and seconds between, that the job of a worker is waited for; one that was killed keeps its
own longer."""


@contextmanager
def alone(commune: Tenant) -> Iterator[None]:
    """Let no other process upgrade or move this commune; the lock dies with whoever holds it."""
    with (commune.folder / "upgrade.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("tenant_busy", slug=commune.slug) from None
        yield


@contextmanager
def frozen(commune: Tenant) -> Iterator[None]:
    """Let nobody write in this commune for the time of the block, in any process."""
    mark = commune.folder / FREEZE
    try:
        mark.touch(
            mode=0o600, exist_ok=False
        )  # of two at once, one: its end would open the other's
    except FileExistsError:
        raise Refused("tenant_frozen", slug=commune.slug) from None
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


async def settled(commune: Tenant, settle: float, looks: int = WORKING) -> None:
    """Wait for what was begun when the commune was frozen; refuse when it does not end.

    What begins after the mark is refused, so that nothing is kept where nobody will look; a job that
    had begun is let finish.
    """
    await asyncio.sleep(settle)
    await idle(commune, looks)
    if not await commune.engine.quiet():
        raise Refused("tenant_writing", slug=commune.slug)


async def idle(commune: Tenant, looks: int = WORKING) -> None:
    """Wait until no job runs: what it does after a copy would be lost, or done again."""
    for _ in range(looks):
        with commune.here():
            if not await queue.running(commune.now()):
                return
        await asyncio.sleep(AGAIN)
    raise Refused("tenant_working", slug=commune.slug)
