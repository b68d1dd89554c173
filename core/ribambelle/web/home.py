"""Home pages: what waits for you first, then where things stand."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from ribambelle import asking
from ribambelle.identity import Person
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.menu import MenuEntry
from ribambelle.web.page import Page


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing that waits for somebody: how many, what, since when, and the button."""

    title: str
    detail: str
    action: str
    href: str
    icon: str = "feuille"
    count: int = 0
    since: datetime | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A part of a home page, shown by a plugin's own template."""

    template: str
    content: Any
    rank: int = 50
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One result of the staff's search."""

    kind: str
    title: str
    detail: str
    href: str


@dataclass(frozen=True)
class HomePage:
    """The home of a visitor, a family or a member of staff."""

    first_name: str
    to_do: list[ToDo]
    main: list[Card]
    aside: list[Card]
    shortcuts: list[MenuEntry] = field(default_factory=list)


@dataclass(frozen=True)
class SearchPage:
    """What a search found, by kind."""

    words: str
    found: dict[str, list[Found]] = field(default_factory=dict)
    total: int = 0


async def gather(tenant: Tenant, hook: str, *given: Any) -> list[Any]:
    """Await together what every plugin declared for a hook; one that fails is left out."""
    answers = await asyncio.gather(
        *(
            asking.asked(tenant.hooks, plugin, hook, function, *given)
            for plugin, functions in tenant.hooks.each(hook)
            for function in functions
        )
    )
    return [one for answer in answers for one in answer]


async def home_page(tenant: Tenant, person: Person | None) -> HomePage:
    """Return what this person sees first."""
    to_do: list[ToDo] = await gather(tenant, "to_do", person) if person else []
    cards: list[Card] = await gather(tenant, "cards", person)
    cards.sort(key=lambda card: card.rank)
    to_do.sort(key=lambda one: (not one.overdue, one.since.timestamp() if one.since else 0))
    first = person.name.split(" ")[0] if person else ""
    return HomePage(
        first,
        to_do,
        [card for card in cards if not card.aside],
        [card for card in cards if card.aside],
        shortcuts(tenant, person) if person and person.is_family else [],
    )


def shortcuts(tenant: Tenant, person: Person) -> list[MenuEntry]:
    """Return what a family opens most often, as its plugins say."""
    found: list[MenuEntry] = tenant.hooks.all("shortcuts", person=person)
    return sorted(found, key=lambda one: one.rank)


@get("/", name="home", guards=[guards.public], indexed=True)
async def home(
    tenant: NamedDependency[Tenant], visitor: NamedDependency[Person | None]
) -> Response[Any]:
    """The first page of the portal."""
    if visitor and visitor.is_staff:
        return Redirect("/bureau", status_code=303)
    return Page("home.html", await home_page(tenant, visitor))


@get("/bureau", name="office", told="Accueil des agents", guards=[guards.staff])
async def office(tenant: NamedDependency[Tenant], person: NamedDependency[Person]) -> Page:
    """The first page of staff."""
    return Page("office/home.html", await home_page(tenant, person))


@get(
    "/bureau/recherche",
    name="office.search",
    told="Chercher une famille, un enfant, un dossier",
    guards=[guards.staff],
)
async def search(
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    request: Request[Any, Any, Any],
    q: FromQuery[str] = "",
) -> Page:
    """Find a family, a child or a file, from any page."""
    words = q.strip()[:100]
    said = fold(words)  # nothing is left of mere punctuation: it finds nothing, never everything
    found: list[Found] = await gather(tenant, "search", person, said) if said else []
    kinds: dict[str, list[Found]] = {}
    for one in found:
        kinds.setdefault(one.kind, []).append(one)
    return Page("office/search.html", SearchPage(words, kinds, len(found)))
