"""A family asks for a card, registers a child to an activity, or takes it off."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.identity.tables import Child
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import fire
from ribambelle_bibliotheque import acting
from ribambelle_bibliotheque.domain.ages import fits
from ribambelle_bibliotheque.domain.places import TAKEN
from ribambelle_bibliotheque.family import children_of, numbers_of
from ribambelle_bibliotheque.moments import begins_at
from ribambelle_bibliotheque.queries import activities, cards
from ribambelle_bibliotheque.queries.activities import Coming
from ribambelle_bibliotheque.queries.cards import Held
from ribambelle_bibliotheque.settings import Settings
from ribambelle_bibliotheque.tables import Activity
from ribambelle_bibliotheque.workflow import LIVING

HERE = "/bibliotheque"
REFUSED = {
    "card_already": "Cet enfant a déjà une carte, ou une demande en cours.",
    "registered_already": "Cet enfant est déjà inscrit, ou déjà sur la liste d’attente.",
    "wrong_state": "La bibliothèque a décidé entre-temps. Relisez où en est la carte.",
    "already_moved": "La bibliothèque a décidé entre-temps. Relisez où en est la carte.",
}


class ChildForm(msgspec.Struct, frozen=True):
    """For which child."""

    child: int


@dataclass(frozen=True)
class ChildCard:
    """One child, and the last card asked for it."""

    child: Child
    card: Held | None

    @property
    def may_ask(self) -> bool:
        """Tell whether a card may be asked for it."""
        return self.card is None or self.card.state not in LIVING


@dataclass(frozen=True)
class Offered:
    """One activity to come, with what it is for this family."""

    activity: Activity
    begins_at: datetime
    free: int
    waiting: int
    coming: list[Coming] = field(default_factory=list)
    open_to: list[Child] = field(default_factory=list)


@dataclass(frozen=True)
class LibraryPage:
    """The cards of a family's children, and what they may come to."""

    children: list[ChildCard]
    offered: list[Offered]
    card_cents: int
    card_months: int
    needs_card: bool


@get(
    HERE, name="bibliotheque.mine", told="Voir ses cartes et les activités", guards=[guards.family]
)
async def mine(
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show the cards of a family's children, and the activities to come."""
    children = await children_of(person, now.date())
    latest: dict[int, Held] = {}
    for card in await cards.of_children([child.id for child in children]):
        latest.setdefault(card.child, card)
    told = tenant.of(Settings)
    holders = {one.child for one in latest.values() if one.state == "given"}
    able = [one for one in children if not told.needs_card or one.id in holders]
    page = LibraryPage(
        [ChildCard(child, latest.get(child.id)) for child in children],
        await offered(tenant, children, able, now),
        told.card_cents,
        told.card_months,
        told.needs_card,
    )
    return Page("bibliotheque/family.html", page)


async def offered(
    tenant: Tenant, children: list[Child], able: list[Child], now: datetime
) -> list[Offered]:
    """Return the activities that have not begun; a cancelled one to the families it concerns."""
    found = await activities.from_day(now.astimezone(tenant.zone).date())
    counts = await activities.counts([one.id for one in found])
    coming: dict[int, list[Coming]] = {}
    for place in await activities.of_children([child.id for child in children], counts):
        coming.setdefault(place.activity, []).append(place)
    shown = []
    for one in found:
        at, mine = begins_at(tenant, one), coming.get(one.id, [])
        if at <= now or (one.cancelled_at and not mine):
            continue
        there = {place.child for place in mine}
        open_to = [
            child
            for child in able
            if child.id not in there and fits(child.born_on, one.day, one.from_age, one.to_age)
        ]
        taken, waiting = counts[one.id][TAKEN], counts[one.id]["waiting"]
        free = 0 if waiting else max(0, one.places - taken)
        shown.append(Offered(one, at, free, waiting, mine, [] if one.cancelled_at else open_to))
    return shown


@post(
    f"{HERE}/cartes",
    name="bibliotheque.ask",
    told="Demander une carte de bibliothèque",
    guards=[guards.family],
)
async def ask(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Ask for the card of one child."""
    child = await _child(request, person, now)
    price = tenant.of(Settings).card_cents
    try:
        await cards.ask(child, account=person.account, adult=person.adult, cents=price, now=now)
    except Refused as refused:
        return _told(seen, "erreur", REFUSED[refused.reason])
    return _told(seen, "ok", "La carte est demandée. La bibliothèque la vérifie et vous écrit.")


@post(
    f"{HERE}/cartes/{{card:int}}/retirer",
    name="bibliotheque.withdraw",
    told="Retirer une demande de carte",
    guards=[guards.family],
)
async def withdraw(
    card: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Take back a card the library has not decided of."""
    held = await cards.of_child(await numbers_of(person, now.date()), card)
    try:
        await fire(held.demande, "withdraw", side="family", account=person.account)
    except Refused as refused:
        return _told(seen, "erreur", REFUSED[refused.reason])
    return _told(seen, "ok", "La demande de carte est retirée.")


@post(
    f"{HERE}/activites/{{activity:int}}/inscrire",
    name="bibliotheque.register",
    told="Inscrire un enfant à une activité de la bibliothèque",
    guards=[guards.family],
)
async def register(
    request: Request[Any, Any, Any],
    activity: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Give a child a place, or a rank on the waiting list."""
    found = await activities.one(activity)
    child = await _child(request, person, now)
    try:
        state = await acting.register(tenant, person, found, child, now)
    except Refused as refused:
        return _told(seen, "erreur", _words(refused))
    if state == TAKEN:
        return _told(seen, "ok", "L’enfant est inscrit. Nous vous le rappelons la veille.")
    words = "L’activité est complète : l’enfant est sur la liste d’attente. Une place se libère ?"
    return _told(seen, "info", f"{words} Elle est à lui, et nous vous écrivons.")


@post(
    f"{HERE}/inscriptions/{{place:int}}/annuler",
    name="bibliotheque.leave",
    told="Annuler une inscription à la bibliothèque",
    guards=[guards.family],
)
async def leave(
    place: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Take a child off an activity; who waits is called."""
    held = await activities.own(await numbers_of(person, now.date()), place)
    found = await activities.one(held.activity)
    try:
        await acting.leave(tenant, found, held, person.account, now)
    except Refused as refused:
        return _told(seen, "erreur", _words(refused))
    return _told(seen, "ok", "L’inscription est annulée. Rien n’est dû.")


async def _child(request: Request[Any, Any, Any], person: Person, now: datetime) -> int:
    """Return the child a form names, if this person may book for it; no other exists."""
    form = await forms.read(request, ChildForm)
    if form.struct is None or form.struct.child not in await numbers_of(person, now.date()):
        raise NotYours
    return form.struct.child


def _words(refused: Refused) -> str:
    return str(refused.facts.get("words") or REFUSED[refused.reason])


def _told(seen: Visit, kind: str, words: str) -> Response[Any]:
    seen.tell(kind, words)
    return Redirect(HERE, status_code=303)


ROUTES = [mine, ask, withdraw, register, leave]
