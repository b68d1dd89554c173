"""Is the process alive, are the communes ready: for monitoring, off the communes' hosts."""

import shutil
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from ribambelle.database import migrations
from ribambelle.errors import Misconfigured, RibambelleError
from ribambelle.jobs import queue
from ribambelle.messages import outbox
from ribambelle.tenants import Platform, Tenant
from ribambelle.tenants.settings import RESERVED_HOSTS
from ribambelle.web.metrics import Metrics

HOSTS = RESERVED_HOSTS
DISK_SHARE = 0.10


@dataclass
class Readiness:
    """What keeps a commune, or the machine, from serving well; empty when all is."""

    tenants: int = 0
    problems: dict[str, list[str]] = field(default_factory=dict)

    def add(self, where: str, problem: str) -> None:
        """Note a problem."""
        self.problems.setdefault(where, []).append(problem)


async def answer(platform: Platform, metrics: Metrics, scope: Any, send: Any) -> None:
    """Answer `/healthz` (this process), `/readyz` (every commune), `/metrics`; or 404."""
    if scope["path"] == "/healthz":
        return await _json(send, 200, {"status": "ok"})
    if scope["path"] == "/readyz":
        ready = await readiness(platform)
        return await _json(send, 503 if ready.problems else 200, asdict(ready))
    if scope["path"] == "/metrics" and metrics.may_read(scope):
        return await _text(send, await metrics.text(platform))
    return await _json(send, 404, {"status": "unknown address"})


async def readiness(platform: Platform) -> Readiness:
    """Look at the disk and at every commune's database."""
    ready = Readiness()
    try:
        platform.data.mkdir(parents=True, exist_ok=True)
        disk = shutil.disk_usage(platform.data)
        if disk.free / disk.total < DISK_SHARE:
            ready.add("disk", f"only {disk.free * 100 // disk.total} % left")
    except OSError as error:
        ready.add("disk", f"the folder of data cannot be used: {error.strerror}")
    for slug in platform.slugs():
        ready.tenants += 1
        try:
            await _look(platform.tenant(slug), ready)
        except Misconfigured as error:
            ready.add(slug, error.message)
        except RibambelleError as error:
            ready.add(slug, f"database: {error}")
    return ready


async def _look(tenant: Tenant, ready: Readiness) -> None:
    with tenant.here():
        if waiting := await migrations.pending(tenant.hooks.packages()):
            ready.add(tenant.slug, f"migrations to run: {len(waiting)}")
            return
        if late := await outbox.late(tenant.now()):
            ready.add(tenant.slug, f"messages waiting for over 30 minutes: {late}")
        if dead := await queue.given_up():
            ready.add(tenant.slug, f"jobs given up after {queue.TRIES} tries: {dead}")


async def _text(send: Any, content: str) -> None:
    kind = b"text/plain; version=0.0.4; charset=utf-8"
    headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content.encode()})


async def _json(send: Any, status: int, content: Any) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(content)})
