"""How many children a crèche is authorised for, hour by hour: kept by the town hall, read by crèches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.domain import capacity
from ribambelle_creche.domain.authorisation import (
    EVERY_DAY,
    Authorised,
    Band,
    clock,
    decode,
    minutes_of,
    wrong,
)
from ribambelle_creche.domain.week import DAYS, HALVES, days
from ribambelle_creche.pages.facility_space import Space, calls_of, manager, to_call
from ribambelle_creche.queries import facilities
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Facility

town_hall = Holding("agent", "admin")


class BandForm(msgspec.Struct, frozen=True):
    """Hours at which the crèche is authorised for another number."""

    weekday: Annotated[int, Meta(ge=EVERY_DAY, lt=len(DAYS))]
    begins: Annotated[str, Meta(min_length=1, max_length=10)]
    ends: Annotated[str, Meta(min_length=1, max_length=10)]
    places: Annotated[int, Meta(ge=0, le=capacity.MOST)]


class TakenAway(msgspec.Struct, frozen=True):
    """The band to take away, by its day and its first minute."""

    weekday: int
    begins: int


@dataclass(frozen=True)
class AuthorisationPage:
    """The hours of one crèche, and what each half-day counts."""

    space: Space
    bands: list[Band]
    allowed: Authorised
    hours: list[tuple[str, str]]
    form: forms.Bound[BandForm] | None = None

    @property
    def days(self) -> list[tuple[str, str]]:
        """The days the crèche opens, to choose from."""
        told = enumerate(days(saturday=self.space.facility.opens_saturday))
        return [(str(EVERY_DAY), "Tous les jours"), *((str(n), one[2]) for n, one in told)]

    @property
    def half_days(self) -> list[tuple[str, list[int]]]:
        """One line per day: the children each of its halves counts."""
        return [
            (label, [self.allowed.at(f"{day}-{half}") for half in HALVES])
            for day, _, label in days(saturday=self.space.facility.opens_saturday)
        ]


async def authorisation_page(
    facility: Facility,
    tenant: Tenant,
    now: datetime,
    form: forms.Bound[BandForm] | None = None,
) -> Page:
    """Show the hours of a crèche, as they are kept or with what was just typed."""
    hours = tenant.of(Settings).hours
    page = AuthorisationPage(
        space=Space(facility, "/fiche", to_call(await calls_of(facility, tenant, now.date()))),
        bands=decode(facility.bands),
        allowed=facilities.authorised(facility, tenant),
        hours=[(half, f"{clock(hours[half][0])} – {clock(hours[half][1])}") for half in HALVES],
        form=form,
    )
    return Page("creche/facility/authorisation.html", page, status=422 if form else 200)


@get(
    "/creche/direction/{facility:int}/autorisation",
    name="creche.facility.authorisation",
    told="Voir les places autorisées d’une crèche, heure par heure",
    guards=[manager],
)
async def look(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show how many children a crèche is authorised for, hour by hour."""
    return await authorisation_page(await facilities.managed(person, facility), tenant, now)


@post(
    "/creche/direction/{facility:int}/autorisation",
    name="creche.facility.authorise",
    told="Écrire les places autorisées d’une crèche à certaines heures",
    guards=[town_hall],
)
async def add(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep hours at which a crèche is authorised for another number."""
    one = await facilities.managed(person, facility)
    form = await forms.read(request, BandForm)
    band, errors = band_of(form.struct) if form.struct else (None, form.errors)
    if band is not None:
        errors = wrong(band, decode(one.bands), one.places, saturday=one.opens_saturday)
    if band is None or errors:
        return await authorisation_page(
            one, tenant, now, forms.Bound[BandForm](None, errors, form.raw)
        )

    def with_it(bands: list[Band]) -> list[Band]:
        # somebody else may have written the same hours since: theirs stand
        is_wrong = wrong(band, bands, one.places, saturday=one.opens_saturday)
        return bands if is_wrong else [*bands, band]

    kept = await facilities.set_bands(one, with_it, person.account)
    if band not in kept:
        errors = wrong(band, kept, one.places, saturday=one.opens_saturday)
        found = forms.Bound[BandForm](None, errors, form.raw)
        one = await facilities.managed(person, facility)
        return await authorisation_page(one, tenant, now, found)
    places = formats.pluriel(band.places, "place autorisée", "places autorisées")
    seen.tell("ok", f"{band.words.capitalize()} : {places}.")
    return Redirect(f"/creche/direction/{facility}/autorisation", status_code=303)


def band_of(told: BandForm) -> tuple[Band | None, dict[str, str]]:
    """Return the band that was typed, or what is no hour in it.

    >>> band_of(BandForm(-1, "7h30", "8 h 30", 10))[0]
    Band(weekday=-1, begins=450, ends=510, places=10)
    >>> band_of(BandForm(-1, "tôt", "8 h 30", 10))[1]
    {'begins': 'Écrivez une heure, par exemple 7 h 30.'}
    """
    hours = {"begins": minutes_of(told.begins), "ends": minutes_of(told.ends)}
    errors = {
        name: "Écrivez une heure, par exemple 7 h 30."
        for name, minutes in hours.items()
        if minutes is None
    }
    begins, ends = hours["begins"], hours["ends"]
    if begins is None or ends is None:
        return None, errors
    return Band(told.weekday, begins, ends, told.places), {}


@post(
    "/creche/direction/{facility:int}/autorisation/retirer",
    name="creche.facility.unauthorise",
    told="Retirer des heures de l’autorisation d’une crèche",
    guards=[town_hall],
)
async def take_away(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Forget hours of an authorisation; doing it twice says the same."""
    one = await facilities.managed(person, facility)
    form = await forms.read(request, TakenAway)
    if form.struct is not None:
        gone = (form.struct.weekday, form.struct.begins)
        await facilities.set_bands(
            one,
            lambda bands: [each for each in bands if (each.weekday, each.begins) != gone],
            person.account,
        )
        seen.tell("ok", "Tranche retirée.")
    return Redirect(f"/creche/direction/{facility}/autorisation", status_code=303)


ROUTES = [look, add, take_away]
