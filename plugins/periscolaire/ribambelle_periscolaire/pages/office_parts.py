"""The units and the groups of an activity, as an agent keeps them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, schools
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import keeping
from ribambelle_periscolaire.domain.activities import PARTS, each, on
from ribambelle_periscolaire.domain.words import WEEKDAYS
from ribambelle_periscolaire.keeping import Consequences
from ribambelle_periscolaire.pages.offer_forms import (
    GroupForm,
    UnitForm,
    checked_group,
    checked_unit,
)
from ribambelle_periscolaire.pages.office import (
    ACTIVITY,
    DESK,
    capacity_of,
    sentence,
    shown_version,
    status_of,
)
from ribambelle_periscolaire.queries import catalogue, offer
from ribambelle_periscolaire.tables import Activity, Group, Unit

DAYS = tuple((number, name.capitalize()) for number, name in enumerate(WEEKDAYS))
MOMENTS = tuple((part, name.capitalize()) for part, name in PARTS.items())


@dataclass(frozen=True)
class UnitPage:
    """A unit to write."""

    activity: Activity
    row: Unit | None
    version: str
    needed: list[tuple[int, str]]
    form: Bound[UnitForm] | None = None
    is_rival: bool = False
    found: Consequences | None = None
    days: tuple[tuple[int, str], ...] = DAYS
    moments: tuple[tuple[int, str], ...] = MOMENTS

    @property
    def href(self) -> str:
        """Where the form leads."""
        return (
            f"{DESK}/unites/{self.row.id}" if self.row else f"{ACTIVITY}/{self.activity.id}/unites"
        )

    @property
    def weekdays(self) -> list[int]:
        """The days it is offered, as they stand."""
        return [day for day in range(7) if on(self.row.weekdays if self.row else 31, day)]

    @property
    def parts(self) -> list[int]:
        """The moments it takes."""
        return list(each(self.row.parts)) if self.row else []

    @property
    def unit_names(self) -> dict[int, str]:
        """This unit, for what is listed."""
        return {self.row.id: self.row.name} if self.row else {}


async def _unit_page(
    activity: Activity,
    row: Unit | None = None,
    form: Bound[UnitForm] | None = None,
    *,
    is_rival: bool = False,
    found: Consequences | None = None,
) -> Page:
    named = {one.id: one.name for one in await offer.activities()}
    needed = [
        (one.id, f"{named[int(one.activity)]} : {one.name}")
        for one in await offer.units()
        # what it needs already is still offered, closed or not: saving the page must not drop it
        if (one.is_open or (row and one.id == row.needs)) and (row is None or one.id != row.id)
    ]
    version = shown_version(form, row, is_rival=is_rival)
    page = UnitPage(activity, row, version, needed, form, is_rival, found)
    status = status_of(form, is_rival=is_rival, found=found)
    return Page("periscolaire/office/unit.html", page, status=status)


@get(
    f"{ACTIVITY}/{{number:int}}/unites/nouvelle",
    name="periscolaire.new_unit",
    told="Écrire une nouvelle unité",
    guards=[guards.agent],
)
async def new_unit(number: FromPath[int]) -> Page:
    """Ask what may be booked."""
    return await _unit_page(await offer.one(Activity, number))


@get(
    f"{DESK}/unites/{{number:int}}",
    name="periscolaire.unit",
    told="Voir une unité à changer",
    guards=[guards.agent],
)
async def one_unit(number: FromPath[int]) -> Page:
    """Show a unit, to change it."""
    row = await offer.one(Unit, number)
    return await _unit_page(await offer.one(Activity, int(row.activity)), row)


@post(
    f"{ACTIVITY}/{{number:int}}/unites",
    name="periscolaire.add_unit",
    told="Ouvrir une unité",
    guards=[guards.agent],
)
async def add_unit(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open something to book in an activity."""
    activity = await offer.one(Activity, number)
    form = checked_unit(await forms.read(request, UnitForm), None, await offer.units())
    if form.struct is None:
        return await _unit_page(activity, form=form)
    values = form.struct.values | {"code": form.struct.code, "activity": activity.id}
    try:
        await keeping.add(tenant, Unit, values, person.account, now)
    except Refused as refusal:
        if found := refusal.facts.get("found"):
            return await _unit_page(activity, form=form, found=found)
        return await _unit_page(activity, form=form.wrong(code=sentence(refusal)))
    seen.tell("ok", f"{form.struct.name} : c’est enregistré.")
    return Redirect(f"{ACTIVITY}/{number}", status_code=303)


@post(
    f"{DESK}/unites/{{number:int}}",
    name="periscolaire.change_unit",
    told="Changer ou fermer une unité",
    guards=[guards.agent],
)
async def change_unit(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Change a unit, unless a family would lose a day it booked."""
    row = await offer.one(Unit, number)
    activity = await offer.one(Activity, int(row.activity))
    form = checked_unit(await forms.read(request, UnitForm), row, await offer.units())
    if form.struct is None:
        return await _unit_page(activity, row, form)
    told = form.struct
    try:
        await keeping.change(tenant, row, told.version, told.values, person.account, now)
    except Refused as refusal:
        found, rival = refusal.facts.get("found"), refusal.reason == "offer_moved"
        if not found and not rival:
            form = form.wrong(parts=sentence(refusal))
        row = await offer.one(Unit, number)
        return await _unit_page(activity, row, form, is_rival=rival, found=found)
    seen.tell("ok", f"{told.name} : c’est enregistré.")
    return Redirect(f"{ACTIVITY}/{activity.id}", status_code=303)


@dataclass(frozen=True)
class GroupPage:
    """A group to write, and what its change would do."""

    activity: Activity
    row: Group | None
    version: str
    capacity: str
    schools: list[tuple[int, str]]
    names: dict[int, str]
    unit_names: dict[int, str]
    form: Bound[GroupForm] | None = None
    is_rival: bool = False
    found: Consequences | None = None

    @property
    def href(self) -> str:
        """Where the form leads."""
        if self.row:
            return f"{DESK}/groupes/{self.row.id}"
        return f"{ACTIVITY}/{self.activity.id}/groupes"

    @property
    def is_to_confirm(self) -> bool:
        """Tell whether children change groups, and nothing else stands in the way."""
        found = self.found
        return bool(found and found.moving and not found.over and not found.stranded)


async def _group_page(
    activity: Activity,
    row: Group | None = None,
    form: Bound[GroupForm] | None = None,
    *,
    is_rival: bool = False,
    found: Consequences | None = None,
) -> Page:
    names = {one.id: one.name for one in await offer.groups(activity.id)}
    page = GroupPage(
        activity,
        row,
        shown_version(form, row, is_rival=is_rival),
        capacity_of(await catalogue.current(), row) if row else "",
        list((await _schools(row)).items()),
        names | dict.fromkeys(_new(found, names), "le nouveau groupe"),
        {one.id: one.name for one in await offer.units(activity.id)},
        form,
        is_rival,
        found,
    )
    status = status_of(form, is_rival=is_rival, found=found)
    return Page("periscolaire/office/group.html", page, status=status)


async def _schools(row: Group | None) -> dict[int, str]:
    """Return the schools a group may be of: those that are open, and its own."""
    mine = row.school if row else None
    return {one.id: one.name for one in await schools.every() if one.is_open or one.id == mine}


def _new(found: Consequences | None, names: dict[int, str]) -> set[int]:
    return {one.group for one in found.moving} - names.keys() if found else set()


@get(
    f"{ACTIVITY}/{{number:int}}/groupes/nouveau",
    name="periscolaire.new_group",
    told="Écrire un nouveau groupe",
    guards=[guards.agent],
)
async def new_group(number: FromPath[int]) -> Page:
    """Ask which children are received together."""
    return await _group_page(await offer.one(Activity, number))


@get(
    f"{DESK}/groupes/{{number:int}}",
    name="periscolaire.group",
    told="Voir un groupe à changer",
    guards=[guards.agent],
)
async def one_group(number: FromPath[int]) -> Page:
    """Show a group, to change it."""
    row = await offer.one(Group, number)
    return await _group_page(await offer.one(Activity, int(row.activity)), row)


@post(
    f"{ACTIVITY}/{{number:int}}/groupes",
    name="periscolaire.add_group",
    told="Ouvrir un groupe",
    guards=[guards.agent],
)
async def add_group(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open a group; children of another who would come to it are listed first."""
    activity = await offer.one(Activity, number)
    form = await _checked(await forms.read(request, GroupForm), activity, None)
    if form.struct is None:
        return await _group_page(activity, form=form)
    values = form.struct.values | {"activity": activity.id}
    sure = form.struct.confirme
    try:
        await keeping.add(tenant, Group, values, person.account, now, confirmed=sure)
    except Refused as refusal:
        if "found" not in refusal.facts:
            raise
        return await _group_page(activity, form=form, found=refusal.facts["found"])
    seen.tell("ok", f"{form.struct.name} : c’est enregistré.")
    return Redirect(f"{ACTIVITY}/{number}", status_code=303)


@post(
    f"{DESK}/groupes/{{number:int}}",
    name="periscolaire.change_group",
    told="Changer ou fermer un groupe",
    guards=[guards.agent],
)
async def change_group(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Change a group: children who move are listed first, and nobody is left without a place."""
    row = await offer.one(Group, number)
    activity = await offer.one(Activity, int(row.activity))
    form = await _checked(await forms.read(request, GroupForm), activity, row)
    if form.struct is None:
        return await _group_page(activity, row, form)
    told, by = form.struct, person.account
    try:
        await keeping.change(
            tenant, row, told.version, told.values, by, now, confirmed=told.confirme
        )
    except Refused as refusal:
        rival, found = refusal.reason == "offer_moved", refusal.facts.get("found")
        row = await offer.one(Group, number)
        return await _group_page(activity, row, form, is_rival=rival, found=found)
    seen.tell("ok", f"{told.name} : c’est enregistré.")
    return Redirect(f"{ACTIVITY}/{activity.id}", status_code=303)


async def _checked(
    form: Bound[GroupForm], activity: Activity, row: Group | None
) -> Bound[GroupForm]:
    known = await _schools(row)
    others = [
        one
        for one in await offer.groups(activity.id)
        if one.is_open and (row is None or one.id != row.id)
    ]
    return checked_group(form, known.keys(), others)


ROUTES = [
    *(new_unit, one_unit, add_unit, change_unit),
    *(new_group, one_group, add_group, change_group),
]
