"""The family's calendar: this week on its home page, the next months, and on its telephone."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import tenants
from ribambelle.calendar import feeds
from ribambelle.calendar.events import Event
from ribambelle.calendar.tables import Feed
from ribambelle.errors import Refused
from ribambelle.identity import Person, custodies, responsibilities, sessions
from ribambelle.identity.tables import Adult, Child
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.home import Card, gather
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

WEEK = timedelta(days=6)
MONTHS = timedelta(days=92)
PAST, AHEAD = timedelta(days=31), timedelta(days=366)
MARGIN = timedelta(days=45)
"""A stay is told whole, from its own first day: half a summer is the longest."""
PAGE = "/agenda"


async def events_of(tenant: Tenant, person: Person, first: date, last: date) -> list[Event]:
    """Return what is in a person's calendar on these days, both included, in order."""
    found: list[Event] = await gather(tenant, "agenda", person, first, last)
    mine = [event for event in found if event.touches(first, last)]
    return sorted(mine, key=lambda event: (event.first, event.begins is not None, event.title))


async def weeks(person: Person, first: date, last: date) -> list[Event]:
    """Return with which parent each child is, when its weeks are shared."""
    found = []
    for held in await responsibilities.of_adult(person.adult, first):
        if not held.rights.has_authority:
            continue
        around = await custodies.whose(held.child, first - MARGIN, last + MARGIN)
        stays = [stay for stay in around if stay.first <= last and stay.last >= first]
        if not stays:
            continue
        child = await Child.select(Child.given_name).where(Child.id == held.child).first()
        name = (child["given_name"] if child else "") or "L’enfant"
        others = await Adult.select(Adult.id, Adult.given_name).where(
            Adult.id.is_in([stay.parent for stay in stays])
        )
        names = {row["id"]: row["given_name"] for row in others}
        for stay in stays:
            where = "chez vous" if stay.parent == person.adult else f"chez {names[stay.parent]}"
            found.append(
                Event(
                    uid=f"core.custody:{held.child}:{stay.first}",
                    title=f"{name} est {where}",
                    first=stay.first,
                    last=stay.last,
                    href=f"/famille/enfants/{held.child}/garde",
                    icon="gens",
                )
            )
    return found


@dataclass(frozen=True)
class WeekCard:
    """What a family has on the days that come."""

    events: list[Event]


async def this_week(person: Person | None) -> list[Card]:
    """Return the card of the week, for a family that has something in it."""
    if person is None or not person.is_family:
        return []
    tenant = tenants.current()
    today = tenant.now().date()
    found = await events_of(tenant, person, today, today + WEEK)
    shown = [replace(event, first=max(event.first, today)) for event in found]
    return [Card("agenda/week.html", WeekCard(shown), rank=10)] if shown else []


@dataclass(frozen=True)
class AgendaPage:
    """The months that come, and the telephones that read them."""

    events: list[Event]
    feeds: list[Feed]
    link: str = ""


async def _page(tenant: Tenant, person: Person, now: datetime, link: str = "") -> Page:
    today = now.date()
    page = AgendaPage(
        await events_of(tenant, person, today, today + MONTHS),
        await feeds.of_account(person.account),
        link,
    )
    return Page("agenda/page.html", page)


@get(PAGE, name="agenda", told="Voir son agenda", guards=[guards.family])
async def agenda(
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show what comes."""
    return await _page(tenant, person, now)


@post(
    f"{PAGE}/flux",
    name="agenda.open",
    told="Créer une adresse d’agenda",
    guards=[guards.in_person],
    status_code=200,
)
async def open_feed(
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Make a secret address, shown once."""
    try:
        link = await feeds.open_for(person.account, now)
    except Refused as refusal:
        if refusal.reason != "too_many_feeds":
            raise
        seen.tell(
            "erreur", "Dix appareils lisent déjà cet agenda. Arrêtez-en un, puis recommencez."
        )
        return Redirect(PAGE, status_code=303)
    return await _page(tenant, person, now, link)


@post(
    f"{PAGE}/flux/{{number:int}}/arreter",
    name="agenda.stop",
    told="Arrêter une adresse d’agenda",
    guards=[guards.in_person],
)
async def stop_feed(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Stop one address."""
    await feeds.stop(person.account, number, now)
    seen.tell("ok", "Cette adresse ne répond plus.")
    return Redirect(PAGE, status_code=303)


@get(
    f"{feeds.PATH}{{secret:str}}",
    name="agenda.feed",
    told="Lire un agenda par son adresse secrète",
    guards=[guards.public],
)
async def feed(
    secret: FromPath[str], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Answer a telephone that bears the secret."""
    account = await feeds.reader(secret.removesuffix(feeds.SUFFIX), now)
    person = await sessions.person(account, 0, strong=False)
    events = await events_of(tenant, person, now.date() - PAST, now.date() + AHEAD)
    return Response(feeds.written(events, tenant, now), media_type="text/calendar")


ROUTES = [agenda, open_feed, stop_feed, feed]
