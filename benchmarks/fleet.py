"""What do many communes cost? Creation, memory per known and per open commune, start-up.

Run: ``python benchmarks/fleet.py``. The aim: a commune made from the template in at most 50 ms of
CPU; an idle one costs kilobytes. What is measured is the portal's own process: on PostgreSQL the
server beside it copies the template, and has its own memory for each connection.
"""

import asyncio
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ribambelle.database.names import renamed
from ribambelle.tenants import Platform
from ribambelle.tenants.creation import NewTenant, create
from ribambelle.testing.postgres import NoServer, start_server, stop


@dataclass(frozen=True)
class Fleet:
    """How many communes are made and opened, and where their databases are."""

    name: str
    communes: int
    opened: int
    server: str = ""

    def commune(self, slug: str) -> NewTenant:
        """Return what is asked for one commune."""
        url = renamed(self.server, slug.replace("-", "_")) if self.server else ""
        hosts = (f"{slug}.localhost",)
        return NewTenant(slug, hosts, "44109", plugins=("creche",), database=url)


def memory() -> float:
    """Return the resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def told(what: str, value: float, unit: str) -> None:
    """Print one line of the report."""
    print(f"  {what:36} {value:8.1f} {unit}")


async def measured(fleet: Fleet, folder: Path) -> None:
    """Make the communes, know them all, open some."""
    print(f"\n{fleet.name}, {fleet.communes} communes")
    platform = Platform(folder / "tenants", folder / "data", keep=fleet.opened)
    await create(platform, fleet.commune("premiere"))  # makes the template
    began, clock = time.process_time(), time.perf_counter()
    for number in range(fleet.communes - 1):
        await create(platform, fleet.commune(f"ville-{number}"))
    made = fleet.communes - 1
    told("tenant create, from the template", (time.process_time() - began) * 1000 / made, "ms CPU")
    told("  waiting included", (time.perf_counter() - clock) * 1000 / made, "ms")
    await platform.aclose()


async def known(fleet: Fleet, folder: Path) -> None:
    """Measure how a process that starts sees the communes."""
    from ribambelle_creche.tables import Facility

    began, before = time.process_time(), memory()
    platform = Platform(folder / "tenants", folder / "data", keep=fleet.opened)
    told("index of the host names", (time.process_time() - began) * 1000, "ms CPU")
    tenants = [platform.tenant(slug) for slug in platform.slugs()]
    told("an idle commune", (memory() - before) * 1000 / fleet.communes, "kB")
    before = memory()
    for tenant in tenants[: fleet.opened]:
        with tenant.here():
            await Facility.count()
    told("an open commune, more", (memory() - before) * 1000 / fleet.opened, "kB")
    await platform.aclose()


def report(fleet: Fleet, folder: Path) -> None:
    """Measure one kind of database; memory is that of a process that made nothing before."""
    asyncio.run(measured(fleet, folder))
    sys.stdout.flush()
    fresh = multiprocessing.get_context("spawn").Process(target=met, args=(fleet, folder))
    fresh.start()
    fresh.join()


def met(fleet: Fleet, folder: Path) -> None:
    """Meet the communes, in a process of its own."""
    asyncio.run(known(fleet, folder))


def start_up() -> None:
    """Measure the import of the whole portal, in a process of its own."""
    code = (
        "import time; import ribambelle.web.asgi, ribambelle.web.routes; print(time.process_time())"
    )
    spent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print("\nEither")
    told("start-up: import of the portal", float(spent.stdout) * 1000, "ms CPU")


def main() -> None:
    """Measure on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        report(Fleet("SQLite", 1000, 150), Path(folder))
    beside = Path(tempfile.mkdtemp(prefix="ribambelle-pg-"))
    try:
        url = start_server(beside)
    except NoServer as error:
        sys.exit(f"PostgreSQL not measured: {error}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            # a database of PostgreSQL is 8 MB of disk, and a connection is one of its processes
            report(Fleet("PostgreSQL", 150, 100, url), Path(folder))
    finally:
        stop(beside)
        shutil.rmtree(beside, ignore_errors=True)
    start_up()


if __name__ == "__main__":
    main()
