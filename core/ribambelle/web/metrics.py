"""What a monitor reads at `/metrics`: counts and ages, never a person, a paper or a secret.

Off unless ``RIBAMBELLE_METRICS`` says who may read it: ``local``, whoever asks from this machine, or a
token, sent as ``Authorization: Bearer …``. To anybody else the address does not exist.
"""

import asyncio
import hmac
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import structlog

from ribambelle.errors import Misconfigured, RibambelleError
from ribambelle.jobs import queue
from ribambelle.jobs.tables import Job
from ribambelle.messages.tables import Message
from ribambelle.tenants import Platform, copies
from ribambelle.web.counting import Counts, series

log = structlog.get_logger(__name__)
SETTING, LOCAL = "RIBAMBELLE_METRICS", "local"
SHORTEST = 32
KEPT = 30.0
"""Seconds for which what was seen of a commune is told again: a thousand are not opened each time."""


@dataclass(frozen=True)
class Seen:
    """How one commune is, in numbers; None where there is nothing to measure."""

    up: int
    queue_age: float | None = None
    waiting: int | None = None
    given_up: int | None = None
    outbox: int | None = None
    outbox_age: float | None = None
    backup_age: float | None = None


GAUGES = {
    "up": ("ribambelle_tenant_up", "Whether the commune's file and base can be read."),
    "queue_age": ("ribambelle_queue_age_seconds", "Age of the oldest job that is due."),
    "waiting": ("ribambelle_queue_jobs", "Jobs still to run, now or later."),
    "given_up": ("ribambelle_queue_given_up", "Jobs given up after their last try."),
    "outbox": ("ribambelle_outbox_waiting", "Messages nobody has taken yet."),
    "outbox_age": ("ribambelle_outbox_age_seconds", "Age of the oldest of them."),
    "backup_age": ("ribambelle_backup_age_seconds", "Time since the last whole copy."),
}


def setting() -> str:
    """Return who may read; refuse a token that could be guessed."""
    said = os.environ.get(SETTING, "")
    if said and said != LOCAL and len(said) < SHORTEST:
        raise Misconfigured(
            f"{SETTING} : ce jeton est trop court",
            cure=f"écrivez {LOCAL}, ou {SHORTEST} signes tirés au hasard (openssl rand -hex 32)",
        )
    return said


class Metrics:
    """The counts of this process, and what it last saw of the communes."""

    def __init__(self, readers: str = "") -> None:
        self.readers, self.counts = readers, Counts()
        self._seen: dict[str, tuple[float, Seen]] = {}
        self._looking = asyncio.Lock()

    def may_read(self, scope: Any) -> bool:
        """Tell whether this request is of somebody who may; the guard of the address."""
        if not self.readers:
            return False
        if self.readers == LOCAL:
            return _is_here(scope.get("client"))
        given = dict(scope["headers"]).get(b"authorization", b"")
        return hmac.compare_digest(given, f"Bearer {self.readers}".encode())

    async def text(self, platform: Platform) -> str:
        """Return all of it, as Prometheus reads it."""
        async with self._looking:  # two monitors at once look once
            seen = {slug: await self._look(platform, slug) for slug in platform.slugs()}
        lines = [*self.counts.lines(), *_gauges(seen)]
        return "\n".join(lines) + "\n"

    async def _look(self, platform: Platform, slug: str) -> Seen:
        known = self._seen.get(slug)
        if known and time.monotonic() - known[0] < KEPT:
            return known[1]
        try:
            seen = await look(platform, slug)
        except RibambelleError:
            seen = Seen(0)
        except Exception:  # whatever fails in one commune, the others are told
            log.exception("metrics_failed", tenant=slug)
            seen = Seen(0)
        self._seen[slug] = (time.monotonic(), seen)
        return seen


async def look(platform: Platform, slug: str) -> Seen:
    """Measure one commune: numbers and moments are all that is read."""
    commune = platform.tenant(slug)
    with commune.here():
        now = commune.now()
        due = await _oldest(Job.run_at, (Job.run_at < now) & (Job.attempts < queue.TRIES))
        unsent = await _oldest(Message.created_at, Message.sent_at.is_null())
        return Seen(
            up=1,
            queue_age=_age(due, now) or 0,
            waiting=await queue.waiting(),
            given_up=await queue.given_up(),
            outbox=int(await Message.count().where(Message.sent_at.is_null())),
            outbox_age=_age(unsent, now) or 0,
            backup_age=_age(copies.last(commune), now),
        )


async def _oldest(column: Any, asked: Any) -> datetime | None:
    table = column._meta.table
    row = await table.select(column).where(asked).order_by(column).first()
    return row[column._meta.name] if row else None


def _age(at: datetime | None, now: datetime) -> float | None:
    return max(0.0, (now - at).total_seconds()) if at else None


def _gauges(seen: dict[str, Seen]) -> Iterator[str]:
    for key, (name, told) in GAUGES.items():
        values = ((slug, getattr(one, key)) for slug, one in seen.items())
        found = [({"tenant": slug}, value) for slug, value in values if value is not None]
        yield from series(name, "gauge", told, found)


def _is_here(client: Any) -> bool:
    """Tell whether the client is this machine: behind a proxy, it is who the proxy speaks for."""
    try:
        return bool(client) and ip_address(client[0]).is_loopback
    except ValueError:
        return False
