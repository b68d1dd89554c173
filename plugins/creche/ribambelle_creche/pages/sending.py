"""Checking the file once more, and sending it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.identity import Person, quartiers
from ribambelle.tenants import Tenant
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche import filing
from ribambelle_creche.domain.dossier import Step
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.pages.known_family import Known, known_family
from ribambelle_creche.pages.recap import Rows, told
from ribambelle_creche.queries import applications, duplicates, facilities
from ribambelle_creche.queries.applications import Mine


class Declaration(msgspec.Struct, frozen=True):
    """The box a family ticks before sending."""

    exact: bool = False


@dataclass(frozen=True)
class CheckPage:
    """Everything that was answered, before it is sent."""

    file: Mine
    blocks: list[tuple[Step, Rows]]
    twins: list["Twin"]
    form: forms.Bound[Declaration] | None = None
    known: Known | None = None


async def shown(person: Person, file: Mine, form: forms.Bound[Declaration] | None = None) -> Page:
    """Show the answers, block by block, each with its way back."""
    names = {one.id: one.name for one in await facilities.every()}
    areas = dict(await quartiers.choices())
    blocks = told(file.dossier, names, areas).blocks
    page = CheckPage(
        file, blocks, await twins_for(person, file), form, await known_family(file, person)
    )
    return Page("creche/dossier/check.html", page)


@dataclass(frozen=True)
class Twin:
    """Another file of the same child, as far as this person may know of it."""

    number: str
    child_name: str = ""
    href: str = ""


async def twins_for(person: Person, file: Mine) -> list[Twin]:
    """Return the other living files of the same child.

    A family is told of its own. Whoever types for one is told the number, and nothing else of
    another family; the town hall opens it.
    """
    twins = await duplicates.of(file.id, file.dossier)
    if person.is_family:
        return [
            Twin(twin.number, twin.child_name, f"/creche/demandes/{twin.id}")
            for twin in twins
            if twin.account == person.account
        ]
    if person.holds("agent", "admin"):
        base = "/bureau/creche/demandes"
        return [Twin(twin.number, twin.child_name, f"{base}/{twin.id}") for twin in twins]
    return [Twin(twin.number) for twin in twins]


@get(
    "/creche/demandes/{number:int}/verification",
    name="creche.check",
    reads="creche.application:{number}",
    told="Relire le dossier avant l’envoi",
    guards=[filer],
)
async def check_page(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Show everything once more; a file not finished goes back to its steps."""
    file = await applications.mine(person, number)
    if not file.may_change:
        return Redirect(f"/creche/demandes/{number}", status_code=303)
    if await filing.left_to_do(tenant, file.dossier):
        return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)
    return await shown(person, file, seen.kept(f"/creche/demandes/{number}/verification"))


@post(
    "/creche/demandes/{number:int}/verification",
    name="creche.send",
    told="Envoyer le dossier",
    guards=[filer],
)
async def send(
    request: Request[Any, Any, Any],
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Send the file, and show its receipt."""
    form = await forms.read(request, Declaration)
    file = await applications.mine(person, number)
    if form.struct is None or not form.struct.exact:
        path = f"/creche/demandes/{number}/verification"
        seen.keep(path, forms.Bound(None, {"exact": "Cochez cette case pour continuer."}))
        return Redirect(path, status_code=303)
    is_new = file.is_draft or (
        file.may_change and await applications.is_changed(number, file.dossier)
    )
    if is_new and await filing.left_to_do(tenant, file.dossier):
        return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)
    await filing.send(tenant, person, number, now)
    return Redirect(f"/creche/demandes/{number}/recu", status_code=303)


ROUTES = [check_page, send]
