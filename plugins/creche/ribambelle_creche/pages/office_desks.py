"""The counters where files are received."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.identity import Person
from ribambelle.web.guards import admin
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_creche.queries import desks
from ribambelle_creche.tables import Desk

DESKS = "/bureau/creche/guichets"


class DeskForm(msgspec.Struct, frozen=True):
    """A counter to open or to change."""

    name: Annotated[str, Meta(max_length=120)]
    address: Annotated[str, Meta(max_length=200)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""


@dataclass(frozen=True)
class DesksPage:
    """The counters of the commune, and one to open or to change."""

    desks: list[Desk]
    form: forms.Bound[DeskForm] | None = None
    changed: Desk | None = None

    @property
    def address(self) -> str:
        """Where the form is sent."""
        return f"{DESKS}/{self.changed.id}" if self.changed else DESKS


@get(DESKS, name="creche.office.desks", told="Voir les guichets", guards=[admin])
async def list_desks() -> Page:
    """Show the counters where files are received."""
    return Page("creche/office/desks.html", DesksPage(await desks.every()))


@get(f"{DESKS}/{{desk:int}}", name="creche.office.desk", told="Voir un guichet", guards=[admin])
async def one_desk(desk: FromPath[int]) -> Page:
    """Show the counters, and one of them to change."""
    page = DesksPage(await desks.every(), changed=await desks.one(desk))
    return Page("creche/office/desks.html", page)


@post(DESKS, name="creche.office.open_desk", told="Ouvrir un guichet", guards=[admin])
async def open_desk(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Open a counter."""
    return await kept(await forms.read(request, DeskForm), None, person, seen)


@post(
    f"{DESKS}/{{desk:int}}",
    name="creche.office.change_desk",
    told="Changer un guichet",
    guards=[admin],
)
async def change_desk(
    request: Request[Any, Any, Any],
    desk: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Change the name, the address or the telephone of a counter."""
    return await kept(await forms.read(request, DeskForm), await desks.one(desk), person, seen)


async def kept(
    form: forms.Bound[DeskForm], desk: Desk | None, person: Person, seen: Visit
) -> Response[Any]:
    """Keep a counter, or show what is wrong with it."""
    async with transaction():
        if form.struct is not None:
            told = form.struct
            if await desks.keep(desk.id if desk else None, told.name, told.address, told.phone):
                await journal.record(
                    "creche.desk_changed" if desk else "creche.desk_opened",
                    f"creche.desk:{desk.id}" if desk else "creche.desk",
                    account=person.account,
                    side="office",
                )
                seen.tell("ok", f"{told.name} : guichet enregistré.")
                return Redirect(DESKS, status_code=303)
            form = form.wrong(name="Un guichet porte déjà ce nom : choisissez-en un autre.")
    page = DesksPage(await desks.every(), form, desk)
    return Page("creche/office/desks.html", page, status=422)


ROUTES = [list_desks, one_desk, open_desk, change_desk]
