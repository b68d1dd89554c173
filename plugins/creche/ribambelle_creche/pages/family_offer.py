"""A place offered: what it is, until when, and the two buttons that answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche import chaining, letters, offering
from ribambelle_creche.domain import week
from ribambelle_creche.domain.age import LABELS
from ribambelle_creche.domain.offers import NOT_FREED, STATES, costs_nothing, is_elsewhere, is_late
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.placing import CALL_FIRST, share_of
from ribambelle_creche.queries import applications, commissions, decisions, offers
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Offer


@dataclass(frozen=True)
class OfferPage:
    """An offer, with those made with it for the other children of the file."""

    file: Mine
    offer: Offer
    places: list[Offer]
    ends: bool
    """Declining ends the file."""
    lapses: bool
    """So does no answer at all."""
    part: str = ""
    """For how many children of the file the place is; empty when it is for all."""
    call_first: str = CALL_FIRST
    rests: bool = False
    """A child who is asked to go elsewhere still holds the place, and its family has to answer."""

    @property
    def is_move(self) -> bool:
        """Tell whether the child is in a crèche already, and keeps its place until it goes."""
        return self.offer.origin == "transfer"

    @property
    def is_agreed(self) -> bool:
        """Tell whether the family said yes, and waits for another's answer."""
        return self.is_live and self.offer.agreed_at is not None

    @property
    def is_not_left(self) -> bool:
        """Tell whether it was taken back because the child who held the place stays."""
        return self.offer.reason == NOT_FREED

    @property
    def is_live(self) -> bool:
        """Tell whether it may be answered."""
        return self.offer.state == "live"

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        return STATES[self.offer.state]

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the family named none of these crèches: it accepted any other."""
        return is_elsewhere(self.places)

    @property
    def is_late(self) -> bool:
        """Tell whether it begins after the last day the family said."""
        return is_late(self.places)

    @staticmethod
    def days(offer: Offer) -> str:
        """Return the days of a place."""
        return week.words(offer.slots)

    @staticmethod
    def group(offer: Offer) -> str:
        """Return the section of a place."""
        return LABELS.get(offer.age_group, "")


async def offered(number: int, person: Person, tenant: Tenant, now: datetime) -> tuple[Offer, Mine]:
    """Return an offer to whoever may answer it; read after its last day, it falls first."""
    offer = await offers.one(number)
    await applications.mine(person, int(offer.application))
    if await offering.lapse(tenant, offer, now):
        offer = await offers.one(number)
    return offer, await applications.mine(person, int(offer.application))


@get(
    "/creche/offres/{offer:int}",
    name="creche.offer",
    reads="creche.offer:{offer}",
    told="Lire la place proposée",
    guards=[filer],
)
async def look(
    offer: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show what is offered, when, which days, until when."""
    one, file = await offered(offer, person, tenant, now)
    places = await offers.beside(one)
    ends = tenant.of(Settings).decline_closes and not costs_nothing(places)
    page = OfferPage(
        file,
        one,
        places,
        ends,
        tenant.of(Settings).lapse_closes,
        await share_of(places),
        rests=await chaining.rests(one),
    )
    return Page("creche/family/offer.html", page)


@post(
    "/creche/offres/{offer:int}/accepter",
    name="creche.offer.accept",
    told="Accepter la place proposée",
    guards=[filer],
)
async def accept(
    offer: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Accept the place; doing it twice says the same."""
    one, file = await offered(offer, person, tenant, now)
    try:
        is_sure = await offering.accept(one, person.account, file.side, now)
    except Refused as refusal:
        return gone(refusal, one, "accepted", seen)
    if is_sure:
        seen.tell("ok", f"Place acceptée à {one.facility.name}. La crèche appelle bientôt.")
    else:
        seen.tell("ok", "C’est noté. La place attend la réponse d’une autre famille.")
    return Redirect(f"/creche/offres/{offer}", status_code=303)


@post(
    "/creche/offres/{offer:int}/refuser",
    name="creche.offer.decline",
    told="Refuser la place proposée",
    guards=[filer],
)
async def decline(
    offer: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Decline the place; doing it twice says the same."""
    one, file = await offered(offer, person, tenant, now)
    try:
        await offering.decline(tenant, one, person.account, file.side, now)
    except Refused as refusal:
        return gone(refusal, one, "declined", seen)
    seen.tell("ok", "Place refusée. Elle ira à une autre famille.")
    return Redirect(f"/creche/offres/{offer}", status_code=303)


def another(number: str, facility: str, state: str) -> str:
    """Return what to do about the place a child has by another file.

    >>> another("C-2", "Les Lilas", "accepted")
    'Cet enfant entre bientôt à Les Lilas (demande C-2). Pour changer de crèche, appelez la mairie.'
    """
    if state == "live":
        told = "Une place est aussi proposée à cet enfant à {} (demande {})."
        return f"{told.format(facility, number)} Refusez-la d’abord pour choisir celle-ci."
    told = "Cet enfant entre bientôt à {} (demande {})."
    return f"{told.format(facility, number)} Pour changer de crèche, appelez la mairie."


GONE = ("offer_over", "offer_answered", "already_moved", "wrong_state")


def gone(refusal: Refused, offer: Offer, wanted: str, seen: Visit) -> Redirect:
    """Lead back to the page, which says what became of the offer; others are raised again."""
    if refusal.reason == "child_has_offer":
        seen.tell("erreur", another(**refusal.facts))
        return Redirect(f"/creche/offres/{offer.id}", status_code=303)
    if refusal.reason not in GONE:
        raise refusal
    if offer.state != wanted:
        seen.tell("info", "Cette place ne peut plus recevoir de réponse. Voici où elle en est.")
    return Redirect(f"/creche/offres/{offer.id}", status_code=303)


@get(
    "/creche/demandes/{number:int}/decision",
    name="creche.decision_pdf",
    reads="creche.application:{number}",
    told="Télécharger la réponse de la commission",
    guards=[filer],
)
async def letter(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[Any]:
    """Send the letter of the last decision on a file."""
    file = await applications.mine(person, number)
    answer = await decisions.last_of(number)
    if answer is None:
        raise NotYours
    row = await commissions.one(answer.commission.id)
    made = await letters.paper(tenant, row, [answer])
    headers = {
        "content-disposition": f'attachment; filename="reponse-{file.application.number}.pdf"'
    }
    return Response(made, media_type="application/pdf", headers=headers)


ROUTES = [look, accept, decline, letter]
