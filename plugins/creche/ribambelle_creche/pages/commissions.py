"""The town hall's calendar of commissions: opening one, changing it, closing its files."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from ribambelle.web import formats, guards
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche import examining, noticing
from ribambelle_creche.domain.commission import REFUSALS, STATES, Calendar
from ribambelle_creche.domain.draw import SEED_BYTES
from ribambelle_creche.domain.supply import STATES as SUPPLY_STATES
from ribambelle_creche.domain.supply import is_late
from ribambelle_creche.examining import Closed
from ribambelle_creche.pages.by_creche import ALL, Filters, Viewed, filters_of, quartiers_of, viewed
from ribambelle_creche.queries import commissions, facilities, supplies
from ribambelle_creche.queries.commissions import Told, calendar_of, published_seed
from ribambelle_creche.queries.facilities import Whereabouts
from ribambelle_creche.tables import Commission, Facility, Supply

OFFICE = ("agent", "admin")
reader = Holding(*OFFICE, "commission_member")
COMMISSIONS = "/bureau/creche/commissions"
SHAPES = {"expected": "vide", "declared": "moitie", "validated": "coche"}


class CommissionForm(msgspec.Struct, frozen=True):
    """What is said of a commission."""

    label: Annotated[str, Meta(max_length=120)]
    first_start: date
    last_start: date
    closes_on: date
    held_on: date
    answer_days: Annotated[int, Meta(ge=3, le=60)] = 8
    grid: int | None = None

    @property
    def calendar(self) -> Calendar:
        """The days typed."""
        return Calendar(self.first_start, self.last_start, self.closes_on, self.held_on)


@dataclass(frozen=True)
class ListPage:
    """The commissions of the commune."""

    commissions: list[Commission]
    today: date
    may_change: bool = True

    @staticmethod
    def state(row: Commission) -> str:
        """Return where a commission stands, in words."""
        return STATES.get(row.state, row.state)


@dataclass(frozen=True)
class EditPage:
    """A commission to open, or to change."""

    grids: list[tuple[int, str]]
    row: Commission | None = None
    form: forms.Bound[CommissionForm] | None = None

    @property
    def address(self) -> str:
        """Where the form is sent."""
        return f"{COMMISSIONS}/{self.row.id}/modifier" if self.row else COMMISSIONS


@dataclass(frozen=True)
class Giving:
    """One crèche on the board of places."""

    facility: Facility
    supply: Supply | None
    total: int
    late: bool

    @property
    def where(self) -> Whereabouts:
        """Its name, and the quartier it is in."""
        area = self.facility.quartier
        return Whereabouts(self.facility.name, area.id or 0, area.name or "")

    @property
    def state(self) -> str:
        """Where its declaration stands, as a code."""
        return self.supply.state if self.supply else "expected"

    @property
    def words(self) -> str:
        """The same, in words."""
        return SUPPLY_STATES[self.state]

    @property
    def shape(self) -> str:
        """The sign beside the words."""
        return "triangle" if self.late else SHAPES[self.state]

    @property
    def kind(self) -> str:
        """The colour of the sign."""
        return "erreur" if self.late else {"validated": "ok"}.get(self.state, "")


VIEWS: dict[str, tuple[str, Callable[[Giving], bool]]] = {
    "": ("Toutes", lambda _: True),
    "retard": ("En retard", lambda one: one.late),
    "verifier": ("À vérifier", lambda one: one.state == "declared"),
    "attendues": ("Attendues", lambda one: one.state == "expected"),
    "validees": ("Validées", lambda one: one.state == "validated"),
}


@dataclass(frozen=True)
class CommissionPage:
    """One commission: its days, its files, its draw, and the places crèches give."""

    row: Commission
    files: Closed
    giving: list[Giving]
    lists: Viewed[Giving]
    """Those that were asked for."""
    today: date
    version: str
    wrong: str = ""
    may_change: bool = True
    """The town hall prepares it; its members only read its order of the day."""

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        return STATES.get(self.row.state, self.row.state)

    @property
    def may_close(self) -> bool:
        """Tell whether files may be closed today."""
        return calendar_of(self.row).may_close(self.today)

    @property
    def seed(self) -> str:
        """The seed of the draw, once published."""
        return published_seed(self.row)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why files are left out, in words, the most first."""
        return [(REFUSALS.get(code, code), many) for code, many in self.files.left_out.items()]

    @property
    def figures(self) -> list[tuple[str, int, str]]:
        """What is looked at first."""
        states = [one.state for one in self.giving]
        return [
            ("Demandes examinées", self.files.examined, ""),
            ("Laissées de côté", sum(self.files.left_out.values()), ""),
            ("Places déclarées", sum(one != "expected" for one in states), f"sur {len(states)}"),
            ("Places validées", states.count("validated"), f"sur {len(states)}"),
            ("En retard", sum(one.late for one in self.giving), ""),
        ]


@get(COMMISSIONS, name="creche.commissions", told="Voir les commissions", guards=[reader])
async def listing(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    """Show the commissions."""
    page = ListPage(await commissions.every(), now.date(), person.holds(*OFFICE))
    return Page("creche/office/commissions.html", page)


@get(
    f"{COMMISSIONS}/nouvelle",
    name="creche.commissions.new",
    told="Préparer une commission",
    guards=[guards.agent],
)
async def new() -> Page:
    """Show the form that opens a commission."""
    return Page("creche/office/commission_edit.html", EditPage(await commissions.grids()))


@post(
    COMMISSIONS,
    name="creche.commissions.open",
    told="Ouvrir une commission",
    guards=[guards.agent],
)
async def open_one(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open a commission, and throw the seed of its draw."""
    form = await checked(request)
    if form.struct is None:
        return await edit_page(form)
    seed = secrets.token_bytes(SEED_BYTES)
    number = await commissions.open_one(told(form.struct), seed, person.account, now)
    seen.tell("ok", "Commission ouverte. Les crèches peuvent déclarer leurs places.")
    return Redirect(f"{COMMISSIONS}/{number}", status_code=303)


async def checked(request: Request[Any, Any, Any]) -> forms.Bound[CommissionForm]:
    """Read what is said of a commission, with what is wrong in its days."""
    form = await forms.read(request, CommissionForm)
    if form.struct is None:
        return form
    known = [number for number, _ in await commissions.grids()]
    errors = form.struct.calendar.wrong()
    if form.struct.grid and form.struct.grid not in known:
        errors["grid"] = "Choisissez une grille de la liste."
    return form.wrong(**errors)


def told(form: CommissionForm) -> Told:
    """Return a form as it is kept."""
    return Told(form.label, form.calendar, form.answer_days, form.grid)


async def edit_page(form: forms.Bound[CommissionForm], row: Commission | None = None) -> Page:
    """Show the form again, with what is wrong in it."""
    page = EditPage(await commissions.grids(), row, form)
    return Page("creche/office/commission_edit.html", page, status=422)


@get(
    f"{COMMISSIONS}/{{commission:int}}",
    name="creche.commission",
    told="Lire l’ordre du jour d’une commission : ses jours, ses dossiers, ses places",
    guards=[reader],
)
async def look(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show one commission, with its files and the places it is given; no family is named."""
    row, may_change = await commissions.one(commission), person.holds(*OFFICE)
    filters = replace(filters_of(request, VIEWS), group="")  # places are given for all ages at once
    return await commission_page(row, tenant, now.date(), may_change=may_change, filters=filters)


async def commission_page(
    row: Commission,
    tenant: Tenant,
    today: date,
    wrong: str = "",
    *,
    may_change: bool = True,
    filters: Filters = ALL,
) -> Page:
    """Count the files as they stand, or as they were frozen, and lay out the board of places."""
    if row.state == "open":
        files = examining.counted([why for _, why in await examining.seen(tenant, row)])
    else:
        files = examining.counted(await commissions.reasons(row.id))
    versions, giving = dict(await commissions.grids()), await board(row, today)
    kept = [one for one in giving if filters.keep(one.where, ())]
    quartiers = quartiers_of(one.where for one in giving)
    page = CommissionPage(
        row=row,
        files=files,
        giving=giving,
        lists=viewed(kept, filters, VIEWS, "t-places", quartiers),
        today=today,
        version=versions.get(row.grid, "") if row.grid else "",
        wrong=wrong,
        may_change=may_change,
    )
    return Page("creche/office/commission.html", page, status=422 if wrong else 200)


async def board(row: Commission, today: date) -> list[Giving]:
    """Return every open crèche with what it gives: the late ones, those to check, the others."""
    known, totals = await supplies.states(row.id), await supplies.totals(row.id)
    rows = [
        Giving(
            facility=one,
            supply=known.get(one.id),
            total=totals.get(one.id, 0),
            late=is_late(
                known[one.id].state if one.id in known else "expected", row.closes_on, today
            ),
        )
        for one in await facilities.every()
    ]
    order = ("declared", "expected", "validated")
    return sorted(rows, key=lambda one: (not one.late, order.index(one.state), one.facility.folded))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file a commission leaves out, why, and when its family was told."""

    id: int
    number: str
    child_name: str
    why: str
    told_at: datetime | None


@dataclass(frozen=True)
class LeftOutPage:
    """The files a commission leaves out: those nobody could write to are to call."""

    row: Commission
    files: list[LeftOut]


@get(
    f"{COMMISSIONS}/{{commission:int}}/laissees",
    name="creche.commission.left_out",
    told="Voir les demandes laissées de côté par une commission",
    guards=[guards.agent],
)
async def left_out(commission: FromPath[int], tenant: NamedDependency[Tenant]) -> Page:
    """Show the files left out, with whoever was told and whoever is to call."""
    row = await commissions.one(commission)
    if row.state == "open":
        told_at = await commissions.told_of(commission, noticing.CLOSING)
        found = [
            (file.id, file.number, file.child_name, why)
            for file, why in await examining.seen(tenant, row)
            if why
        ]
    else:
        told_at = await commissions.told_of(commission, noticing.LEFT_OUT)
        found = [
            (file["application"], file["number"], file["child_name"], file["refusal"])
            for file in await commissions.left_out(commission)
        ]
    files = [
        LeftOut(number, name, child, REFUSALS.get(why, why), told_at.get(number))
        for number, name, child, why in found
    ]
    return Page("creche/office/commission_left_out.html", LeftOutPage(row, files))


@get(
    f"{COMMISSIONS}/{{commission:int}}/modifier",
    name="creche.commission.edit",
    told="Préparer le changement d’une commission",
    guards=[guards.agent],
)
async def edit(commission: FromPath[int]) -> Page:
    """Show the form that changes a commission."""
    row = await commissions.one(commission)
    return Page("creche/office/commission_edit.html", EditPage(await commissions.grids(), row))


@post(
    f"{COMMISSIONS}/{{commission:int}}/modifier",
    name="creche.commission.change",
    told="Changer une commission ouverte",
    guards=[guards.agent],
)
async def change(
    request: Request[Any, Any, Any],
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Change what is said of a commission, while it takes files."""
    row, form = await commissions.one(commission), await checked(request)
    if form.struct is None:
        return await edit_page(form, row)
    try:
        await commissions.change(commission, told(form.struct), person.account)
    except Refused as refusal:
        return await commission_page(row, tenant, now.date(), sentence(refusal))
    seen.tell("ok", "Commission enregistrée.")
    return Redirect(f"{COMMISSIONS}/{commission}", status_code=303)


@post(
    f"{COMMISSIONS}/{{commission:int}}/clore",
    name="creche.commission.close",
    told="Clore les dossiers d’une commission",
    guards=[guards.agent],
)
async def close(
    commission: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Close the files: what the commission saw of each no longer changes."""
    row = await commissions.one(commission)
    try:
        done = await examining.close(tenant, commission, person.account, now)
    except Refused as refusal:
        return await commission_page(row, tenant, now.date(), sentence(refusal))
    seen.tell("ok", words(done))
    return Redirect(f"{COMMISSIONS}/{commission}", status_code=303)


def sentence(refusal: Refused) -> str:
    """Return why a commission cannot be closed or changed, and what to do; others are raised again.

    >>> sentence(Refused("commission_too_early", closes_on=date(2026, 12, 4)))
    'Les familles ont jusqu’au vendredi 4 décembre : fermez les dossiers le lendemain.'
    """
    if refusal.reason == "commission_too_early":
        day = formats.jour(refusal.facts["closes_on"])
        return f"Les familles ont jusqu’au {day} : fermez les dossiers le lendemain."
    if refusal.reason == "commission_not_open":
        return "Les dossiers sont déjà clos. Rien n’a changé."
    raise refusal


def words(done: Closed) -> str:
    r"""Say how many files a commission looks at.

    >>> words(Closed(2, {"incomplete": 1})).replace("\u00a0", " ")
    'Dossiers clos : 2 demandes examinées, 1 laissée de côté.'
    """
    out = sum(done.left_out.values())
    aside = f"{out} laissée{'s' * (out > 1)} de côté"
    return f"Dossiers clos : {formats.pluriel(done.examined, 'demande')} examinée" + (
        f"{'s' * (done.examined > 1)}, {aside}."
    )


ROUTES = [listing, new, open_one, look, left_out, edit, change, close]
