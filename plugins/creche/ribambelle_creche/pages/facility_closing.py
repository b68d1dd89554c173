"""A crèche closed for good by the town hall, told what it stops and keeps; or opened again."""

from dataclasses import dataclass
from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.pages.facility_saturday import named
from ribambelle_creche.pages.facility_space import Space, calls_of, to_call
from ribambelle_creche.queries import closings, facilities
from ribambelle_creche.queries.closings import Concerned

town_hall = Holding("agent", "admin")
HELD = (
    "Rien n’est changé : cette crèche reste ouverte. La page dit qui y est encore, et quoi faire."
)


@dataclass(frozen=True)
class ClosingPage:
    """What closing a crèche stops and keeps, and whom it concerns."""

    space: Space
    on: Concerned


@get(
    "/creche/direction/{facility:int}/fermer",
    name="creche.facility.closing",
    told="Voir ce qu’arrêterait la fermeture d’une crèche",
    guards=[town_hall],
)
async def closing(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Say what closing a crèche stops and keeps, before anything is done."""
    one = await facilities.managed(person, facility)
    space = Space(one, "/fiche", to_call(await calls_of(one, tenant, now.date())))
    page = ClosingPage(space, await closings.of_facility(facility, now.date()))
    return Page("creche/facility/closing.html", page)


@post(
    "/creche/direction/{facility:int}/fermer",
    name="creche.facility.close",
    told="Fermer une crèche",
    guards=[town_hall],
)
async def close(
    facility: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Close a crèche, unless somebody is still there."""
    one = await closings.either(facility)
    try:
        on = await closings.close(facility, person.account, now.date())
    except Refused as refusal:
        if refusal.reason != "facility_held":
            raise
        seen.tell("alerte", HELD)
        return Redirect(f"/creche/direction/{facility}/fermer", status_code=303)
    seen.tell("ok", f"{one.name} est fermée. {waiting(on)}")
    return Redirect("/creche/direction", status_code=303)


@post(
    "/creche/direction/{facility:int}/rouvrir",
    name="creche.facility.reopen",
    told="Rouvrir une crèche",
    guards=[town_hall],
)
async def reopen(
    facility: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Open again a crèche that closed: its sheet, its places and its list are as they were."""
    await closings.either(facility)
    await closings.reopen(facility, person.account)
    seen.tell("ok", "La crèche est rouverte, comme elle était : relisez sa fiche et ses places.")
    return Redirect(f"/creche/direction/{facility}/fiche", status_code=303)


def waiting(on: Concerned) -> str:
    """Say who wishes for a crèche that has just closed, and what to do.

    >>> waiting(Concerned((), (), (), ("C-12",))).replace(formats.NBSP, " ")
    '1 demande garde ce vœu (C-12) : appelez la famille pour qu’elle en choisisse une autre.'
    >>> waiting(Concerned((), (), (), ()))
    'Aucune demande ne la souhaitait.'
    """
    if not on.wishes:
        return "Aucune demande ne la souhaitait."
    many = formats.pluriel(len(on.wishes), "demande garde", "demandes gardent")
    whom = (
        "les familles pour qu’elles en choisissent"
        if len(on.wishes) > 1
        else "la famille pour qu’elle en choisisse"
    )
    return f"{many} ce vœu ({named(on.wishes)}) : appelez {whom} une autre."


ROUTES = [closing, close, reopen]
