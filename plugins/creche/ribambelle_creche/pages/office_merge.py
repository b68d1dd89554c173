"""Joining two files of one child: one is kept with the oldest date, the other is closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.identity import Person, quartiers
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche import merging
from ribambelle_creche.domain.dossier import decode
from ribambelle_creche.pages.recap import Told, told
from ribambelle_creche.queries import duplicates, facilities, files, queue
from ribambelle_creche.queries.duplicates import Twin
from ribambelle_creche.workflow import LIVING

office = Holding("agent", "admin", "creche_desk")


@dataclass(frozen=True)
class MergePage:
    """The file to close; the one to keep once it is chosen, and the date it will keep."""

    file: files.File
    twins: list[Twin]
    kept: files.File | None = None
    sides: list[tuple[str, Told]] | None = None
    form: forms.Bound[Any] | None = None

    @property
    def keeps(self) -> datetime | None:
        """The date the kept file will have."""
        return merging.oldest(self.file.application, self.kept.application) if self.kept else None


@get(
    "/bureau/creche/demandes/{number:int}/fusionner",
    name="creche.office.merge",
    reads="creche.application:{number}",
    told="Comparer deux demandes du même enfant",
    guards=[office],
)
async def choose(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
) -> Page:
    """Choose the file to keep, then see both side by side before anything is done."""
    file = await files.one(number, queue.desks_of(person))
    found = await duplicates.of(number, decode(file.application.answers))
    twins = [twin for twin in found if twin.is_open_to(queue.desks_of(person))]
    typed = str(request.query_params.get("avec", "")).strip().upper()[:12]
    if not typed:
        return Page("creche/office/merge.html", MergePage(file, twins))
    kept = await files.of_number(typed, queue.desks_of(person))
    if kept is None or kept.state not in LIVING or kept.application.id == number:
        told_wrong = "Aucune autre demande en cours n’a ce numéro. Vérifiez-le, par exemple C-2041."
        form = forms.Bound[Any](None, {"avec": told_wrong}, {"avec": typed})
        return Page("creche/office/merge.html", MergePage(file, twins, form=form), status=422)
    names = await facilities.names_of_wishes()
    areas = dict(await quartiers.choices())
    sides = [
        (one.application.number, told(decode(one.application.answers), names, areas))
        for one in (kept, file)
    ]
    return Page("creche/office/merge.html", MergePage(file, twins, kept, sides))


@post(
    "/bureau/creche/demandes/{number:int}/fusionner",
    name="creche.office.join",
    told="Réunir deux demandes du même enfant",
    guards=[office],
)
async def join(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Close this file and keep the other, with the oldest date of the two."""
    file = await files.one(number, queue.desks_of(person))
    typed = str((await request.form()).get("avec", "")).strip().upper()[:12]
    kept = await files.of_number(typed, queue.desks_of(person))
    if kept is None or kept.application.id == number:
        return Redirect(f"/bureau/creche/demandes/{number}/fusionner", status_code=303)
    at = await merging.merge(file, kept, person, tenant)
    seen.tell(
        "ok",
        f"{file.application.number} est réunie à {kept.application.number}, "
        f"qui garde la date du {formats.jour(at.astimezone(tenant.zone).date(), True)}.",
    )
    return Redirect(f"/bureau/creche/demandes/{kept.application.id}", status_code=303)


ROUTES = [choose, join]
