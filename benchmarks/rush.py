"""What happens when 2,500 families come in the first minute of an opening?

Run: ``python benchmarks/rush.py [families]``. One process serves the portal on SQLite; this one plays
the families. Three parts, on the same file in the same run:

1. how many bookings a second over HTTP, against a bare loop « BEGIN IMMEDIATE; count; insert; COMMIT »
   with full synchronisation;
2. latency at 80 % of that rate, arrivals at a constant pace, counted from when each was due;
3. the opening: every family arrives within a minute, most at once, reads, books, reads again.

The clock is in the figures here (a rush is waiting): run it on a quiet machine.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from page import serve_portal, server
from pages import settle
from pysqlite3 import dbapi2

from ribambelle.identity.sessions import OpenSession
from ribambelle.identity.tables import Account
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import bring_up
from ribambelle.web.portal import portal
from ribambelle_periscolaire import demo, tables
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.testing import town

FAMILIES, PLACES, MINUTE = 2_500, 1_000, 60.0
MONDAY = date(2026, 11, 30)
DAYS = (MONDAY, *(MONDAY + timedelta(days=number) for number in (1, 3, 4)))
BARE, AT_ONCE, SECONDS = 2_000, 24, 10


@dataclass(frozen=True)
class Caller:
    """One family at its telephone."""

    cookie: str
    child: int


@dataclass
class Seen:
    """What the families lived."""

    waited: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def at(self, share: float) -> float:
        """Return a percentile of the waits, in milliseconds."""
        ordered = sorted(self.waited)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000

    def told(self) -> str:
        """Return the waits and the answers in one line."""
        waits = f"p50 {self.at(0.5):.0f} ms, p99 {self.at(0.99):.0f} ms, worst {self.at(1):.0f} ms"
        return f"{len(self.waited)} requests, {waits}, {dict(self.answers)}"


async def made(folder: Path, count: int) -> tuple[list[Caller], int]:
    """Make the town; return its families, signed in, and what they will book."""
    app = portal(Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock()))
    communes = await bring_up(app, folder, folder / "templates", "", ["periscolaire"])
    settle(folder / "alpha.toml")
    with communes.alpha.here() as tenant:
        await demo.open_activities([await demo.school(name) for name in demo.SCHOOLS])
        await tables.Group.delete(force=True)
        known = await catalogue.current()
        canteen = next(one for one in known.activities if one.code == "cantine")
        await tables.Group.insert(tables.Group(activity=canteen.id, name="Tous", room=PLACES))
        await catalogue.touch()
        homes = await town.families(
            count, year=2026, activities=[canteen.id], draw=Random(1), children=[1]
        )
        found = []
        for home in homes:
            account = await Account.objects().get(Account.id == home.person.account)
            assert account is not None
            secret = await OpenSession().sign_in(account, tenant.now())
            found.append(Caller(secret, home.children[0].id))
    await app.platform.aclose()
    return found, canteen.units[0].id


def bare_rate(file: Path) -> float:
    """Return how many times a second the bare loop books, alone on this file."""
    line = dbapi2.connect(str(file), isolation_level=None)
    line.execute("PRAGMA synchronous = FULL")
    line.execute("CREATE TABLE rush_bare (id INTEGER PRIMARY KEY, child INTEGER, day TEXT)")
    line.execute("CREATE INDEX rush_bare_day ON rush_bare (day)")
    began = time.perf_counter()
    for number in range(BARE):
        line.execute("BEGIN IMMEDIATE")
        day = f"2026-12-{number % 28 + 1:02}"
        (count,) = line.execute("SELECT count(*) FROM rush_bare WHERE day = ?", (day,)).fetchone()
        if count < PLACES:
            line.execute("INSERT INTO rush_bare (child, day) VALUES (?, ?)", (number, day))
        line.execute("COMMIT")
    rate = BARE / (time.perf_counter() - began)
    line.execute("DROP TABLE rush_bare")
    line.close()
    return rate


class Line:
    """Connections kept to the portal, lent one request at a time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, caller: Caller, path: str, body: str = "") -> str:
        """Send one request; return the code of its answer."""
        while self.idle and self.idle[-1][0].at_eof():  # the portal let it go meanwhile
            self.idle.pop()[1].close()
        opened = self.idle.pop() if self.idle else None
        reader, writer = opened or await asyncio.open_connection("127.0.0.1", self.port)
        head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: alpha.localhost\r\n"
        head += f"Cookie: session={caller.cookie}\r\nAccept-Encoding: gzip\r\n"
        if body:
            head += "Origin: http://alpha.localhost\r\n"
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
            head += f"Content-Length: {len(body)}\r\n"
        writer.write(f"{head}\r\n{body}".encode())
        text = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"content-length: " in text:
            await reader.readexactly(int(text.partition(b"content-length: ")[2].split(b"\r\n")[0]))
        elif b"transfer-encoding: chunked" in text:
            while (size := int(await reader.readline(), 16)) or await reader.readline() is None:
                await reader.readexactly(size + 2)
        self.idle.append((reader, writer))
        return text[9:12].decode()


def booking(caller: Caller, unit: int, day: date, key: str) -> str:
    return f"cle={key}&jour={caller.child}.{unit}.{day}"


async def sustained(line: Line, callers: list[Caller], unit: int, day: date) -> tuple[float, Seen]:
    """Book without a pause from several lines; return bookings a second."""
    queue, seen = iter(callers), Seen()

    async def one_after_another() -> None:
        for caller in queue:
            began = time.perf_counter()
            path = f"/periscolaire/semaine/{MONDAY}"
            seen.answers[await line.ask(caller, path, booking(caller, unit, day, "s"))] += 1
            seen.waited.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    return len(callers) / (time.perf_counter() - began), seen


async def paced(line: Line, callers: list[Caller], unit: int, day: date, rate: float) -> Seen:
    """Book at a constant pace, whoever is still waiting; waits are counted from when each was due."""
    seen, start = Seen(), time.perf_counter() + 0.1

    async def one(due: float, caller: Caller) -> None:
        path = f"/periscolaire/semaine/{MONDAY}"
        seen.answers[await line.ask(caller, path, booking(caller, unit, day, "p"))] += 1
        seen.waited.append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as tasks:
        for number, caller in enumerate(callers[: int(rate * SECONDS)]):
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(one(due, caller))
    return seen


async def opening(line: Line, callers: list[Caller], unit: int, day: date) -> Seen:
    """Let every family come within a minute, half of them in its first ten seconds."""
    seen, draw, start = Seen(), Random(3), time.perf_counter() + 0.1
    week = f"/periscolaire/semaine/{MONDAY}"

    async def family(due: float, caller: Caller) -> None:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        for path in ("/", "/periscolaire", week, "", f"{week}?fait=o")[draw.randrange(2) :]:
            body = "" if path else booking(caller, unit, day, "o")
            began = max(due, time.perf_counter()) if not body else time.perf_counter()
            seen.answers[await line.ask(caller, path or week, body)] += 1
            seen.waited.append(time.perf_counter() - began)
            await asyncio.sleep(draw.uniform(1, 6))

    dues = sorted(MINUTE * draw.random() ** 2.4 for _ in callers)
    async with asyncio.TaskGroup() as tasks:
        for due, caller in zip(dues, callers, strict=True):
            tasks.create_task(family(start + due, caller))
    return seen


def oversold(file: Path) -> int:
    """Return how many places were given beyond those there are, over all days."""
    line = dbapi2.connect(str(file))
    rows = line.execute(
        "SELECT count(*) FROM periscolaire_booking WHERE state = 'booked' GROUP BY day, unit"
    ).fetchall()
    return sum(max(0, count - PLACES) for (count,) in rows)


async def lived(port: int, callers: list[Caller], unit: int, bare: float) -> None:
    """Play the three parts, and say what was seen."""
    line = Line(port)
    await line.ask(callers[0], f"/periscolaire/semaine/{MONDAY}")
    rate, seen = await sustained(line, callers[:1500], unit, DAYS[0])
    print(f"bare loop              {bare:7.0f} bookings a second")
    print(
        f"over HTTP, sustained   {rate:7.0f} bookings a second, {rate / bare:.0%} of the bare loop"
    )
    print(f"                       {seen.told()}")
    calm = await paced(line, callers, unit, DAYS[1], 0.8 * rate)
    print(f"at 80 % of it          {calm.told()}")
    rush = await opening(line, callers, unit, DAYS[2])
    print(f"{len(callers)} families, a minute  {rush.told()}")


def main() -> None:
    """Make the town, open the doors."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FAMILIES
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        callers, unit = asyncio.run(made(place, count))
        file = place / "data" / "alpha" / "portal.sqlite"
        bare = bare_rate(file)
        with server(serve_portal, place) as portal_:
            asyncio.run(lived(portal_.port, callers, unit, bare))
        print(f"places sold twice      {oversold(file):7}")


if __name__ == "__main__":
    main()
