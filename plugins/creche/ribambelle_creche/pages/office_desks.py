"""The counters where files are received."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.identity import Person
from ribambelle.web.guards import admin
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_creche.queries import desks
from ribambelle_creche.tables import Desk


class DeskForm(msgspec.Struct, frozen=True):
    """A counter to open."""

    name: str
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class DesksPage:
    """The counters of the commune, and one to open."""

    desks: list[Desk]
    form: forms.Bound[DeskForm] | None = None


@get("/bureau/creche/guichets", name="creche.office.desks", guards=[admin])
async def list_desks() -> Page:
    """Show the counters where files are received."""
    return Page("creche/office/desks.html", DesksPage(await desks.every()))


@post("/bureau/creche/guichets", name="creche.office.open_desk", guards=[admin])
async def open_desk(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Open a counter."""
    form = await forms.read(request, DeskForm)
    if form.struct is None:
        page = DesksPage(await desks.every(), form)
        return Page("creche/office/desks.html", page, status=422)
    async with transaction():
        await desks.add(form.struct.name[:120], form.struct.address[:200], form.struct.phone[:40])
        await journal.record(
            "creche.desk_opened", "creche.desk", account=person.account, side="office"
        )
    seen.tell("ok", f"{form.struct.name} : guichet enregistré.")
    return Redirect("/bureau/creche/guichets", status_code=303)


ROUTES = [list_desks, open_desk]
