"""What a server loads: ``uvicorn --factory ribambelle.web.asgi:served``."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from litestar import Litestar

from ribambelle import traces
from ribambelle.commands import platform
from ribambelle.jobs.worker import work_and_copy
from ribambelle.tenants import Platform
from ribambelle.web.metrics import Metrics, setting
from ribambelle.web.portal import Portal, portal
from ribambelle.web.watchdog import watching


def served() -> Portal:
    """Return the portal that the environment describes, with its worker unless told otherwise."""
    traces.start()
    communes = platform(port=int(os.environ.get("RIBAMBELLE_PORT", "8000")))
    return with_worker(communes, working=os.environ.get("RIBAMBELLE_WORK", "1") != "0")


def with_worker(communes: Platform, *, working: bool) -> Portal:
    """Return the portal; while it serves, a worker beside it runs the communes' jobs."""

    plugins = communes.plugins
    packages = {plugins.package(name): name for name in plugins.names}

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        task = asyncio.create_task(work_and_copy(communes)) if working else None
        try:
            with watching(packages):
                yield
        finally:
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await communes.aclose()
            await asyncio.to_thread(traces.stop)

    app = portal(communes, lifespan=[lifespan])
    app.metrics = Metrics(setting())
    return app
