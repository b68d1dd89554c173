"""The directory families read without an account: a search, and a page for each childminder."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle_assmat import contacting, searching
from ribambelle_assmat.domain.accreditation import PLACES
from ribambelle_assmat.domain.availability import STATES, Standing
from ribambelle_assmat.domain.cells import Point
from ribambelle_assmat.domain.matching import GROUPS, Wish
from ribambelle_assmat.domain.publication import CARES, Told
from ribambelle_assmat.domain.slots import DAYS, MOMENTS, days_mask, keys_of, listed
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One, OnePlace
from ribambelle_assmat.searching import Asked, Found
from ribambelle_assmat.settings import Relais, Settings

HERE = "/assmat"
SIZE = 30
AGES = (("6", "Moins d’un an"), ("18", "Un an"), ("30", "Deux ans"), ("60", "Trois ans et plus"))
RADII = (("1000", "1 km"), ("2000", "2 km"), ("5000", "5 km"), ("10000", "10 km"))
WEEK = [(code, name.capitalize()) for code, _, name in DAYS]
SHAPES = {
    "now": ("coche", "ok"),
    "later": ("moitie", "info"),
    "none": ("barres", ""),
    "unknown": ("vide", ""),
}


@dataclass(frozen=True)
class Search:
    """What a family asked, as the form shows it again."""

    town: str = ""
    near: str = ""
    within: str = ""
    age: str = ""
    start: date | None = None
    days: tuple[str, ...] = ()
    where: str = ""
    cares: tuple[str, ...] = ()
    page: int = 0

    @property
    def is_said(self) -> bool:
        """Tell whether anything was asked."""
        return self != Search(page=self.page)

    def asked(self, quartiers: dict[str, Point]) -> Asked:
        """Return the question as the search reads it."""
        return Asked(
            Wish(days_mask(self.days), self.start, int(self.age) if self.age else None),
            quartiers.get(self.near),
            int(self.within) if self.within and self.near else None,
            frozenset(self.cares),
            self.where,
        )

    def to(self, page: int) -> str:
        """Return the address of another page of the same results."""
        told = [
            *(("ou", self.town), ("pres", self.near), ("rayon", self.within), ("age", self.age)),
            ("debut", f"{self.start:%Y-%m-%d}" if self.start else ""),
            *(("jours", day) for day in self.days),
            ("lieu", self.where),
            *(("accueil", care) for care in self.cares),
            ("page", str(page) if page else ""),
        ]
        return "?" + urlencode([(name, value) for name, value in told if value])


@dataclass(frozen=True)
class DirectoryPage:
    """The search, and who suits."""

    search: Search
    groups: list[tuple[str, list[Found]]]
    total: int
    today: date
    quartiers: list[tuple[str, str]]
    relais: tuple[Relais, ...]
    is_open: bool
    ages: tuple[tuple[str, str], ...] = AGES
    radii: tuple[tuple[str, str], ...] = RADII
    week_days: list[tuple[str, str]] = field(default_factory=lambda: WEEK)
    cares: list[tuple[str, str]] = field(default_factory=lambda: list(CARES.items()))
    wheres: list[tuple[str, str]] = field(default_factory=lambda: list(PLACES.items()))
    titles: dict[str, str] = field(default_factory=lambda: GROUPS)
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)
    places: dict[str, str] = field(default_factory=lambda: PLACES)

    def standing(self, place: OnePlace) -> Standing:
        """Where a place stands today."""
        return place.standing(self.today)

    @property
    def told(self) -> str:
        """What was asked, in words."""
        asked = self.search
        days = [name for code, name in WEEK if code in asked.days]
        found = [
            dict(AGES).get(asked.age, ""),
            listed([name.lower() for name in days]) if days else "",
            f"dès le {formats.jour_du_mois(asked.start, True)}" if asked.start else "",
            f"près de {asked.near}" if asked.near else "",
            f"à moins de {dict(RADII)[asked.within]}" if asked.within and asked.near else "",
            asked.town,
            PLACES.get(asked.where, ""),
            *(CARES[code] for code in asked.cares),
        ]
        words = ", ".join(filter(None, found))
        return f"{words[:1].upper()}{words[1:]}"

    @property
    def first(self) -> int:
        """Rank of the first shown."""
        return self.search.page * SIZE + 1

    @property
    def last(self) -> int:
        """Rank of the last shown."""
        return self.search.page * SIZE + sum(len(some) for _, some in self.groups)


def search_of(request: Request[Any, Any, Any]) -> Search:
    """Return what an address asks; what is no answer of the form counts for nothing."""
    told = request.query_params
    page, start = str(told.get("page", "")), str(told.get("debut", ""))
    try:
        opens = date.fromisoformat(start) if start else None
    except ValueError:
        opens = None

    def one(name: str, allowed: Sequence[str]) -> str:
        value = str(told.get(name, ""))
        return value if value in allowed else ""

    return Search(
        str(told.get("ou", ""))[:80].replace("\0", ""),
        str(told.get("pres", ""))[:80].replace("\0", ""),
        one("rayon", [code for code, _ in RADII]),
        one("age", [code for code, _ in AGES]),
        opens,
        tuple(day for day, _, _ in DAYS if day in told.getall("jours", [])),
        one("lieu", list(PLACES)),
        tuple(care for care in CARES if care in told.getall("accueil", [])),
        int(page) if page.isdecimal() and len(page) < 5 else 0,
    )


@get(
    HERE,
    name="assmat.home",
    told="Chercher une assistante maternelle",
    guards=[guards.public],
)
async def childminders(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show who suits, the best first, with what is missing said in words."""
    asked, today = search_of(request), now.date()
    quartiers = await directory.quartiers(today)
    town = asked.town if asked.town.isdecimal() else fold(asked.town)
    everybody = await directory.public(today, town)
    found = searching.search(everybody, asked.asked(quartiers), today)
    start = asked.page * SIZE
    page = DirectoryPage(
        asked,
        searching.grouped(found[start : start + SIZE]),
        len(found),
        today,
        [(name, name) for name in quartiers],
        tenant.of(Settings).relais,
        bool(everybody) or await directory.count() > 0,
    )
    return Page("assmat/home.html", page)


@dataclass(frozen=True)
class ChildminderPage:
    """One childminder, as the public sees her."""

    one: One
    told: Told
    today: date
    preview: bool = False
    may_write: bool = False
    """She lets families write, and a message would reach her."""
    moments: tuple[tuple[str, str, str], ...] = MOMENTS
    days: tuple[tuple[str, str, str], ...] = DAYS
    states: dict[str, str] = field(default_factory=lambda: STATES)
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)
    places: dict[str, str] = field(default_factory=lambda: PLACES)

    @property
    def cares(self) -> list[str]:
        """What she takes, in words."""
        return [CARES[code] for code in self.one.cares if code in CARES]

    def standing(self, place: OnePlace) -> Standing:
        """Where a place stands today."""
        return place.standing(self.today)

    def answers(self, place: OnePlace) -> dict[str, str]:
        """Her week, as its grid shows it."""
        return dict.fromkeys(keys_of(place.moments), "place")

    def rows(self, place: OnePlace) -> list[tuple[str, str, str]]:
        """The moments of the day her week speaks of."""
        keys = keys_of(place.moments)
        return [one for one in MOMENTS if any(key.endswith(f"-{one[0]}") for key in keys)]

    def week(self, place: OnePlace) -> list[tuple[str, str, str]]:
        """The days her week speaks of, working days always."""
        keys = keys_of(place.moments)
        weekend = [one for one in DAYS[5:] if any(key.startswith(one[0]) for key in keys)]
        return [*DAYS[:5], *weekend]


@get(
    f"{HERE}/fiches/{{childminder:int}}",
    name="assmat.childminder",
    told="Lire la fiche d’une assistante maternelle",
    guards=[guards.public],
)
async def childminder(childminder: FromPath[int], now: NamedDependency[datetime]) -> Page:
    """Show what she agreed to show, and her places."""
    one = await directory.shown_one(childminder, now.date())
    today = now.date()
    reached = one.is_writable(today) and bool((await contacting.address(one))[0])
    page = ChildminderPage(one, one.public(today), today, may_write=reached)
    return Page("assmat/childminder.html", page)


ROUTES = [childminders, childminder]
