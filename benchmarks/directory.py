"""How long does a search of the childminders' directory take, in a city and in the whole country?

Run: ``python benchmarks/directory.py [searches]``. Two invented registers, on SQLite then on
PostgreSQL: 3,000 childminders of one city, then 300,000 of every commune by its population, in one
tenant. Each search is a radius of 2 km around somebody, a child of eighteen months, Monday to
Thursday from 7.30 to 18: what the page runs, with the twenty it shows. In the same run, over the
same places: the same tiles counted by a bare indexed question, and the register read whole.

CPU of this process on SQLite; on PostgreSQL its server works beside, so the clock is told.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import cos, pi, radians, sqrt
from pathlib import Path
from random import Random

from ribambelle.database import DOOR, many, transaction
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform, communes
from ribambelle.testing.communes import Town, bring_up
from ribambelle.testing.postgres import NoServer, start_server, stop
from ribambelle.web.portal import portal
from ribambelle_assmat import searching
from ribambelle_assmat.asking import read
from ribambelle_assmat.domain.cells import MILLION, Point, snapped, tile, tiles
from ribambelle_assmat.domain.slots import days_mask
from ribambelle_assmat.queries import finding
from ribambelle_assmat.searching import Asked
from ribambelle_assmat.settings import believed_days

CITY, COUNTRY = 3_000, 300_000
TODAY = date(2026, 11, 26)
WITHIN, SHOWN = 2_000, 20
WISH = read(
    {"age": "18", "arrivee": "07:30", "depart": "18:00"}, {"jours": ("mon", "tue", "wed", "thu")}
).wish
WEEKS = (("mon", "tue", "thu", "fri"), ("mon", "tue", "wed", "thu", "fri"), ("mon", "thu"), ())


@dataclass(frozen=True)
class Where:
    """A commune of the invented country: its middle, and how far people live from it."""

    middle: Point
    kilometres: float
    people: int


def city() -> list[Where]:
    """Return one city of 330,000 people on 65 square kilometres."""
    return [Where(Point(47.2184, -1.5536), sqrt(65 / pi), 1)]


def country(draw: Random) -> list[Where]:
    """Return every commune of the official list, somewhere, the denser the larger it is."""
    found = []
    for code in communes.codes():
        people = communes.find(code).population
        density = 400 * (max(people, 200) / 2000) ** 0.55
        middle = Point(draw.uniform(43.2, 50.6), draw.uniform(-1.5, 7.0))
        found.append(Where(middle, sqrt(max(people, 50) / density / pi), people))
    return found


async def fill(places: list[Where], count: int, draw: Random) -> list[Point]:
    """Write that many childminders, and return where a sample of them works."""
    chosen = draw.choices(places, [one.people for one in places], k=count)
    now = datetime(2026, 11, 26, 9, tzinfo=UTC)
    people, said, offered, sample = [], [], [], []
    for number, where in enumerate(chosen, start=1):
        angle, far = draw.uniform(0, 2 * pi), where.kilometres * sqrt(draw.random()) / 111.195
        north = where.middle.latitude + far * cos(angle)
        east = where.middle.longitude + far * sqrt(1 - cos(angle) ** 2) / cos(radians(north))
        at = snapped(Point(north, east))
        sample.append(at)
        people.append(
            (
                *(number, f"{number:08}", "Robin", "", "Claire", f"claire robin {number:08}"),
                *("active", "working", date(2024, 1, 1), date(2028, 12, 31), "1 rue Haute"),
                *("44000", "Nantes", "nantes", "44109", "", ""),
                *(round(at.latitude * MILLION), round(at.longitude * MILLION), tile(at)),
                *(False, now),
            )
        )
        said.append((number, draw.random() < 0.8, '["listed"]', "[]", "", now))
        for rank in range(1, draw.choice((2, 2, 3))):
            state = draw.choices(("now", "later", "none", "unknown"), (2, 1, 4, 3))[0]
            offered.append(
                (
                    *(number, rank, "home", draw.randint(1, 4), 0, draw.choice((36, 72))),
                    *(state, TODAY + timedelta(days=90) if state == "later" else None),
                    *(days_mask(draw.choice(WEEKS)), TODAY - timedelta(days=draw.randrange(60))),
                    *(round(at.latitude * MILLION), round(at.longitude * MILLION), tile(at)),
                )
            )
    async with transaction():
        await many.write("assmat_childminder", CHILDMINDER, people)
        await many.write("assmat_declared", DECLARED, said)
        await many.write("assmat_place", PLACE, offered)
    await DOOR.fetch("ANALYZE", [])
    return draw.sample(sample, min(1_000, count))


CHILDMINDER = (
    *("id", "number", "family_name", "usual_name", "given_name", "folded", "status", "activity"),
    *("first", "last", "line", "postcode", "city", "city_folded", "insee", "quartier"),
    *("micro_quartier", "latitude", "longitude", "tile", "is_hidden", "changed_at"),
)
DECLARED = ("childminder", "is_listed", "consents", "cares", "words", "changed_at")
PLACE = (
    *("childminder", "rank", "where", "children", "from_months", "to_months", "state", "opens"),
    *("moments", "confirmed_on", "latitude", "longitude", "tile"),
)


async def search(at: Point) -> int:
    """Run what the page runs."""
    hits = await searching.search(Asked(WISH, at, within=WITHIN), TODAY)
    await searching.shown(hits[:SHOWN])
    return len(hits)


async def bare(at: Point) -> int:
    """Count the same tiles by their index: the least any search can cost."""
    text = f"SELECT COUNT(*) AS many FROM assmat_place WHERE {many.among('tile')}"
    mark = "$1" if DOOR.engine_type == "postgres" else "?"
    rows = await DOOR.fetch(text.replace("{}", mark), [many.listed(sorted(tiles(at, WITHIN)))])
    return int(rows[0]["many"])


async def whole(at: Point) -> int:
    """Read the register whole, then measure each: what a search must not do."""
    rows = await finding.everywhere(TODAY, finding.Filter(WISH.months))
    return len(searching.ordered(rows, Asked(WISH, at, within=WITHIN), TODAY, believed_days()))


@dataclass(frozen=True)
class Cost:
    """What some searches cost, in milliseconds."""

    p50: float
    p99: float


async def cost(
    asked: Callable[[Point], Awaitable[int]], at: list[Point], clock: Callable[[], float]
) -> Cost:
    """Measure one search after the other."""
    spent = []
    for point in at:
        start = clock()
        await asked(point)
        spent.append((clock() - start) * 1000)
    spent.sort()
    return Cost(spent[len(spent) // 2], spent[min(len(spent) - 1, len(spent) * 99 // 100)])


async def measure(town: Town, searches: int, clock: Callable[[], float]) -> None:
    """Fill and search the city, then the country."""
    worst: list[float] = []
    for name, count in (("a city", CITY), ("the country", COUNTRY)):
        draw = Random(f"{count}")
        with town.here():
            for table in ("assmat_place", "assmat_declared", "assmat_childminder"):
                await DOOR.fetch(f"DELETE FROM {table}", [])
            places = city() if count == CITY else country(draw)
            sample = await fill(places, count, draw)
            at = [draw.choice(sample) for _ in range(searches)]
            found = [await search(point) for point in at[:50]]  # warm, and what is found
            whole_runs = at[: 5 if count == COUNTRY else 50]
            ours, least = await cost(search, at, clock), await cost(bare, at, clock)
            scan = await cost(whole, whole_runs, clock)
        worst.append(ours.p99)
        print(
            f"  {name}, {count:,} childminders, {sum(found) / len(found):.0f} found:"
            f" p50 {ours.p50:.2f} ms, p99 {ours.p99:.2f} ms;"
            f" bare index p50 {least.p50:.2f}, p99 {least.p99:.2f}"
            f" (the search is {ours.p50 / least.p50:.0f} ×);"
            f" whole register p50 {scan.p50:.0f} ms ({scan.p50 / ours.p50:.0f} × the search)"
        )
    print(f"  p99 of the country ÷ p99 of the city: {worst[1] / worst[0]:.2f} (aim 5)")


async def on(folder: Path, server: str, searches: int, clock: Callable[[], float]) -> None:
    """Measure on one kind of database."""
    plugins = Plugins()
    app = portal(Platform(folder, folder / "data", plugins=plugins))
    towns = await bring_up(app, folder, folder / "templates", server, ["assmat"])
    await measure(towns.alpha, searches, clock)


def main() -> None:
    """Measure on SQLite, then on PostgreSQL."""
    searches = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    with tempfile.TemporaryDirectory(prefix="ribambelle-") as made:
        print("SQLite, CPU")
        asyncio.run(on(Path(made), "", searches, time.process_time))
    with tempfile.TemporaryDirectory(prefix="ribambelle-") as made:
        folder, server = Path(made) / "towns", Path(made) / "server"
        Path(made).chmod(0o755)
        folder.mkdir()
        server.mkdir()
        try:
            address = start_server(server)
        except NoServer as error:
            print(f"PostgreSQL not measured: {error}")
            return
        try:
            print("PostgreSQL, clock")
            asyncio.run(on(folder, address, searches, time.perf_counter))
        finally:
            stop(server)


if __name__ == "__main__":
    main()
