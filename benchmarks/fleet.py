"""What do many communes cost? Creation, memory per known and per open commune, start-up.

Run: ``python benchmarks/fleet.py``, or ``python benchmarks/fleet.py 10 100 1000`` to see how the cost
of one commune grows with their number, on both databases: it should not, within 20 %. The aim: a
commune made from the template in at most 50 ms of CPU; an idle one costs kilobytes. What is measured
is the portal's own process: on PostgreSQL the server beside it copies the template, and has its own
memory for each connection.
"""

import asyncio
import importlib
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median

from ribambelle.database import migrations
from ribambelle.database.names import renamed
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform, Tenant
from ribambelle.tenants.creation import NewTenant, create
from ribambelle.testing.postgres import HASTE, NoServer, start_server, stop
from ribambelle.upgrading import waves
from ribambelle.upgrading.commune import upgrade
from ribambelle.upgrading.waves import Outcome
from ribambelle_cli.fleet_status import state_of
from ribambelle_creche import plugin as creche


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


OPEN = 50
"""Databases held open at once: on PostgreSQL each is a process of the server."""
FEW = 50
"""Fewer communes than this are made again, and the middle figure kept: a tenth of a second varies."""
LOOKS = 200
"""At communes, for a figure of some milliseconds: ten of them alone say anything."""
STEP = "CREATE TABLE toy (word TEXT NOT NULL);", "ALTER TABLE toy ADD COLUMN note TEXT;"


@dataclass(frozen=True)
class Cost:
    """What one commune of so many costs."""

    created: float
    status: float
    upgraded: float
    idle: float


def grown(sizes: list[int], *, on_postgres: bool) -> None:
    """Print the cost of one commune at each size, and how it compares with the first."""
    costs = {}
    for size in sizes:
        runs = [apart(size, on_postgres=on_postgres) for _ in range(max(1, FEW // size))]
        costs[size] = Cost(*(median(one) for one in zip(*map(astuple, runs), strict=True)))
    first = costs[sizes[0]]
    print(f"\n{'PostgreSQL' if on_postgres else 'SQLite'}, one commune of so many")
    for what, name, unit in (
        ("tenant create", "created", "ms CPU"),
        ("fleet status", "status", "ms CPU"),
        ("fleet upgrade, sealed copy included", "upgraded", "ms CPU"),
        ("known and idle", "idle", "kB"),
    ):
        for size, one in costs.items():
            value, ratio = getattr(one, name), getattr(one, name) / getattr(first, name)
            told(f"{what}, of {size}", value, f"{unit:7} x{ratio:.2f}")
    sys.stdout.flush()


def apart(size: int, *, on_postgres: bool) -> Cost:
    """Measure in a process of its own: one that upgraded a fleet before is slower at everything."""
    with (
        tempfile.TemporaryDirectory() as folder,
        beside(on_postgres) as server,
        multiprocessing.get_context("spawn").Pool(1) as alone,
    ):
        return alone.apply(cost, (size, Path(folder), server))


@contextmanager
def beside(wanted: bool, settings: Sequence[str] = HASTE) -> Iterator[str]:
    """Start a PostgreSQL server of one's own, when it is wanted; yield its address."""
    if not wanted:
        yield ""
        return
    folder = Path(tempfile.mkdtemp(prefix="ribambelle-pg-"))
    try:
        url = start_server(folder, settings)
    except NoServer as error:
        sys.exit(f"PostgreSQL not measured: {error}")
    try:
        yield url
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def cost(size: int, place: Path, server: str = "") -> Cost:
    """Make so many communes, look at them, upgrade them, and meet them again."""
    folder = place / "packages" / f"toys{size}{'pg' if server else ''}"
    (folder / "migrations").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "migrations" / "0001_first.sql").write_text(STEP[0])
    sys.path.insert(0, str(folder.parent))
    plugins = Plugins({"creche": creche, "toys": importlib.import_module(folder.name)})
    platform = Platform(place / "tenants", place / "data", plugins=plugins, keep=OPEN)
    asyncio.run(
        several(platform, ["premiere"], server)
    )  # makes the template, reads what is read once
    state_of(platform, "premiere")
    slugs = [f"ville-{number}" for number in range(size)]
    began = time.process_time()
    asyncio.run(several(platform, slugs, server))
    created = time.process_time() - began
    rounds = max(1, LOOKS // size)
    status = spent(lambda: [state_of(platform, slug) for _ in range(rounds) for slug in slugs])
    status /= rounds
    (folder / "migrations" / "0002_more.sql").write_text(STEP[1])
    migrations.steps.cache_clear()
    (place / "tenants" / "platform.toml").write_text(
        f'[backup]\nfolder = "{place / "copies"}"\nkey = "{"ab" * 32}"\n'
    )
    asyncio.run(upgraded(platform, ["premiere"]))
    upgrading = spent(lambda: asyncio.run(upgraded(platform, slugs)))
    parts = (created * 1000, status * 1000, upgrading * 1000, idle(place, plugins))
    return Cost(*(part / size for part in parts))


def spent(work: Callable[[], object]) -> float:
    """Return the seconds of CPU that this takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


async def several(platform: Platform, slugs: list[str], server: str) -> None:
    """Bring up these communes."""
    for slug in slugs:
        url = renamed(server, slug.replace("-", "_")) if server else ""
        hosts, plugins = (f"{slug}.localhost",), ("creche", "toys")
        await create(platform, NewTenant(slug, hosts, "44109", plugins=plugins, database=url))
    await platform.aclose()


async def upgraded(platform: Platform, slugs: list[str]) -> None:
    """Upgrade these communes as `fleet upgrade` does, without the wait for visitors they lack."""

    async def answers(commune: Tenant) -> str:
        return ""

    async def one(slug: str) -> Outcome:
        return await upgrade(platform.tenant(slug), answers, settle=0)

    order = waves.ordered(slugs, slugs[0], 10)
    became = [outcome.became async for outcome in waves.run(order, one)]
    if set(became) != {"done"}:
        sys.exit(f"some were not upgraded: {became}")
    await platform.aclose()


def idle(place: Path, plugins: Plugins) -> float:
    """Return the kB that Python holds for the communes once they are known."""
    platform = Platform(place / "tenants", place / "data", plugins=plugins)
    platform.tenant("premiere")  # what is imported and read once is not a commune's
    tracemalloc.start()
    platform = Platform(place / "tenants", place / "data", plugins=plugins)
    kept = [platform.tenant(slug) for slug in platform.slugs()]
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / 1000 if kept else 0


def start_up() -> None:
    """Measure the import of the whole portal, in a process of its own."""
    code = (
        "import time; import ribambelle.web.asgi, ribambelle.web.routes; print(time.process_time())"
    )
    spent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print("\nEither")
    told("start-up: import of the portal", float(spent.stdout) * 1000, "ms CPU")


def main() -> None:
    """Measure on both databases, or how the cost of a commune grows."""
    if sizes := [int(one) for one in sys.argv[1:]]:
        for on_postgres in (False, True):
            grown(sizes, on_postgres=on_postgres)
        return
    with tempfile.TemporaryDirectory() as folder:
        report(Fleet("SQLite", 1000, 150), Path(folder))
    with tempfile.TemporaryDirectory() as folder, beside(wanted=True) as url:
        # a database of PostgreSQL is 8 MB of disk, and a connection is one of its processes
        report(Fleet("PostgreSQL", 150, 100, url), Path(folder))
    start_up()


if __name__ == "__main__":
    main()
