"""What does a page cost? CPU per request, and its ratio to an empty answer in the same run.

Run: ``python benchmarks/page.py``. CPU time is reported, never wall time: it does not depend on
what else the machine is doing. The aim: a page with its queries at most five times a bare one.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar, get

from ribambelle.identity import Grant
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import bring_up
from ribambelle.testing.postgres import NoServer, start_server, stop
from ribambelle.web.portal import portal
from ribambelle_creche import demo
from ribambelle_creche.demo_figures import TOWNS

REQUESTS, ROUNDS = 100, 3


@get("/")
async def hello() -> str:
    return "hello"


async def cpu(ask: Callable[[], Awaitable[Any]]) -> float:
    """Return the least CPU per request, in milliseconds, over some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(REQUESTS):
            await ask()
        best = min(best, (time.process_time() - began) * 1000 / REQUESTS)
    return best


async def measured(folder: Path, server: str) -> dict[str, float]:
    """Measure the pages of a commune of demonstration on one database."""
    app = portal(Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock()))
    communes = await bring_up(app, folder, folder / "templates", server, ["creche"])
    town = communes.alpha
    demo.TOWNS["alpha"] = TOWNS["nantes"]
    with town.here():
        await demo.fill(2026)
    agent = await town.staff(Grant("agent"))
    bare = httpx.AsyncClient(
        transport=httpx.ASGITransport(
            app=Litestar([hello], openapi_config=None, logging_config=None)
        ),
        base_url="http://alpha.localhost",
    )
    visitor = town.visitor()
    asked = {
        "bare hello": lambda: bare.get("/"),
        "mentions (0 queries)": lambda: visitor.get("/mentions"),
        "sheet (3 queries)": lambda: visitor.get("/creche/etablissements/5"),
        "list of 112 crèches": lambda: visitor.get("/creche"),
        "queue of 2,000 files": lambda: agent.get("/bureau/creche/demandes?vue=toutes"),
        "statistics of 2,000 files": lambda: agent.get("/bureau/creche/statistiques"),
    }
    found = {name: await cpu(ask) for name, ask in asked.items()}
    await app.platform.aclose()
    return found


def told(name: str, found: dict[str, float]) -> None:
    base = found["bare hello"]
    print(f"\n{name}")
    for page, spent in found.items():
        print(f"  {page:28} {spent:7.2f} ms CPU   {spent / base:5.1f} ×")


def main() -> None:
    """Measure on both databases."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        told("SQLite", asyncio.run(measured(Path(folder), "")))
    server = Path(tempfile.mkdtemp(prefix="ribambelle-pg-"))
    try:
        url = start_server(server)
    except NoServer as error:
        sys.exit(f"PostgreSQL not measured: {error}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            told("PostgreSQL (CPU of the portal alone)", asyncio.run(measured(Path(folder), url)))
    finally:
        stop(server)


if __name__ == "__main__":
    main()
