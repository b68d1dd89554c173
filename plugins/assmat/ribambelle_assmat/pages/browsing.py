"""The directory by links alone, commune by commune: for who would rather read, and for robots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from ribambelle.web import guards
from ribambelle.web.crawling import PublicPages, fixed
from ribambelle.web.page import Page
from ribambelle_assmat.queries import by_commune, published
from ribambelle_assmat.queries.by_commune import Commune
from ribambelle_assmat.queries.directory import One

HERE = "/assmat/communes"
SIZE = 100


@dataclass(frozen=True)
class CommunesPage:
    """The communes where families see somebody."""

    communes: list[Commune]
    is_first: bool
    since: str
    """Code the next page starts from; empty at the end."""


@dataclass(frozen=True)
class CommunePage:
    """Whom families see in one commune."""

    commune: Commune
    people: Sequence[One]
    number: int
    has_more: bool
    today: date


@get(
    HERE,
    name="assmat.communes",
    told="Parcourir l’annuaire par commune",
    guards=[guards.public],
    indexed=True,
)
async def communes(now: NamedDependency[datetime], depuis: FromQuery[str] = "") -> Page:
    """List the communes, a hundred at a time."""
    since = depuis if depuis.isalnum() and len(depuis) == 5 else ""
    found = await by_commune.every(since, SIZE + 1, now.date())
    after = found[SIZE].insee if len(found) > SIZE else ""
    shown = {one.code: one for one in found[:SIZE]}
    return Page("assmat/communes.html", CommunesPage(list(shown.values()), not since, after))


@get(
    f"{HERE}/{{insee:str}}",
    name="assmat.commune",
    told="Parcourir l’annuaire d’une commune",
    guards=[guards.public],
    indexed=True,
)
async def commune(
    insee: FromPath[str], now: NamedDependency[datetime], page: FromQuery[str] = ""
) -> Page:
    """List whom families see in a commune, a hundred at a time."""
    number = int(page) if page.isdecimal() and len(page) < 5 else 0
    found, people = await by_commune.those(
        insee.replace("\0", ""), SIZE + 1, number * SIZE, now.date()
    )
    told = CommunePage(found, people[:SIZE], number, len(people) > SIZE, now.date())
    return Page("assmat/commune.html", told)


async def _sheets(number: int, limit: int, day: date) -> list[tuple[int, str]]:
    found = await published.numbers(number - 1, limit, day)
    return [(one, f"/assmat/fiches/{one}") for one in found]


PUBLIC: list[Any] = [
    fixed("assmat.annuaire", "/assmat", HERE, "/cout-de-garde"),
    PublicPages("assmat.fiches", _sheets),
]
ROUTES = [communes, commune]
