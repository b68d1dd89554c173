"""The library decides of cards, and sees what is to come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.formats import moment_court
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import history
from ribambelle_bibliotheque import acting
from ribambelle_bibliotheque.moments import begins_at
from ribambelle_bibliotheque.pages.guards import librarian
from ribambelle_bibliotheque.queries import activities, cards, figures
from ribambelle_bibliotheque.queries.cards import Held
from ribambelle_bibliotheque.tables import Activity, Figure

DESK = "/bureau/bibliotheque"
ACTS = [("give", "Valider la carte"), ("refuse", "La refuser")]
MEANWHILE = "Cette carte n’attend plus de décision : la famille, ou un collègue, a agi entre-temps."


class DecisionForm(msgspec.Struct, frozen=True):
    """What the library decides, and why when the family reads it."""

    act: str
    reason: Annotated[str, msgspec.Meta(max_length=1000)] = ""


@dataclass(frozen=True)
class Line:
    """One activity in a list."""

    activity: Activity
    begins_at: datetime
    taken: int
    waiting: int


@dataclass(frozen=True)
class DeskPage:
    """What waits, what is to come, and the figures published."""

    cards: list[Held]
    coming: list[Line]
    past: list[Line]
    months: list[Figure]


@dataclass(frozen=True)
class CardPage:
    """One card, what became of it, and the decision."""

    card: Held
    past: list[tuple[str, str, str, bool]]
    acts: list[tuple[str, str]]
    form: forms.Bound[DecisionForm] | None = None


@get(DESK, name="bibliotheque.office", told="Voir la bibliothèque", guards=[librarian])
async def desk(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Show the cards to decide, the oldest first, and the activities."""
    day = now.astimezone(tenant.zone).date()
    coming, past = await activities.from_day(day), await activities.before(day)
    counts = await activities.counts([one.id for one in (*coming, *past)])

    def lines(found: list[Activity]) -> list[Line]:
        return [
            Line(one, begins_at(tenant, one), counts[one.id]["taken"], counts[one.id]["waiting"])
            for one in found
        ]

    page = DeskPage(await cards.to_decide(), lines(coming), lines(past), await figures.latest())
    return Page("bibliotheque/office.html", page)


@get(
    f"{DESK}/cartes/{{card:int}}",
    name="bibliotheque.card",
    told="Lire une demande de carte",
    guards=[librarian],
)
async def card_page(card: FromPath[int], tenant: NamedDependency[Tenant]) -> Page:
    """Show one card."""
    return await _card_page(tenant, await cards.one(card))


@post(
    f"{DESK}/cartes/{{card:int}}",
    name="bibliotheque.decide",
    told="Valider ou refuser une carte",
    guards=[librarian],
)
async def decide(
    request: Request[Any, Any, Any],
    card: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Give a card, or refuse it and say why."""
    held = await cards.one(card)
    form = await forms.read(request, DecisionForm)
    if form.struct is not None and form.struct.act not in dict(ACTS):
        form = form.wrong(act="Choisissez une des deux décisions.")
    if form.struct is None:
        return await _card_page(tenant, held, form)
    try:
        await acting.decide(tenant, held, form.struct.act, form.struct.reason, person.account, now)
    except Refused as refused:
        if refused.reason == "reason_needed":
            wrong = form.wrong(reason="Écrivez pourquoi : la famille lira cette phrase.")
            return await _card_page(tenant, held, wrong)
        seen.tell("alerte", MEANWHILE)
        return Redirect(f"{DESK}/cartes/{card}", status_code=303)
    done = "validée" if form.struct.act == "give" else "refusée"
    seen.tell("ok", f"La carte {held.number} est {done}. La famille en est prévenue.")
    return Redirect(DESK, status_code=303)


async def _card_page(
    tenant: Tenant, card: Held, form: forms.Bound[DecisionForm] | None = None
) -> Page:
    past = [
        (
            moment_court(step.at.astimezone(tenant.zone)),
            f"{step.label}. {step.reason}".strip(),
            f"Par {step.whose}",
            step.side == "family",
        )
        for step in await history(card.demande)
    ]
    page = CardPage(card, past, ACTS if card.state == "asked" else [], form)
    return Page("bibliotheque/card.html", page, status=422 if form else 200)


ROUTES = [desk, card_page, decide]
