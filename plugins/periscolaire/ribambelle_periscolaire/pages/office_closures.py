"""Days that do not run: declared after a look at whom they concern, lifted the same way."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours
from ribambelle.forms import Bound
from ribambelle.identity import Person, schools
from ribambelle.tenants import Tenant
from ribambelle.web import guards, spreadsheets
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import closing
from ribambelle_periscolaire.closing import Concerned
from ribambelle_periscolaire.domain.closures import REASONS
from ribambelle_periscolaire.pages.office import DESK
from ribambelle_periscolaire.queries import catalogue, classes, closures, office
from ribambelle_periscolaire.tables import Closure

CLOSURES = f"{DESK}/fermetures"
LONGEST = 370
"""Days a closure may last: a school year."""


class ClosureForm(msgspec.Struct, frozen=True):
    """What an agent says of days that do not run; `act` is a look, or the closure itself."""

    premier: date
    dernier: date | None = None
    raison: str = "closed"
    activite: int | None = None
    ecole: int | None = None
    classe: str = ""
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""
    act: str = "preview"


@dataclass(frozen=True)
class ClosuresPage:
    """The closures, and the one being written."""

    closures: list[Closure]
    activities: list[tuple[int, str]]
    schools: list[tuple[int, str]]
    classes: list[tuple[str, str]]
    unit_names: dict[int, str]
    form: Bound[ClosureForm] | None = None
    concerned: Concerned | None = None
    reasons: tuple[tuple[str, str], ...] = tuple(REASONS.items())

    def said(self, row: Closure) -> str:
        """For whom a closure is, in words."""
        return scope_of(row, dict(self.activities), dict(self.schools))

    @property
    def reason_names(self) -> dict[str, str]:
        """The reasons, by code."""
        return REASONS


def scope_of(row: Closure, activities: dict[int, str], places: dict[int, str]) -> str:
    """Say for whom a closure is."""
    what = (
        activities.get(row.activity, "Activité fermée") if row.activity else "Toutes les activités"
    )
    where = places.get(row.school, "École fermée") if row.school else ""
    return ", ".join(part for part in (what, where, row.class_name) if part)


async def _page(form: Bound[ClosureForm] | None = None, concerned: Concerned | None = None) -> Page:
    known = await catalogue.current()
    page = ClosuresPage(
        await closures.every(),
        [(one.id, one.name) for one in known.activities],
        list((await schools.names()).items()),
        [(one.key, one.label) for one in await classes.every()],
        {
            unit.id: f"{known.by_id[unit.activity].name}, {unit.name}"
            for unit in known.units.values()
        },
        form,
        concerned,
    )
    status = 422 if form and form.errors else 200
    return Page("periscolaire/office/closures.html", page, status=status)


@get(CLOSURES, name="periscolaire.closures", told="Voir les fermetures", guards=[guards.agent])
async def every() -> Page:
    """Show the closures, and the form of a new one."""
    return await _page()


@post(
    CLOSURES,
    name="periscolaire.declare_closure",
    told="Fermer des jours",
    guards=[guards.agent],
)
async def declare(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Show whom a closure concerns; close once it was said yes."""
    form = await _checked(await forms.read(request, ClosureForm), now.date())
    if form.struct is None:
        return await _page(form)
    told = form.struct
    place, class_name = await _where(told)
    row = Closure(
        first=told.premier,
        last=told.dernier or told.premier,
        reason=told.raison,
        activity=told.activite,
        school=place,
        class_name=class_name,
        note=told.note,
        declared_at=now,
        declared_by=person.account,
    )
    if told.act != "close":
        return await _page(form, await closing.preview(row, now.date()))
    number = await closing.declare(tenant, row, person.account, now)
    seen.tell("ok", "Les jours sont fermés. Les familles qui avaient réservé sont prévenues.")
    return Redirect(f"{CLOSURES}/{number}", status_code=303)


async def _where(told: ClosureForm) -> tuple[int | None, str]:
    """Return the school and the class a form names: a class names its own school."""
    found = await classes.named(told.classe)
    return (found.school, found.name) if found else (told.ecole, "")


async def _checked(form: Bound[ClosureForm], today: date) -> Bound[ClosureForm]:
    if form.struct is None:
        return form
    told = form.struct
    last = told.dernier or told.premier
    if told.premier < today:
        form = form.wrong(premier="Ce jour est passé : ce qui a eu lieu ne se ferme plus.")
    if last < told.premier:
        form = form.wrong(dernier="Le dernier jour vient avant le premier.")
    elif (last - told.premier).days > LONGEST:
        form = form.wrong(dernier="Une fermeture dure un an au plus.")
    if told.raison not in REASONS:
        form = form.wrong(raison="Choisissez une des réponses proposées.")
    if told.activite and told.activite not in (await catalogue.current()).by_id:
        form = form.wrong(activite="Choisissez une activité de la liste.")
    if told.ecole and told.ecole not in await schools.names():
        form = form.wrong(ecole="Choisissez une école de la liste.")
    found = await classes.named(told.classe)
    if told.classe and found is None:
        form = form.wrong(classe="Choisissez une classe de la liste.")
    elif found and told.ecole and told.ecole != found.school:
        form = form.wrong(classe="Cette classe est d’une autre école.")
    return form


HEADINGS = (
    *("Premier jour", "Dernier jour", "Activité", "École", "Classe", "Motif"),
    *("Ce que lisent les familles", "État"),
)


@get(
    f"{CLOSURES}/export/{{kind:str}}",
    name="periscolaire.closures_export",
    told="Télécharger les fermetures",
    guards=[guards.agent],
)
async def export(kind: FromPath[str]) -> Response[bytes]:
    """Send the closures of the page."""
    if kind not in spreadsheets.KINDS:
        raise NotYours
    known, places = await catalogue.whole(), await schools.names()
    names = {one.id: one.name for one in known.activities}
    lines = [
        (
            *(row.first, row.last),
            names.get(row.activity, "Activité fermée") if row.activity else "Toutes",
            places.get(row.school, "École fermée") if row.school else "Toutes",
            row.class_name or "Toutes",
            *(REASONS.get(row.reason, ""), row.note, "Rouvert" if row.lifted_at else "Fermé"),
        )
        for row in await closures.every()
    ]
    return spreadsheets.answer(kind, "fermetures", HEADINGS, lines)


@dataclass(frozen=True)
class ClosurePage:
    """One closure: what it closed, and what is still closed by it."""

    row: Closure
    scope: str
    reason: str
    closed: int
    children: int
    left: list[office.Booked]
    """Once lifted: the bookings that found no place again."""
    unit_names: dict[int, str]


@get(
    f"{CLOSURES}/{{number:int}}",
    name="periscolaire.closure",
    told="Voir une fermeture",
    guards=[guards.agent],
)
async def one(number: FromPath[int]) -> Page:
    """Show what a closure closed."""
    row, known = await closures.one(number), await catalogue.current()
    keys = await closures.closed(row)
    left = []
    if row.lifted_at:
        back = await closures.given_back(row)
        numbers = closing.named(known, row)
        shut = await office.between(numbers, row.first, row.last, ("closed",))
        left = [booked for booked in shut if booked.key in keys - back.keys()]
    names = {one.id: one.name for one in known.activities}
    page = ClosurePage(
        row,
        scope_of(row, names, await schools.names()),
        REASONS.get(row.reason, ""),
        len(keys),
        len({child for child, _, _ in keys}),
        left,
        {unit.id: unit.name for unit in known.units.values()},
    )
    return Page("periscolaire/office/closure.html", page)


@post(
    f"{CLOSURES}/{{number:int}}/lever",
    name="periscolaire.lift_closure",
    told="Rouvrir des jours fermés",
    guards=[guards.agent],
)
async def lift(
    number: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Open the days again, and give each booking back where its place is free."""
    done = await closing.lift(tenant, number, person.account, now)
    if done.left:
        seen.tell("alerte", "Les jours sont rouverts. Des places manquent : voyez la liste.")
    else:
        seen.tell(
            "ok", "Les jours sont rouverts, les réservations aussi. Les familles sont prévenues."
        )
    return Redirect(f"{CLOSURES}/{number}", status_code=303)


ROUTES = [every, declare, export, one, lift]
