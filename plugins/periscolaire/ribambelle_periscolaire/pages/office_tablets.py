"""The tablets of schools at the town hall: open one, see which are used, revoke one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.forms import Bound
from ribambelle.identity import Person, schools
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.queries import devices
from ribambelle_periscolaire.tables import Device

DESK = "/bureau/periscolaire/tablettes"


class TabletForm(msgspec.Struct, frozen=True):
    """A tablet to open."""

    school: int = 0
    name: Annotated[str, msgspec.Meta(max_length=80)] = ""
    last: date | None = None


@dataclass(frozen=True)
class TabletsPage:
    """The tablets, and the form that opens one."""

    tablets: list[Device]
    schools: dict[int, str]
    last: date
    now: datetime
    code: str = ""
    form: Bound[TabletForm] | None = None

    def state(self, one: Device) -> str:
        """Say where a tablet stands."""
        if one.revoked_at:
            return "Révoquée"
        if one.expires_at <= self.now:
            return "Terminée"
        if one.paired_at:
            return "Reliée"
        return "Attend son code" if one.code_until and one.code_until > self.now else "Code périmé"


async def _page(now: datetime, status: int = 200, **more: Any) -> Page:
    last = date(school_year(now.date()) + 1, 7, 10)
    page = TabletsPage(await devices.every(), await schools.names(), last, now, **more)
    return Page("periscolaire/office/tablets.html", page, status=status)


@get(
    DESK,
    name="periscolaire.office.tablets",
    told="Voir les tablettes des écoles",
    guards=[guards.agent],
)
async def every(now: NamedDependency[datetime]) -> Page:
    """Show the tablets and where each stands."""
    return await _page(now)


@post(
    DESK,
    name="periscolaire.office.open_tablet",
    told="Ouvrir une tablette à une école, et lire son code",
    guards=[guards.agent],
    status_code=200,
)
async def make(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open a tablet; its code shows once, on this page."""
    form = await forms.read(request, TabletForm)
    told, wrong = form.told, {}
    if told.school not in await schools.names():
        wrong["school"] = "Choisissez son école."
    if not told.name.strip() and "name" not in form.errors:
        wrong["name"] = "Donnez-lui un nom, par exemple « Réfectoire »."
    if "last" not in form.errors and (
        told.last is None or not 0 <= (told.last - now.date()).days <= devices.MOST_DAYS
    ):
        wrong["last"] = "Choisissez un jour à venir, dans l’année."
    if wrong or form.struct is None or told.last is None:
        return await _page(now, 422, form=form.wrong(**wrong))
    code = await devices.make(told.school, told.name.strip(), told.last, person.account, now)
    return await _page(now, code=f"{code[:4]} {code[4:]}")


@post(
    f"{DESK}/{{number:int}}/revoquer",
    name="periscolaire.office.revoke_tablet",
    told="Révoquer une tablette : elle ne montre plus aucun enfant",
    guards=[guards.agent],
)
async def revoke(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Close a tablet at once."""
    await devices.revoke(number, person.account, now)
    seen.tell("ok", "Tablette révoquée. Les noms y seront effacés dès qu’elle aura du réseau.")
    return Redirect(DESK, status_code=303)


ROUTES = [every, make, revoke]
