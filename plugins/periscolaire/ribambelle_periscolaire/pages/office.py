"""What the town hall opens around school, as an agent keeps it."""

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
from ribambelle_periscolaire.domain import ratios
from ribambelle_periscolaire.domain.activities import BOOKED, KINDS, RUNS
from ribambelle_periscolaire.domain.capacity_words import told as capacity_told
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.domain.cut_off_words import told as delay_told
from ribambelle_periscolaire.gathering import has_tariff, limit, ratio_of
from ribambelle_periscolaire.keeping import Consequences
from ribambelle_periscolaire.pages.offer_forms import ActivityForm, checked_activity
from ribambelle_periscolaire.queries import catalogue, offer
from ribambelle_periscolaire.settings import Settings
from ribambelle_periscolaire.tables import Activity, Group, Unit

DESK = "/bureau/periscolaire"
ACTIVITY = f"{DESK}/activites"
REGIMES = {
    "": "Aucun taux : cantine, garderie",
    "none": "Aucun taux, 300 enfants au plus",
    "periscolaire": "Accueil déclaré : 1 adulte pour 10 ou 14 enfants",
    "periscolaire_pedt": "Accueil déclaré avec PEDT : 1 pour 14 ou 18",
    "extrascolaire": "Vacances et samedis : 1 pour 8 ou 12",
}
PROBLEMS = {
    "offer_moved": "Quelqu’un a changé cette fiche pendant que vous écriviez.",
    "code_known": "Ce code est déjà pris : choisissez-en un autre.",
    "parts_booked": "Cette unité a déjà des réservations : les places sont comptées par moment. "
    "Fermez-la, puis créez-en une autre.",
}


@dataclass(frozen=True, slots=True)
class Priceless:
    """A unit no tariff prices today, and what to write in the commune's file."""

    unit: str
    key: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One activity in the list."""

    row: Activity
    kind: str
    runs: str
    delay: str
    units: list[Unit]
    groups: list[tuple[Group, str]]
    priceless: list[Priceless]


@dataclass(frozen=True)
class DeskPage:
    """What is open, and what is missing for families to book."""

    activities: list[Kept]
    schools: dict[int, str]


def capacity_of(known: Catalogue, group: Group) -> str:
    """Say how many children a group holds, and why not more."""
    if group.id not in known.groups:
        return "Fermé"
    total, by = limit(known, group.id, None)
    activity = known.by_id[known.groups[group.id].activity]
    each = 0
    if by == "staff":
        rule = ratio_of(activity)
        each = rule.six_and_over if group.from_age >= ratios.SIX else rule.under_six
    return capacity_told(total, by, group.staff, each)


def priceless(tenant: Tenant, row: Activity, units: list[Unit], now: datetime) -> list[Priceless]:
    """Return the units of an activity that no tariff prices today."""
    if not row.is_open or row.booked != "online":
        return []
    return [
        Priceless(unit.name, f'activity = ["{row.code}"], unit = ["{unit.code}"]')
        for unit in units
        if unit.is_open and not has_tariff(tenant, row.code, unit.code, now.date())
    ]


@get(DESK, name="periscolaire.desk", told="Voir le périscolaire", guards=[guards.agent])
async def desk(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Show what is open, closed activities last."""
    known = await catalogue.current()
    units, groups = await offer.units(), await offer.groups()
    delays = {rule.name: delay_told(rule, "add") for rule in tenant.of(Settings).cut_offs}
    shown = []
    for row in await offer.activities():
        mine = [one for one in units if one.activity == row.id]
        shown.append(
            Kept(
                row,
                KINDS.get(row.kind, ""),
                RUNS.get(row.runs, ""),
                delays.get(row.cut_off, ""),
                mine,
                [(one, capacity_of(known, one)) for one in groups if one.activity == row.id],
                priceless(tenant, row, mine, now),
            )
        )
    return Page("periscolaire/office/desk.html", DeskPage(shown, await schools.names()))


@dataclass(frozen=True)
class ActivityPage:
    """One activity to write, with its units and its groups."""

    row: Activity | None
    version: str
    cut_offs: list[tuple[str, str]]
    units: list[Unit]
    groups: list[tuple[Group, str]]
    schools: dict[int, str]
    priceless: list[Priceless]
    form: Bound[ActivityForm] | None = None
    is_rival: bool = False
    found: Consequences | None = None
    kinds: tuple[tuple[str, str], ...] = tuple(KINDS.items())
    runs: tuple[tuple[str, str], ...] = tuple(RUNS.items())
    ways: tuple[tuple[str, str], ...] = tuple(BOOKED.items())
    regimes: tuple[tuple[str, str], ...] = tuple(REGIMES.items())

    @property
    def href(self) -> str:
        """Where the form leads."""
        return f"{ACTIVITY}/{self.row.id}" if self.row else ACTIVITY

    @property
    def unit_names(self) -> dict[int, str]:
        """The units by number, for what is listed."""
        return {one.id: one.name for one in self.units}


async def _page(
    tenant: Tenant,
    now: datetime,
    row: Activity | None = None,
    form: Bound[ActivityForm] | None = None,
    *,
    is_rival: bool = False,
    found: Consequences | None = None,
) -> Page:
    units = await offer.units(row.id) if row else []
    known = await catalogue.current()
    page = ActivityPage(
        row=row,
        version=shown_version(form, row, is_rival=is_rival),
        cut_offs=[
            (one.name, f"{one.name} : {delay_told(one, 'add')}")
            for one in tenant.of(Settings).cut_offs
        ],
        units=units,
        groups=[(one, capacity_of(known, one)) for one in await offer.groups(row.id)]
        if row
        else [],
        schools=await schools.names(),
        priceless=priceless(tenant, row, units, now) if row else [],
        form=form,
        is_rival=is_rival,
        found=found,
    )
    status = status_of(form, is_rival=is_rival, found=found)
    return Page("periscolaire/office/activity.html", page, status=status)


def shown_version(
    form: Bound[Any] | None, row: Activity | Unit | Group | None, *, is_rival: bool
) -> str:
    """Return the version a page is typed over: what was looked at, unless somebody was quicker."""
    typed = "" if form is None or is_rival else str(form.raw.get("version") or "")
    return typed or offer.version(row)


def status_of(form: Bound[Any] | None, *, is_rival: bool, found: Consequences | None = None) -> int:
    """Return how a page is answered: kept, to be put right, or somebody was quicker."""
    if is_rival:
        return 409
    return 422 if found or (form and form.errors) else 200


@get(
    f"{ACTIVITY}/nouvelle",
    name="periscolaire.new_activity",
    told="Écrire une nouvelle activité",
    guards=[guards.agent],
)
async def new(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Ask what to open."""
    return await _page(tenant, now)


@post(
    ACTIVITY,
    name="periscolaire.add_activity",
    told="Ouvrir une activité",
    guards=[guards.agent],
)
async def add(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open an activity; its units and its groups come next."""
    form = checked_activity(await forms.read(request, ActivityForm), names(tenant), None)
    if form.struct is None:
        return await _page(tenant, now, form=form)
    values = form.struct.values | {"code": form.struct.code}
    try:
        number = await keeping.add(tenant, Activity, values, person.account, now)
    except Refused as refusal:
        return await _page(tenant, now, form=form.wrong(code=sentence(refusal)))
    seen.tell("ok", f"{form.struct.name} : c’est enregistré. Écrivez ses unités et ses groupes.")
    return Redirect(f"{ACTIVITY}/{number}", status_code=303)


@get(
    f"{ACTIVITY}/{{number:int}}",
    name="periscolaire.activity",
    told="Voir une activité à changer",
    guards=[guards.agent],
)
async def one(
    number: FromPath[int], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Page:
    """Show an activity, to change it."""
    return await _page(tenant, now, await offer.one(Activity, number))


@post(
    f"{ACTIVITY}/{{number:int}}",
    name="periscolaire.change_activity",
    told="Changer ou fermer une activité",
    guards=[guards.agent],
)
async def change(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Change an activity, unless a family would lose a day it booked."""
    row = await offer.one(Activity, number)
    form = checked_activity(await forms.read(request, ActivityForm), names(tenant), row)
    if form.struct is None:
        return await _page(tenant, now, row, form)
    told = form.struct
    try:
        await keeping.change(tenant, row, told.version, told.values, person.account, now)
    except Refused as refusal:
        rival = refusal.reason == "offer_moved"
        row = await offer.one(Activity, number)
        found = refusal.facts.get("found")
        return await _page(tenant, now, row, form, is_rival=rival, found=found)
    seen.tell("ok", f"{told.name} : c’est enregistré.")
    return Redirect(DESK, status_code=303)


def names(tenant: Tenant) -> set[str]:
    """Return the names of the delays of the commune's file."""
    return {rule.name for rule in tenant.of(Settings).cut_offs}


def sentence(refusal: Refused) -> str:
    """Return what to say of a refusal that has no list."""
    if refusal.reason not in PROBLEMS:
        raise refusal
    return PROBLEMS[refusal.reason]


ROUTES = [desk, new, add, one, change]
