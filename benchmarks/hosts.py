"""What do a hundred active communes cost one process, beside a single one that is as busy?

Run: ``python benchmarks/hosts.py [communes]``. Families of every commune come in turn: out of a
hundred acts, eighty-six pages are read, eight bookings are saved, six families sign in by their link.
The same acts, at the same pace, are then asked of one of these communes alone: what the number of
hosts adds is the ratio. CPU is that of the portal's process; waits are counted from when each act was
due, so that one that is late says so. Run it on a quiet machine.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

import httpx
from fleet import beside
from page import Server, serve_portal, server
from pages import settle
from rush import Seen

from ribambelle.database.names import renamed
from ribambelle.identity import links
from ribambelle.identity.sessions import OpenSession
from ribambelle.identity.tables import Account
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.tenants.creation import NewTenant, create
from ribambelle.testing.clock import FrozenClock
from ribambelle_periscolaire import demo
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.testing import town

HOSTS, FAMILIES, ACTS, PACE = 100, 10, 3_000, 30.0
"""Communes, families in each, acts counted, acts a second."""
MONDAY = date(2026, 11, 30)
DAYS = (MONDAY, *(MONDAY + timedelta(days=number) for number in (1, 3, 4)))
WEEK = f"/periscolaire/semaine/{MONDAY}"
READ = ("/", WEEK, "/periscolaire", "/periscolaire/mois/2026-12", "/mentions")
SHARES = {"read": 86, "book": 8, "sign in": 6}
CROWD = ("fsync=off", "max_connections=500")
"""Of PostgreSQL: a process keeps up to four connections to each base."""
CLIENTS = httpx.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=1)
"""Let go before the portal does: it keeps a silent connection five seconds."""


@dataclass
class Family:
    """One family of one commune: who it is there, what it books, the links it was sent."""

    host: str
    cookie: str
    child: int
    unit: int
    links: list[str]
    saved: int = 0


@dataclass
class Found:
    """What a run of acts cost and lived."""

    cpu: float = 0.0
    requests: int = 0
    seen: dict[str, Seen] = field(default_factory=lambda: defaultdict(Seen))

    @property
    def per_request(self) -> float:
        """CPU of the portal's process for one request, in ms."""
        return self.cpu / self.requests

    @property
    def errors(self) -> int:
        """Answers that were not what was asked."""
        codes = sum((one.answers for one in self.seen.values()), Counter[str]())
        return sum(many for code, many in codes.items() if code not in ("200", "303"))


async def commune(platform: Platform, slug: str, url: str) -> list[Family]:
    """Make one commune whose families are signed in."""
    host = f"{slug}.localhost"
    plugins = ("periscolaire",)
    new = NewTenant(slug, (host,), name=slug.title(), plugins=plugins, database=url)
    await create(platform, new)
    settle(platform.folder / f"{slug}.toml")
    tenant = platform.tenant(slug)
    with tenant.here():
        await demo.open_activities([await demo.school(name) for name in demo.SCHOOLS])
        known = await catalogue.current()
        canteen = next(one for one in known.activities if one.code == "cantine")
        homes = await town.families(
            FAMILIES, year=2026, activities=[canteen.id], draw=Random(1), children=[1]
        )
        found = []
        for home in homes:
            account = await Account.objects().get(Account.id == home.person.account)
            assert account is not None
            sent = [await links.make("sign_in", account.email, tenant.now()) for _ in range(40)]
            cookie = await OpenSession().sign_in(account, tenant.now())
            child, unit = home.children[0].id, canteen.units[0].id
            found.append(Family(host, cookie, child, unit, sent))
    return found


async def made(folder: Path, many: int, database: str) -> list[Family]:
    """Make so many communes; return their families, one of each commune in turn."""
    platform = Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock(), keep=20)
    of_each = []
    for number in range(many):
        slug = f"ville-{number}"
        url = renamed(database, slug.replace("-", "_")) if database else ""
        of_each.append(await commune(platform, slug, url))
    await platform.aclose()
    return [family for rank in zip(*of_each, strict=True) for family in rank]


async def act(line: httpx.AsyncClient, family: Family, kind: str, draw: Random) -> list[str]:
    """Do one thing as a family does it; return the codes answered."""
    told = {"host": family.host, "cookie": f"session={family.cookie}"}
    post = {**told, "origin": f"http://{family.host}"}
    if kind == "read":
        answers = [await line.get(draw.choice(READ), headers=told)]
    elif kind == "book":
        box = f"{family.child}.{family.unit}.{DAYS[family.saved % len(DAYS)]}"
        family.saved += 1
        body = {"cle": f"h{family.saved}", "jour": box}
        answers = [await line.post(WEEK, data=body, headers=post)]
        answers.append(await line.get(answers[0].headers.get("location", WEEK), headers=told))
    else:
        path = httpx.URL(family.links.pop()).path
        nobody = {"host": family.host}
        answers = [await line.get(path, headers=nobody)]
        answers.append(await line.post(path, headers={**nobody, "origin": post["origin"]}))
    return [str(one.status_code) for one in answers]


async def asked(place: Server, families: list[Family], acts: int) -> Found:
    """Ask for so many acts at a constant pace, whoever is still waiting."""
    found, draw = Found(), Random(7)
    kinds = draw.choices([*SHARES], [*SHARES.values()], k=acts)

    async def one(due: float, family: Family, kind: str) -> None:
        codes = await act(line, family, kind, draw)
        found.requests += len(codes)
        found.seen[kind].answers.update(codes)
        found.seen[kind].waited.append(time.perf_counter() - due)

    base = f"http://127.0.0.1:{place.port}"
    async with httpx.AsyncClient(base_url=base, limits=CLIENTS, timeout=30) as line:
        before, start = place.spent(), time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number, kind in enumerate(kinds):
                due = start + number / PACE
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                tasks.create_task(one(due, families[number % len(families)], kind))
    found.cpu = place.spent() - before
    return found


async def met(place: Server, families: list[Family]) -> float:
    """Ask one family of each commune for every page, one after another; return the CPU of each commune.

    A base is opened, and what a process keeps of it is read: an active commune is one that was met.
    """
    hosts = {family.host: family for family in families}
    base, before = f"http://127.0.0.1:{place.port}", place.spent()
    async with httpx.AsyncClient(base_url=base, limits=CLIENTS, timeout=30) as line:
        for family in hosts.values():
            for path in READ:
                told = {"host": family.host, "cookie": f"session={family.cookie}"}
                (await line.get(path, headers=told)).raise_for_status()
            for kind in ("book", "sign in"):
                await act(line, family, kind, Random(1))
    return (place.spent() - before) / len(hosts)


async def compared(place: Server, families: list[Family]) -> tuple[Found, Found]:
    """Return what the acts cost over every commune, and over one of them alone."""
    alone = [family for family in families if family.host == families[0].host]
    print(f"\n  met for the first time: {await met(place, families):.0f} ms CPU a commune")
    return await asked(place, families, ACTS), await asked(place, alone, ACTS)


def told(name: str, many: int, all_: Found, alone: Found) -> None:
    """Print one database."""
    print(f"{name}, {ACTS} acts, {PACE:.0f} a second")
    for hosts, found in ((many, all_), (1, alone)):
        print(
            f"  {hosts:4} hosts  {found.per_request:6.2f} ms CPU a request, "
            f"{found.requests} requests, {found.errors} errors"
        )
        for kind, seen in sorted(found.seen.items()):
            print(f"    {kind:8} p50 {seen.at(0.5):6.0f} ms, p99 {seen.at(0.99):6.0f} ms")
    print(f"  ratio       {all_.per_request / alone.per_request:6.2f}")
    sys.stdout.flush()


def main() -> None:
    """Measure on both databases."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else HOSTS
    for name, on_postgres in (("SQLite", False), ("PostgreSQL", True)):
        with tempfile.TemporaryDirectory() as folder, beside(on_postgres, CROWD) as url:
            families = asyncio.run(made(Path(folder), many, url))
            with server(serve_portal, Path(folder)) as place:
                told(name, many, *asyncio.run(compared(place, families)))


if __name__ == "__main__":
    main()
