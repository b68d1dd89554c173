"""A week of bookings: all the children of the family on one page."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import booking
from ribambelle_periscolaire.domain.taking import Line
from ribambelle_periscolaire.forms import Sent, Token, sent
from ribambelle_periscolaire.gathering import Gathered, gather
from ribambelle_periscolaire.pages.blocks import Planned, blocks
from ribambelle_periscolaire.pages.results import Results, results_of
from ribambelle_periscolaire.pages.telling import misses_quotient, rule_of
from ribambelle_periscolaire.queries import bookings

WEEK = timedelta(days=7)
FIVE = range(5)
YEARS = range(2020, 2100)


@dataclass(frozen=True)
class WeekPage(Planned):
    """A week of a family."""

    monday: date
    days: list[date]
    today: date
    key: str
    rule: str
    results: Results | None = None
    copied: str = ""
    misses_quotient: bool = False

    @property
    def before(self) -> date:
        """The Monday before."""
        return self.monday - WEEK

    @property
    def after(self) -> date:
        """The Monday after."""
        return self.monday + WEEK

    @property
    def is_this_week(self) -> bool:
        """Tell whether today is in it."""
        return self.monday <= self.today < self.after


@get(
    "/periscolaire/semaine",
    name="periscolaire.week",
    told="Réserver une semaine de périscolaire",
    guards=[guards.family],
)
async def this_week(now: NamedDependency[datetime]) -> Redirect:
    """Lead to this week; from Friday evening on, to the next."""
    day = now.date()
    if day.weekday() >= len(FIVE):
        day += WEEK
    return Redirect(f"/periscolaire/semaine/{day - timedelta(days=day.weekday())}", status_code=303)


@get(
    "/periscolaire/semaine/{day:date}",
    name="periscolaire.one_week",
    told="Voir une semaine de périscolaire",
    guards=[guards.family],
)
async def week(
    day: FromPath[date],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    fait: FromQuery[str] = "",
) -> Page:
    """Show a week, with what became of the last save."""
    gathered, days = await _gathered(day, person, tenant, now)
    lines = booking.read(await bookings.answered(person, fait)) if fait else []
    return Page("periscolaire/week.html", _page(tenant, gathered, days, now, lines=lines))


@post(
    "/periscolaire/semaine/{day:date}",
    name="periscolaire.save_week",
    told="Enregistrer une semaine de périscolaire",
    guards=[guards.family],
)
async def save(
    day: FromPath[date],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Page | Redirect:
    """Save what changed; a copy asked for is shown, and saved only by its own button."""
    form = sent(await request.form())
    if form.copied:
        return await copied(day, form, person, tenant, now)
    if not form.wanted:
        seen.tell("info", "Rien n’a changé : vos réservations restent comme elles étaient.")
        return Redirect(f"/periscolaire/semaine/{day}", status_code=303)
    key = form.key or secrets.token_urlsafe(12)
    await booking.save(tenant, person, form.wanted, key, now)
    return Redirect(f"/periscolaire/semaine/{day}?fait={quote(key)}", status_code=303)


async def copied(day: date, form: Sent, person: Person, tenant: Tenant, now: datetime) -> Page:
    """Show the week with the days of one child copied to another, not saved yet."""
    gathered, days = await _gathered(day, person, tenant, now)
    source, target = form.copied or (0, 0)
    theirs = {one for one in form.now if one.child == target}
    like = {Token(target, one.unit, one.day) for one in form.now if one.child == source}
    held = {
        Token(target, unit, day_)
        for (child, day_, unit), one in gathered.held.items()
        if child == source and one.state in {"booked", "waiting"}
    }
    ticked = frozenset((form.now - theirs) | like | held)
    name = gathered.family.pupils[source].name if source in gathered.family.pupils else ""
    return Page(
        "periscolaire/week.html", _page(tenant, gathered, days, now, ticked=ticked, copied=name)
    )


async def _gathered(
    day: date, person: Person, tenant: Tenant, now: datetime
) -> tuple[Gathered, list[date]]:
    if day.year not in YEARS:
        raise NotYours
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=number) for number in FIVE]
    return await gather(tenant, person, days[0], days[-1], now), days


def _page(
    tenant: Tenant,
    gathered: Gathered,
    days: list[date],
    now: datetime,
    *,
    lines: list[Line] | None = None,
    ticked: frozenset[Token] | None = None,
    copied: str = "",
) -> WeekPage:
    return WeekPage(
        blocks(tenant, gathered, days, ticked),
        days[0],
        days,
        now.date(),
        secrets.token_urlsafe(12),
        rule_of(tenant, gathered),
        results_of(gathered, lines or []),
        copied,
        misses_quotient(tenant, gathered, days[0]),
    )


ROUTES = [this_week, week, save]
