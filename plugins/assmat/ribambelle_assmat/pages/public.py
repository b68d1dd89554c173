"""The directory families read without an account: a search, and a page for each childminder."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.identity import limits
from ribambelle.tenants import Tenant
from ribambelle.web import guards, security
from ribambelle.web.page import Page
from ribambelle.web.sign_in import come_from
from ribambelle.web.visit import Visit
from ribambelle_assmat import (
    asking,
    contacting,
    keeping,
    locating,
    measuring,
    outlining,
    picture,
    searching,
)
from ribambelle_assmat.asking import AGES, CHILDREN, RADII, WEEK, Search
from ribambelle_assmat.domain.accreditation import PLACES
from ribambelle_assmat.domain.availability import STATES, Standing
from ribambelle_assmat.domain.home import LANGUAGES, WISHES
from ribambelle_assmat.domain.matching import GROUPS
from ribambelle_assmat.domain.publication import CARES, Told, taken
from ribambelle_assmat.domain.slots import DAYS, MOMENTS, keys_of
from ribambelle_assmat.domain.week import Line, compared
from ribambelle_assmat.locating import Located
from ribambelle_assmat.picturing import Picture, drawn, picture_of
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One, OnePlace
from ribambelle_assmat.searching import Found
from ribambelle_assmat.settings import Relais, Settings, Tiles

HERE = "/assmat"
SIZE = 20
SPOKEN = [(code, name.capitalize()) for code, name in LANGUAGES.items() if code != "fr"]
HOUR = timedelta(hours=1)
ADDRESSES_AN_HOUR = 60
SHAPES = {
    "now": ("coche", "ok"),
    "later": ("moitie", "info"),
    "none": ("barres", ""),
    "unknown": ("vide", ""),
}


@dataclass(frozen=True)
class DirectoryPage:
    """The search, and who suits."""

    search: Search
    located: Located
    groups: list[tuple[str, list[Found]]]
    counts: dict[str, int]
    total: int
    today: date
    areas: list[tuple[str, str]]
    relais: tuple[Relais, ...]
    is_open: bool
    kept: tuple[int, ...]
    picture: Picture | None
    tiles: Tiles | None = None
    ages: tuple[tuple[str, str], ...] = AGES
    radii: tuple[tuple[str, str], ...] = RADII
    children: tuple[tuple[str, str], ...] = CHILDREN
    week_days: list[tuple[str, str]] = field(default_factory=lambda: WEEK)
    cares: list[tuple[str, str]] = field(default_factory=lambda: list(CARES.items()))
    homes: list[tuple[str, str]] = field(default_factory=lambda: list(WISHES.items()))
    languages: list[tuple[str, str]] = field(default_factory=lambda: SPOKEN)
    wheres: list[tuple[str, str]] = field(default_factory=lambda: list(PLACES.items()))
    titles: dict[str, str] = field(default_factory=lambda: GROUPS)
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)
    places: dict[str, str] = field(default_factory=lambda: PLACES)

    def standing(self, place: OnePlace) -> Standing:
        """Where a place stands today."""
        return place.standing(self.today)

    def week(self, found: Found) -> list[Line]:
        """Her week beside the one asked, day by day."""
        return compared(found.place.moments, self.search.wish.moments)

    @property
    def lasting(self) -> str:
        """The address search engines keep: of a page of everybody, never of one family's search."""
        plain = self.search.page and not self.search.is_said
        return f"{HERE}?page={self.search.page}" if plain else HERE

    @property
    def first(self) -> int:
        """Rank of the first shown."""
        return self.search.page * SIZE + 1

    @property
    def last(self) -> int:
        """Rank of the last shown."""
        return self.search.page * SIZE + sum(len(some) for _, some in self.groups)


def search_of(request: Request[Any, Any, Any]) -> Search:
    """Return what the address of a page asks."""
    told = request.query_params
    many = {name: told.getall(name, []) for name in ("jours", "accueil", "chez")}
    return asking.read({name: str(told.get(name, "")) for name in told}, many)


@get(
    HERE,
    name="assmat.home",
    told="Chercher une assistante maternelle",
    guards=[guards.public],
    indexed=True,
)
async def childminders(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Page:
    """Show who suits, the best first, with what is missing said in words."""
    search, today = search_of(request), now.date()
    if search.address or search.work:
        key = f"assmat-address-from:{come_from(request)}"
        await limits.require(key, now, at_most=ADDRESSES_AN_HOUR, per=HOUR)
    areas = await directory.quartiers(today)
    where = await locating.located(search, areas)
    asked = where.asked
    hits = await searching.search(asked, today) if asked else []
    if asked and search.is_said and not search.page:
        await measuring.searched(where.town, asked.wish.months, searching.suiting(hits), now)
    start = search.page * SIZE
    some = hits[start : start + SIZE]
    found = await searching.shown(some, is_way=bool(asked and asked.to))
    page = DirectoryPage(
        search,
        where,
        searching.grouped(found),
        searching.counts(hits),
        len(hits),
        today,
        [(one.code, one.name if not one.within else f"– {one.name}") for one in areas],
        tenant.of(Settings).relais,
        bool(hits) or await directory.is_begun(),
        keeping.kept(seen),
        picture_of(
            hits,
            asked.near if asked else None,
            asked.to if asked else None,
            () if search.address or search.near else outlining.outline(tenant),
        ),
        tenant.of(Settings).tiles,
    )
    answer = on_a_map(Page("assmat/home.html", page), page.tiles)
    if search.address or search.work:
        # where somebody lives or works is in the page's own address: no search engine keeps it
        answer.headers["x-robots-tag"] = "noindex"
    return answer


@dataclass(frozen=True)
class ChildminderPage:
    """One childminder, as the public sees her."""

    one: One
    told: Told
    today: date
    preview: bool = False
    may_write: bool = False
    """She lets families write, and a message would reach her."""
    is_kept: bool = False
    kept: int = 0
    """How many the visitor keeps."""
    picture: Picture | None = None
    tiles: Tiles | None = None
    """Her cells on the commune's outline, when it has one."""
    photo: str = ""
    """Address of her picture, when she shows it."""
    moments: tuple[tuple[str, str, str], ...] = MOMENTS
    days: tuple[tuple[str, str, str], ...] = DAYS
    states: dict[str, str] = field(default_factory=lambda: STATES)
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)
    places: dict[str, str] = field(default_factory=lambda: PLACES)

    @property
    def about(self) -> list[tuple[str, str]]:
        """What she takes, and what her home is like, in words."""
        one, short = self.one, ("Remplacements courts", self.one.urgent_words)
        found = [
            ("Accueil", taken(one.cares)),
            short if "urgent" in one.cares else ("", ""),
            *one.shown_home.told,
        ]
        return [(label, words) for label, words in found if words]

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
    indexed=True,
)
async def childminder(
    childminder: FromPath[int],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Page:
    """Show what she agreed to show, and her places."""
    one = await directory.shown_one(childminder, now.date())
    today = now.date()
    reached = one.is_writable(today) and bool((await contacting.address(one))[0])
    kept = keeping.kept(seen)
    code = await picture.code_of(one.id) if "photo" in one.consents else ""
    photo = f"{HERE}/fiches/{one.id}/photo/{code}" if code else ""
    page = ChildminderPage(
        *(one, one.public(today), today),
        may_write=reached,
        is_kept=one.id in kept,
        kept=len(kept),
        picture=_drawn(one, tenant),
        tiles=tenant.of(Settings).tiles,
        photo=photo,
    )
    return on_a_map(Page("assmat/childminder.html", page), page.tiles)


def on_a_map(answer: Page, tiles: Tiles | None) -> Page:
    """Let a page show the images of one site, and no other."""
    if tiles:
        answer.headers["content-security-policy"] = security.policy(images=tiles.site)
    return answer


def _drawn(one: One, tenant: Tenant) -> Picture | None:
    """Return her cells on the commune's outline; a point alone on a sheet would say nothing."""
    outline = outlining.outline(tenant)
    points = [place.point for place in one.places if place.point]
    return drawn([(point, "whole") for point in points], outline=outline) if outline else None


ROUTES = [childminders, childminder]
