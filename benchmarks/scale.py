"""What would 1,000 communes need, and all 35,000? Measured on a few, then multiplied.

Run: ``python benchmarks/scale.py [communes measured]``. The costs of one commune come from
``fleet.py``, in this run; ``fleet.py 10 100 1000`` shows that they do not grow with their number, so
that multiplying is allowed. What families do is assumed, and written below: change it to yours.
"""

import asyncio
import logging
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import fleet
import httpx
import structlog

from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.tenants.creation import NewTenant, create
from ribambelle.testing.postgres import NoServer, start_server, stop
from ribambelle.web.portal import portal

MEASURED, SIZES = 100, (1_000, 35_000)
PEOPLE = 1_950  # an average commune of France
FAMILIES = 0.06  # with a child under eleven who comes, for each inhabitant
BUSIEST = 0.25  # of a month's visits, in its busiest hour: the evening before a deadline
VISITS, PAGES = 4, 6  # a family's visits in a month, pages of a visit
PAGE_MS = 9.0  # CPU of a page of a signed-in family: docs/mesures.md
WRITTEN = 0.10  # communes where something is written within four minutes, when copies are made
KEEP = 150  # databases one process holds open
FULL = 0.6  # of a core, before people wait


@dataclass(frozen=True)
class Commune:
    """What one commune costs, at rest and at work."""

    cost: fleet.Cost
    disk: float
    page: float
    postgres: float


def weight(folder: Path) -> float:
    """Return what a folder weighs, in MB."""
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()) / 1e6


async def a_page(communes: Platform, slugs: list[str]) -> float:
    """Return the CPU of the first page of a portal, in ms, asked of many in turn."""
    transport = httpx.ASGITransport(app=portal(communes))
    async with httpx.AsyncClient(transport=transport) as visitor:
        for slug in slugs[:5]:
            await visitor.get(f"http://{slug}.localhost/")
        began = time.process_time()
        for slug in slugs:
            (await visitor.get(f"http://{slug}.localhost/")).raise_for_status()
        spent = time.process_time() - began
    await communes.aclose()
    return spent * 1000 / len(slugs)


async def rested(place: Path, many: int) -> tuple[float, float]:
    """Return what a new commune of three plugins takes on the disk, and the CPU of its page."""
    names = ("assmat", "creche", "periscolaire")
    communes = Platform(place / "tenants", place / "data", plugins=Plugins(), keep=KEEP)
    slugs = [f"ville-{number}" for number in range(many)]
    for slug in slugs:
        await create(communes, NewTenant(slug, (f"{slug}.localhost",), "44109", plugins=names))
    await communes.aclose()
    return weight(place / "data" / slugs[0]), await a_page(communes, slugs)


def on_a_server() -> float:
    """Return what one more database takes on the disk of PostgreSQL, in MB; 0 without a server."""
    beside = Path(tempfile.mkdtemp(prefix="ribambelle-pg-"))
    try:
        url = start_server(beside)
    except NoServer:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        communes = Platform(Path(folder) / "tenants", Path(folder) / "data", plugins=Plugins())
        some = fleet.Fleet("PostgreSQL", 3, 1, url)
        asyncio.run(create(communes, some.commune("premiere")))  # makes the template
        before = weight(beside)
        asyncio.run(create(communes, some.commune("seconde")))
        asyncio.run(communes.aclose())
        added = weight(beside) - before
    stop(beside)
    return added


def measured(many: int) -> Commune:
    """Measure one commune among so many."""
    with tempfile.TemporaryDirectory() as place:
        cost = fleet.cost(many, Path(place))
    with tempfile.TemporaryDirectory() as place:
        disk, page = asyncio.run(rested(Path(place), many))
    return Commune(cost, disk, page, on_a_server())


def needs(one: Commune, communes: int) -> list[tuple[str, str]]:
    """Return what so many communes need."""
    families = communes * PEOPLE * FAMILIES
    pages = families * VISITS * PAGES * BUSIEST / 3600
    cores = pages * PAGE_MS / 1000 / FULL
    copies = communes * WRITTEN * one.cost.upgraded / 1000 / 240 / FULL
    hours = communes * one.cost.upgraded / 1000 / 3600
    return [
        ("families", f"{families:,.0f}"),
        ("disk of empty communes, SQLite", f"{communes * one.disk / 1000:,.0f} GB"),
        ("the same on PostgreSQL", f"{communes * one.postgres / 1000:,.0f} GB"),
        ("memory of a process that knows them all", f"{communes * one.cost.idle / 1000:,.0f} MB"),
        ("brought up from a list", f"{communes * one.cost.created / 60_000:,.1f} min of CPU"),
        ("looked at, fleet status", f"{communes * one.cost.status / 60_000:,.1f} min of CPU"),
        ("upgraded, a copy of each included", f"{hours:,.1f} h of CPU"),
        ("copied every four minutes", f"{copies:,.1f} cores"),
        ("pages a second in the busiest hour", f"{pages:,.0f}"),
        ("cores that serve them", f"{cores:,.1f}"),
    ]


def main() -> None:
    """Measure, and multiply."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MEASURED
    one = measured(many)
    print(f"One commune, among {many}")
    for what, value, unit in (
        ("on the disk, SQLite", one.disk, "MB"),
        ("on the disk, PostgreSQL", one.postgres, "MB"),
        ("known and idle", one.cost.idle, "kB"),
        ("brought up", one.cost.created, "ms CPU"),
        ("looked at", one.cost.status, "ms CPU"),
        ("upgraded, its copy included", one.cost.upgraded, "ms CPU"),
        ("the first page of its portal", one.page, "ms CPU"),
    ):
        fleet.told(what, value, unit)
    for size in SIZES:
        print(f"\n{size:,} communes")
        for what, told in needs(one, size):
            print(f"  {what:42} {told:>16}")


if __name__ == "__main__":
    main()
