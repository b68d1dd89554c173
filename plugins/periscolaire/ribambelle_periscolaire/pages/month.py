"""A month of bookings: the same boxes, the same rules, smaller."""

import secrets
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle.calendar.months import later
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import booking
from ribambelle_periscolaire.forms import sent
from ribambelle_periscolaire.gathering import gather
from ribambelle_periscolaire.pages.blocks import Planned, Shown, blocks
from ribambelle_periscolaire.pages.results import Results, results_of
from ribambelle_periscolaire.queries import bookings

SATURDAY = 5
YEARS = range(2020, 2100)


@dataclass(frozen=True)
class MonthPage(Planned):
    """A month of a family."""

    first: date
    key: str
    today: date
    results: Results | None = None

    @property
    def before(self) -> str:
        """The month before, as its address names it."""
        return f"{later(self.first, -1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{later(self.first, 1):%Y-%m}"

    @property
    def here(self) -> str:
        """This month."""
        return f"{self.first:%Y-%m}"

    def weeks(self, boxes: list[Shown]) -> list[list[Shown | None]]:
        """Return the boxes of a row, week by week, nothing where the month has not begun."""
        found: list[list[Shown | None]] = []
        for one in boxes:
            weekday = one.box.day.weekday()
            if not found or weekday == 0:
                found.append([None] * (weekday if not found else 0))
            found[-1].append(one)
        return found


def first_of(month: str) -> date:
    """Return the first day of a month named in an address; NotYours when there is no such month."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise NotYours from error
    if first.year not in YEARS:
        raise NotYours
    return first


def weekdays_of(first: date) -> list[date]:
    """Return the days of a month without its Saturdays and Sundays."""
    count = monthrange(first.year, first.month)[1]
    days = (first + timedelta(days=number) for number in range(count))
    return [day for day in days if day.weekday() < SATURDAY]


@get(
    "/periscolaire/mois/{month:str}",
    name="periscolaire.month",
    told="Voir un mois de périscolaire",
    guards=[guards.family],
)
async def month_page(
    month: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    fait: FromQuery[str] = "",
) -> Page:
    """Show a month, with what became of the last save."""
    first = first_of(month)
    days = weekdays_of(first)
    gathered = await gather(tenant, person, days[0], days[-1], now)
    lines = booking.read(await bookings.answered(person, fait)) if fait else []
    page = MonthPage(
        blocks(tenant, gathered, days),
        first,
        secrets.token_urlsafe(12),
        now.date(),
        results_of(gathered, lines),
    )
    return Page("periscolaire/month.html", page)


@post(
    "/periscolaire/mois/{month:str}",
    name="periscolaire.save_month",
    told="Enregistrer un mois de périscolaire",
    guards=[guards.family],
)
async def save(
    month: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Save what changed in the month."""
    there = f"/periscolaire/mois/{first_of(month):%Y-%m}"
    form = sent(await request.form())
    if not form.wanted:
        seen.tell("info", "Rien n’a changé : vos réservations restent comme elles étaient.")
        return Redirect(there, status_code=303)
    key = form.key or secrets.token_urlsafe(12)
    await booking.save(tenant, person, form.wanted, key, now)
    return Redirect(f"{there}?fait={quote(key)}", status_code=303)


ROUTES = [month_page, save]
