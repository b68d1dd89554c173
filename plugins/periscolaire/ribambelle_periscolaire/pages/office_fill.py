"""How full the activities are over some months: for the town hall, on a page and in a file."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from ribambelle.calendar.months import later
from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards, spreadsheets
from ribambelle.web.page import Page
from ribambelle_periscolaire.domain.calendar import DAY, school_year, year_bounds
from ribambelle_periscolaire.gathering import doors_of
from ribambelle_periscolaire.pages.office import DESK
from ribambelle_periscolaire.queries import catalogue, filling
from ribambelle_periscolaire.queries.filling import Filled

FILL = f"{DESK}/remplissage"
MONTH = re.compile(r"20[2-9]\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class FillPage:
    """How full each activity is between two months."""

    first: str
    last: str
    months: list[tuple[str, str]]
    filled: list[Filled]

    @property
    def bars(self) -> list[tuple[str, float]]:
        """The activities that have a limit, and their share of places taken, in hundredths."""
        return [
            (one.activity.name, round(one.rate * 100, 1))
            for one in self.filled
            if one.rate is not None
        ]

    @property
    def query(self) -> str:
        """The same months, as an address asks them."""
        return urlencode({"de": self.first, "a": self.last})


def _bounds(asked: str, until: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of the months asked: this month when nothing is."""
    begin = _month(asked) or today.replace(day=1)
    end = _month(until) or begin
    if end < begin or (end - begin).days > 370:
        end = begin
    return begin, later(end, 1) - DAY


def _month(text: str) -> date | None:
    return date(int(text[:4]), int(text[5:7]), 1) if MONTH.fullmatch(text) else None


async def _page(tenant: Tenant, now: datetime, asked: str, until: str) -> FillPage:
    begin, end = _bounds(asked, until, now.date())
    found = await filling.between(doors_of(tenant, await catalogue.current(), now), begin, end)
    first = year_bounds(school_year(now.date()) - 1)[0]
    months = [later(first, number) for number in range(24)]
    offered = [(f"{one:%Y-%m}", f"{formats.MONTHS[one.month - 1]} {one.year}") for one in months]
    return FillPage(f"{begin:%Y-%m}", f"{end:%Y-%m}", offered, found)


@get(
    FILL, name="periscolaire.fill", told="Voir le remplissage des activités", guards=[guards.agent]
)
async def fill(
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    de: FromQuery[str] = "",
    a: FromQuery[str] = "",
) -> Page:
    """Show how full the activities are."""
    return Page("periscolaire/office/fill.html", await _page(tenant, now, de, a))


HEADINGS = (
    *("Activité", "Jours ouverts", "Réservations", "Places", "Remplissage (%)", "En attente"),
    *("Jour le plus plein", "Ce jour-là"),
)


@get(
    f"{FILL}/export/{{kind:str}}",
    name="periscolaire.fill_export",
    told="Télécharger le remplissage des activités",
    guards=[guards.agent],
)
async def export(
    kind: FromPath[str],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    de: FromQuery[str] = "",
    a: FromQuery[str] = "",
) -> Response[bytes]:
    """Send the table of the page."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    page = await _page(tenant, now, de, a)
    lines = [
        (
            one.activity.name,
            one.open_days,
            one.taken,
            one.offered or None,
            round(one.rate * 100, 1) if one.rate is not None else None,
            one.waiting,
            one.fullest,
            one.most,
        )
        for one in page.filled
    ]
    name = f"remplissage-{page.first}" + (f"-{page.last}" if page.last != page.first else "")
    return spreadsheets.answer(kind, name, HEADINGS, lines)


ROUTES = [fill, export]
