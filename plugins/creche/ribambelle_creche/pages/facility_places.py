"""What a crèche says of itself: its free places, half-day by half-day, and its sheet."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.domain import capacity
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.authorisation import Authorised
from ribambelle_creche.domain.capacity import Cell, Place
from ribambelle_creche.domain.facility import glued
from ribambelle_creche.domain.week import HALVES, days
from ribambelle_creche.pages.facility_space import Space, calls_of, manager, side_of, to_call
from ribambelle_creche.queries import facilities, saturdays
from ribambelle_creche.queries.saturdays import OnSaturday
from ribambelle_creche.tables import Facility

SHUT = (
    "La crèche n’ouvre plus le samedi : rien n’est enregistré. Les autres jours sont ci-dessous "
    "comme vous les avez écrits ; enregistrez-les."
)


@dataclass(frozen=True)
class PlacesPage:
    """The places of a crèche, half-day by half-day, as they are or as they were just typed."""

    space: Space
    cells: dict[Place, Cell]
    allowed: Authorised
    changed_at: datetime | None
    form: forms.Bound[Any] | None = None

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The age groups, one table each."""
        return [(group, LABELS[group]) for group in GROUPS]

    @property
    def above(self) -> list[tuple[str, int]]:
        """The half-days with more places than the crèche is authorised for."""
        return capacity.above(self.cells, self.allowed)

    def rows(self, group: str) -> list[tuple[str, list[tuple[str, str, int]]]]:
        """Return the half-days of a group: their name, then each number with its field."""
        return [
            (
                capacity.half_day(weekday, half),
                [
                    (label, capacity.field((group, weekday, half), what), getattr(cell, what))
                    for label, what in (("places", "places"), ("libres", "free"))
                ],
            )
            for weekday in range(len(days(saturday=self.space.facility.opens_saturday)))
            for half in HALVES
            for cell in [self.cells.get((group, weekday, half), Cell())]
        ]


async def places_page(
    facility: Facility,
    tenant: Tenant,
    today: date,
    form: forms.Bound[Any] | None = None,
) -> Page:
    """Show the places of a crèche."""
    changed = await facilities.changed_at(facility.id)
    page = PlacesPage(
        space=Space(facility, "/places", to_call(await calls_of(facility, tenant, today))),
        cells=await facilities.grid(facility.id),
        allowed=facilities.authorised(facility, tenant),
        changed_at=changed.astimezone(tenant.zone) if changed else None,
        form=form,
    )
    return Page("creche/facility/places.html", page, status=422 if form else 200)


@get(
    "/creche/direction/{facility:int}/places",
    name="creche.facility.places",
    told="Voir les places d’une crèche",
    guards=[manager],
)
async def places(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the places of a crèche, to change them."""
    return await places_page(await facilities.managed(person, facility), tenant, now.date())


@post(
    "/creche/direction/{facility:int}/places",
    name="creche.facility.set_places",
    told="Changer les places d’une crèche",
    guards=[manager],
)
async def set_places(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Save the places of a crèche, all of them or none."""
    one = await facilities.managed(person, facility)
    typed = dict((await request.form()).items())
    cells, errors = capacity.read(typed, saturday=capacity.has_saturday(typed))
    if errors:
        # half a grid is not what somebody typed: what is kept is shown instead
        form = forms.Bound[Any](None, errors, typed if cells else {})
        return await places_page(one, tenant, now.date(), form)
    try:
        changed = await facilities.set_grid(facility, cells, person.account, now, side_of(person))
    except Refused as refusal:
        if refusal.reason != "saturday_closed":
            raise
        shut = forms.Bound[Any](None, {"": SHUT}, typed)
        return await places_page(
            await facilities.managed(person, facility), tenant, now.date(), shut
        )
    seen.tell("ok", told(changed))
    return Redirect(f"/creche/direction/{facility}/places", status_code=303)


def told(changed: int) -> str:
    """Say how many half-days changed.

    >>> told(0), told(1), told(3)
    ('Rien n’a changé.', '1 demi-journée enregistrée.', '3 demi-journées enregistrées.')
    """
    if not changed:
        return "Rien n’a changé."
    return f"{changed} demi-journée{'s' * (changed > 1)} enregistrée{'s' * (changed > 1)}."


class SheetForm(msgspec.Struct, frozen=True):
    """What a crèche says of itself to families."""

    hours: Annotated[str, Meta(max_length=120)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    languages: Annotated[str, Meta(max_length=200)] = ""
    project: Annotated[str, Meta(max_length=4000)] = ""
    parent_support: Annotated[str, Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class EditPage:
    """The sheet of a crèche, to change it."""

    space: Space
    on_saturday: OnSaturday
    form: forms.Bound[SheetForm] | None = None


async def edit_page(
    facility: Facility,
    tenant: Tenant,
    today: date,
    form: forms.Bound[SheetForm] | None = None,
) -> Page:
    """Show the sheet of a crèche."""
    space = Space(facility, "/fiche", to_call(await calls_of(facility, tenant, today)))
    page = EditPage(space, await saturdays.of_facility(facility.id, today), form)
    return Page("creche/facility/edit.html", page, status=422 if form else 200)


@get(
    "/creche/direction/{facility:int}/fiche",
    name="creche.facility.sheet",
    told="Voir la fiche d’une crèche",
    guards=[manager],
)
async def sheet(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the sheet of a crèche, to change it."""
    return await edit_page(await facilities.managed(person, facility), tenant, now.date())


@post(
    "/creche/direction/{facility:int}/fiche",
    name="creche.facility.edit",
    told="Changer la fiche d’une crèche",
    guards=[manager],
)
async def edit(
    request: Request[Any, Any, Any],
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Save what a crèche says of itself; families read it at once."""
    one = await facilities.managed(person, facility)
    form = await forms.read(request, SheetForm)
    if form.struct is None:
        return await edit_page(one, tenant, now.date(), form)
    sheet = {**msgspec.structs.asdict(form.struct), "hours": glued(form.struct.hours)[:120]}
    await facilities.edit_sheet(facility, sheet, person.account, side_of(person))
    seen.tell("ok", "Fiche enregistrée : les familles la lisent dès maintenant.")
    return Redirect(f"/creche/direction/{facility}/fiche", status_code=303)


ROUTES = [places, set_places, sheet, edit]
