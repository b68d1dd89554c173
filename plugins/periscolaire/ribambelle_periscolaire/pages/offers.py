"""Places offered from a waiting list: what, until when, and two buttons."""

from dataclasses import dataclass
from datetime import date, datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import offering
from ribambelle_periscolaire.domain.catalogue import Activity, Unit
from ribambelle_periscolaire.queries import catalogue, waiting_lists


@dataclass(frozen=True, slots=True)
class Place:
    """One place offered, or one waiting line somebody stands in."""

    booking: int
    child: str
    activity: Activity
    unit: Unit
    day: date
    cents: int
    until: datetime | None = None
    rank: int = 0


@dataclass(frozen=True)
class OffersPage:
    """What is offered to a family, and what it waits for."""

    offered: list[Place]
    waiting: list[Place]


@get(
    "/periscolaire/offres",
    name="periscolaire.offers",
    told="Voir les places proposées et les listes d’attente de sa famille",
    guards=[guards.family],
)
async def offers(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    """Show the places offered to a family, and its ranks where it waits."""
    known = await catalogue.current()
    found = await waiting_lists.own(person, now.date())
    places = [
        Place(
            row["id"],
            row["given_name"],
            known.activity_of(row["unit"]),
            known.units[row["unit"]],
            row["day"],
            row["cents"] or 0,
            row["offered_until"],
            row["rank"],
        )
        for row in found
        if row["unit"] in known.units
    ]
    page = OffersPage([p for p in places if p.until], [p for p in places if not p.until])
    return Page("periscolaire/offers.html", page)


@post(
    "/periscolaire/offres/{booking:int}/accepter",
    name="periscolaire.accept",
    told="Accepter une place proposée",
    guards=[guards.family],
)
async def accept(
    booking: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Take the place; twice says the same."""
    if await offering.accept(tenant, person, booking, now):
        seen.tell("ok", "Place acceptée : c’est réservé.")
    else:
        seen.tell("info", "Cette proposition n’attend plus de réponse. Voici où vous en êtes.")
    return Redirect("/periscolaire/offres", status_code=303)


@post(
    "/periscolaire/offres/{booking:int}/refuser",
    name="periscolaire.decline",
    told="Refuser une place proposée",
    guards=[guards.family],
)
async def decline(
    booking: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Leave the place to the next; twice says the same."""
    if await offering.decline(tenant, person, booking, now):
        seen.tell("ok", "Place refusée : elle est proposée à la famille suivante.")
    else:
        seen.tell("info", "Cette proposition n’attend plus de réponse. Voici où vous en êtes.")
    return Redirect("/periscolaire/offres", status_code=303)


ROUTES = [offers, accept, decline]
