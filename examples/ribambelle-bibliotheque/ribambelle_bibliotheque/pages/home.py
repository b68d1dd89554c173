"""The library on home pages, in calendars and among a family's demandes."""

from dataclasses import dataclass
from datetime import date, timedelta

from ribambelle import tenants
from ribambelle.calendar.events import Event
from ribambelle.identity import Person
from ribambelle.web.formats import pluriel
from ribambelle.web.home import Card, ToDo
from ribambelle.workflow.followed import Followed
from ribambelle_bibliotheque.domain.places import TAKEN
from ribambelle_bibliotheque.family import numbers_of
from ribambelle_bibliotheque.moments import begins_at
from ribambelle_bibliotheque.pages.guards import ROLES
from ribambelle_bibliotheque.pages.office import DESK
from ribambelle_bibliotheque.queries import activities, cards
from ribambelle_bibliotheque.queries.activities import Coming
from ribambelle_bibliotheque.queries.cards import Held
from ribambelle_bibliotheque.tables import Activity


@dataclass(frozen=True)
class Mine:
    """What is under way for a family."""

    cards: list[Held]
    coming: list[tuple[Activity, Coming]]


async def my_library(person: Person | None) -> list[Card]:
    """Return the card of a family's home page; none when nothing is under way."""
    if person is None or not person.adult:
        return []
    today = _today()
    numbers = await numbers_of(person, today)
    asked = [one for one in await cards.of_children(numbers) if one.state == "asked"]
    told = Mine(asked, (await _coming(numbers, today))[:3])
    return [Card("bibliotheque/home.html", told, rank=30)] if asked or told.coming else []


async def _coming(numbers: list[int], day: date) -> list[tuple[Activity, Coming]]:
    known = {one.id: one for one in await activities.from_day(day) if not one.cancelled_at}
    found = [(known[one.activity], one) for one in await activities.of_children(numbers, known)]
    return sorted(found, key=lambda pair: (pair[0].day, pair[0].begins, pair[1].id))


async def to_decide(person: Person) -> list[ToDo]:
    """Return the cards that wait, for whoever works at the library."""
    if not person.holds(*ROLES):
        return []
    waiting = await cards.to_decide()
    if not waiting:
        return []
    return [
        ToDo(
            title=f"{pluriel(len(waiting), 'carte')} de bibliothèque à valider",
            detail="Les familles attendent votre réponse.",
            action="Ouvrir",
            href=DESK,
            icon="signet",
            count=len(waiting),
            since=waiting[0].asked_at,
        )
    ]


async def events(person: Person, first: date, last: date) -> list[Event]:
    """Return what the children of a family come to, for its calendar."""
    if not person.adult:
        return []
    tenant = tenants.current()
    found = await _coming(await numbers_of(person, _today()), first)
    return [
        Event(
            f"bibliotheque:{one.id}",
            f"{one.name} : {activity.title}",
            activity.day,
            begins=begins_at(tenant, activity),
            ends=begins_at(tenant, activity) + timedelta(minutes=int(activity.lasts)),
            place=activity.place,
            href="/bibliotheque",
        )
        for activity, one in found
        if one.state == TAKEN and activity.day <= last
    ]


async def followed(person: Person) -> list[Followed]:
    """Return the cards a family asked for, for it to say which it writes about."""
    return [
        Followed(
            one.demande,
            f"Carte de bibliothèque de {one.name}",
            "/bibliotheque",
            f"{DESK}/cartes/{one.id}",
        )
        for one in await cards.of_children(await numbers_of(person, _today()))
    ]


def _today() -> date:
    return tenants.current().now().date()
