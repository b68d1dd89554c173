"""A child will not come: one form, open at any hour, whatever the delay to cancel."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from ribambelle.forms import Bound, read
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_periscolaire import booking
from ribambelle_periscolaire.booking import FARTHEST
from ribambelle_periscolaire.domain.doors import Pupil
from ribambelle_periscolaire.domain.taking import Line, Wanted
from ribambelle_periscolaire.gathering import Gathered, gather
from ribambelle_periscolaire.pages.results import Results, results_of
from ribambelle_periscolaire.queries import bookings

REASONS = {
    "sick": "Mon enfant est malade",
    "appointment": "Un rendez-vous",
    "family": "Un évènement familial",
    "other": "Une autre raison",
}
LONGEST = timedelta(days=92)


class Absence(msgspec.Struct, frozen=True):
    """What a family says of an absence."""

    enfant: int
    premier: date
    dernier: date | None = None
    raison: str = "sick"


@dataclass(frozen=True)
class AbsencePage:
    """The form, and what became of the last one."""

    pupils: list[Pupil]
    child: int
    today: date
    form: Bound[Absence] | None = None
    results: Results | None = None
    reasons: tuple[tuple[str, str], ...] = tuple(REASONS.items())

    @property
    def options(self) -> list[tuple[int, str]]:
        """The children to choose from."""
        return [(pupil.id, pupil.name) for pupil in self.pupils]

    @property
    def due(self) -> list[Line]:
        """The days that could not be cancelled any more."""
        return self.results.of("absent") if self.results else []


@get(
    "/periscolaire/absence",
    name="periscolaire.absence",
    told="Signaler l’absence d’un enfant",
    guards=[guards.family],
)
async def ask(
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    enfant: FromQuery[int] = 0,
    fait: FromQuery[str] = "",
) -> Page:
    """Show the form; after it, day by day, what is cancelled and what stays due."""
    gathered = await gather(tenant, person, now.date(), now.date(), now)
    lines = booking.read(await bookings.answered(person, fait)) if fait else []
    return _page(gathered, enfant, now, results=results_of(gathered, lines))


@post(
    "/periscolaire/absence",
    name="periscolaire.tell_absence",
    told="Enregistrer l’absence d’un enfant",
    guards=[guards.family],
)
async def tell(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page | Redirect:
    """Cancel what still can be, say the child absent for the rest."""
    bound = _checked(await read(request, Absence), now.date())
    if bound.struct is None:
        gathered = await gather(tenant, person, now.date(), now.date(), now)
        return _page(gathered, 0, now, form=bound)
    said = bound.value
    last = said.dernier or said.premier
    gathered = await gather(tenant, person, said.premier, last, now)
    wanted = [
        Wanted(child, unit, day, "absent", said.raison)
        for (child, day, unit), held in sorted(gathered.held.items())
        if child == said.enfant and held.state == "booked" and child in gathered.family.pupils
    ]
    if not wanted:
        nothing = bound.wrong(premier="Rien n’est réservé ces jours-là : il n’y a rien à signaler.")
        return _page(gathered, said.enfant, now, form=nothing)
    key = secrets.token_urlsafe(12)
    await booking.save(tenant, person, wanted, key, now)
    there = f"/periscolaire/absence?enfant={said.enfant}&fait={quote(key)}"
    return Redirect(there, status_code=303)


def _checked(bound: Bound[Absence], today: date) -> Bound[Absence]:
    if bound.struct is None:
        return bound
    said = bound.value
    last = said.dernier or said.premier
    if said.premier < today:
        return bound.wrong(
            premier="Ce jour est passé. Écrivez à la mairie : elle corrige les présences."
        )
    if last < said.premier:
        return bound.wrong(dernier="Le dernier jour vient avant le premier.")
    if last - today > FARTHEST:
        return bound.wrong(premier="Choisissez un jour de cette année scolaire ou de la suivante.")
    if last - said.premier > LONGEST:
        return bound.wrong(dernier="Trois mois au plus. Pour plus longtemps, écrivez à la mairie.")
    if said.raison not in REASONS:
        return bound.wrong(raison="Choisissez une des réponses proposées.")
    return bound


def _page(
    gathered: Gathered,
    child: int,
    now: datetime,
    *,
    form: Bound[Absence] | None = None,
    results: Results | None = None,
) -> Page:
    pupils = list(gathered.family.pupils.values())
    chosen = child if child in gathered.family.pupils else pupils[0].id if len(pupils) == 1 else 0
    page = AbsencePage(pupils, chosen, now.date(), form, results)
    return Page("periscolaire/absence.html", page, status=422 if form else 200)


ROUTES = [ask, tell]
