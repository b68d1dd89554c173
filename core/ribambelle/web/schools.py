"""The schools, as an agent keeps their list."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, quartiers, responsibilities, schools
from ribambelle.identity.tables import School
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

PAGE = "/bureau/ecoles"


class Written(msgspec.Struct, frozen=True):
    """What an agent writes of a school."""

    name: Annotated[str, msgspec.Meta(max_length=120)]
    quartier: int | None = None
    is_closed: bool = False


class Sent(msgspec.Struct, frozen=True):
    """Where a child goes."""

    school: int | None = None
    class_name: Annotated[str, msgspec.Meta(max_length=40)] = ""


@dataclass(frozen=True)
class SchoolsPage:
    """The schools, how many children each has, and the one being written."""

    schools: list[School]
    pupils: dict[int, int]
    quartiers: list[tuple[int, str]]
    chosen: School | None = None
    form: Bound[Written] | None = None


async def _page(chosen: School | None = None, form: Bound[Written] | None = None) -> Page:
    page = SchoolsPage(
        await schools.every(), await schools.pupils(), await quartiers.choices(), chosen, form
    )
    return Page("office/schools.html", page, status=422 if form else 200)


@get(PAGE, name="office.schools", told="Voir les écoles", guards=[guards.agent])
async def every() -> Page:
    """Show the schools."""
    return await _page()


@get(f"{PAGE}/{{number:int}}", name="office.school", told="Voir une école", guards=[guards.agent])
async def one(number: FromPath[int]) -> Page:
    """Show one school, to change it."""
    return await _page(await schools.one(number))


@post(PAGE, name="office.add_school", told="Ajouter une école", guards=[guards.agent])
async def add(
    request: Request[Any, Any, Any], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Response[Any]:
    """Add a school."""
    return await _keep(request, person, seen, None)


@post(
    f"{PAGE}/{{number:int}}",
    name="office.change_school",
    told="Changer une école",
    guards=[guards.agent],
)
async def change(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Change a school."""
    return await _keep(request, person, seen, await schools.one(number))


async def _keep(
    request: Request[Any, Any, Any], person: Person, seen: Visit, chosen: School | None
) -> Response[Any]:
    form = await forms.read(request, Written)
    known = dict(await quartiers.choices())
    if form.struct and form.struct.quartier and form.struct.quartier not in known:
        form = form.wrong(quartier="Choisissez un quartier de la liste.")
    if form.struct is None:
        return await _page(chosen, form)
    told = form.struct
    number = chosen.id if chosen else None
    try:
        await schools.write(
            number, told.name, told.quartier, is_open=not told.is_closed, by=person.account
        )
    except Refused as refusal:
        if refusal.reason != "school_known":
            raise
        return await _page(chosen, form.wrong(name="Une autre école porte déjà ce nom."))
    seen.tell("ok", f"{told.name} : c’est enregistré.")
    return Redirect(PAGE, status_code=303)


@post(
    "/bureau/familles/enfants/{child:int}/ecole",
    name="office.child_school",
    told="Écrire l’école d’un enfant",
    guards=[guards.agent],
)
async def send(
    child: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Write where a child goes to school."""
    row = await responsibilities.the_child(child)
    form = await forms.read(request, Sent)
    if form.struct is None:
        seen.tell("erreur", "La classe a quarante caractères au plus. Recommencez.")
    else:
        await schools.send(row.id, form.struct.school, form.struct.class_name, by=person.account)
        seen.tell("ok", "L’école est enregistrée.")
    return Redirect(f"/bureau/familles/{row.household}", status_code=303)


ROUTES = [every, one, add, change, send]
