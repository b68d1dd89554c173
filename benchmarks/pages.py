"""What do booking pages cost on a real town's volume, and with ten times the families and three years?

Run: ``python benchmarks/pages.py [--large]``. CPU of the portal's process per request, the best of
some rounds, on one kept connection. The town: 1,000 families, 1,600 children, a school year of
bookings. ``--large``: beside it, round by round, ten times the families and three school years.
"""

import asyncio
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from page import ROUNDS, Server, answered, serve_bare, serve_portal, server

from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import bring_up
from ribambelle.web.portal import portal
from ribambelle_periscolaire import demo, tables
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.testing import town

FAMILIES, YEAR, MONDAY, MONTH = 1000, 2026, "2026-11-30", "2026-12"
RULES = Path(__file__).parents[1] / "tenants" / "chatenoy-le-royal.toml"
SAVES = 100
AIMS = {
    "week": 4.0,
    "month": 6.0,
    "save a week": 3.0,
    "kitchen, a day": 10.0,
    "kitchen, a month": 35.0,
}
KITCHEN = "/bureau/periscolaire/cuisine"
THURSDAY, TOMORROW = "2026-12-03", "2026-11-26"
"""A day one may still book, and one whose order is frozen."""
DIETS = ("Sans porc", "Sans viande")


@dataclass(frozen=True)
class Town:
    """A town that is served, beside a bare application, and who asks: cookies of a family and of an
    agent, the boxes the family changes."""

    bare: Server
    place: Server
    cookie: str
    boxes: list[str]
    agent: str


Asked = Callable[[Town, int], float]
"""What asks a town for one round, by its number, and returns the CPU of one request, in ms."""


def settle(file: Path) -> None:
    """Give the commune of a bench the rules of the demonstration, since 2020."""
    rules = RULES.read_text("utf-8")
    told = rules[rules.index("[[periscolaire.cut_offs]]") :].replace("2026-08-01", "2020-08-01")
    head = 'school_zone = "A"\ndepartement = "71"\n'
    file.write_text(f"{head}{file.read_text()}\n{told}", "utf-8")


async def made(folder: Path, times: int, years: int) -> tuple[str, list[str], str]:
    """Make the town; return the cookie of a family of two children, the boxes it changes, and the
    cookie of an agent."""
    app = portal(Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock()))
    communes = await bring_up(app, folder, folder / "templates", "", ["periscolaire"])
    place, draw = communes.alpha, Random(7)
    settle(folder / "alpha.toml")
    with place.here() as tenant:
        schools = [await demo.school(name) for name in demo.SCHOOLS]
        await demo.open_activities(schools)
        wide = dict.fromkeys((tables.Group.room, tables.Group.licence))
        await tables.Group.update({**wide, tables.Group.staff: None}, force=True)
        await catalogue.touch()
        known = await catalogue.current()
        opened = [one.id for one in known.activities if one.booked == "online"]
        homes = await town.families(
            FAMILIES * times, year=YEAR, activities=opened, schools=schools, draw=draw
        )
        habits, count = demo.habits(known), 0
        for year in range(YEAR, YEAR - years, -1):
            there = homes if year == YEAR else await town.again(homes, opened, year)
            taken: town.Fullness = Counter()
            for start in range(0, len(there), 500):
                some = there[start : start + 500]
                span = date(year, 9, 1), date(year + 1, 7, 3)
                count += await town.book(tenant, known, some, habits, *span, draw, taken)
            await town.write_loads(taken)
        await town.tell_diets(homes, DIETS, draw)
        print(f"  {len(homes)} families, {count} bookings", file=sys.stderr)
        two = next(home for home in homes if len(home.children) == 2)
        browser = await place.family(two.person.email)
        meal = next(unit.id for unit in known.units.values() if unit.code == "repas")
        monday = date.fromisoformat(MONDAY)
        await tables.Booking.delete().where(
            tables.Booking.child.is_in([child.id for child in two.children])
            & (tables.Booking.day >= monday)
        )
        days = [monday.replace(month=12, day=day) for day in (1, 3, 4)]
        boxes = [f"{child.id}.{meal}.{day}" for child in two.children for day in days]
        agent = await place.staff()
    await app.platform.aclose()
    return f"session={browser.cookies['session']}", boxes, f"session={agent.cookies['session']}"


def change(boxes: list[str], *, booked: bool) -> str:
    """Return what a form sends to book boxes, or to give them back."""
    return "&".join(f"jour={box}" for box in boxes) if booked else f"avant={'+'.join(boxes)}"


def post(line: socket.socket, cookie: str, body: str) -> None:
    """Save a week."""
    head = f"POST /periscolaire/semaine/{MONDAY} HTTP/1.1\r\nHost: alpha.localhost\r\n"
    head += f"Cookie: {cookie}\r\nOrigin: http://alpha.localhost\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n"
    line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    answered(line, b"HTTP/1.1 303")


def saving(town: Town, round_: int, *, looks: bool = False) -> float:
    """Return the CPU of saving a week, booked then cancelled in turn, without the page after it;
    or with a kitchen's day looked at after each: one look alone is too short to be counted."""
    place = town.place
    with closing(socket.create_connection(("127.0.0.1", place.port))) as line:
        began = place.spent()
        for number in range(SAVES):
            asked = change(town.boxes, booked=number % 2 == 0)
            post(line, town.cookie, f"cle={round_}-{looks}-{number}&{asked}")
            if looks:
                place.once(f"{KITCHEN}?jour={THURSDAY}", town.agent)
        return (place.spent() - began) / SAVES


def once_changed(town: Town, round_: int) -> float:
    """Return the CPU of a kitchen's day looked at after each booking of that day."""
    return saving(town, round_, looks=True) - saving(town, -round_ - 1)


def asking(path: str, *, office: bool = False) -> Asked:
    """Return what asks for one page, as a family or as an agent."""
    return lambda town, _: town.place.a_round(path, town.agent if office else town.cookie)


PAGES: dict[str, Asked] = {
    "bare hello": lambda town, _: town.bare.a_round("/"),
    "week": asking(f"/periscolaire/semaine/{MONDAY}"),
    "month": asking(f"/periscolaire/mois/{MONTH}"),
    "year": asking(f"/periscolaire/annee/{YEAR}"),
    "save a week": saving,
    "kitchen, a day": asking(f"{KITCHEN}?jour={THURSDAY}", office=True),
    "kitchen, tomorrow": asking(f"{KITCHEN}?jour={TOMORROW}", office=True),
    "the same, just changed": once_changed,
    "kitchen, a month": asking(f"{KITCHEN}?mois={MONTH}", office=True),
}


@contextmanager
def served(times: int, years: int) -> Iterator[Town]:
    """Make a town and serve it."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        people = asyncio.run(made(Path(folder), times, years))
        print(f"  made in {time.process_time() - began:.0f} s of CPU", file=sys.stderr)
        with server(serve_bare) as bare, server(serve_portal, Path(folder)) as place:
            yield Town(bare, place, *people)


def least(towns: Sequence[Town], asked: Asked) -> list[float]:
    """Return the least a page costs in each town, one round in turn: a machine that slows down
    slows them all, and says nothing of their sizes."""
    rounds = [[asked(town, round_) for town in towns] for round_ in range(ROUNDS + 1)]
    return [min(spent) for spent in zip(*rounds[1:], strict=True)]  # the first warms up


def main() -> None:
    """Measure one town, and beside it the large one when asked."""
    sizes = [(1, 1), (10, 3)] if "--large" in sys.argv else [(1, 1)]
    with ExitStack() as open_:
        towns = [open_.enter_context(served(*size)) for size in sizes]
        found = {page: least(towns, asked) for page, asked in PAGES.items()}
    print(f"\n{'SQLite, CPU per request':28} {'ms':>7} {'× hello':>8} {'aim':>5} {'large':>7}")
    for page, (spent, *large) in found.items():
        aim = f"{AIMS[page]:.0f}" if page in AIMS else ""
        more = f"{large[0] / spent:.2f} ×" if large else ""
        print(f"{page:28} {spent:7.2f} {spent / found['bare hello'][0]:8.0f} {aim:>5} {more:>7}")


if __name__ == "__main__":
    main()
