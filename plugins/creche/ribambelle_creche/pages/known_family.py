"""A file typed at the counter for a family the commune knows already: attached to it, not made twice."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours
from ribambelle.identity import Person, register
from ribambelle.identity.likeness import Somebody
from ribambelle.identity.register import Line
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.queries import applications
from ribambelle_creche.queries.applications import Mine

counter = Holding("agent", "admin", "creche_desk")
SHOWN = 20


@dataclass(frozen=True)
class Known:
    """The family a draft is attached to, or those that look like the one that is typed."""

    attached: Line | None
    alike: list[Line]


@dataclass(frozen=True)
class KnownPage:
    """A draft, the families it may be attached to, and what was searched."""

    file: Mine
    known: Known
    found: list[Line]
    words: str
    may_search: bool


class Chosen(msgspec.Struct, frozen=True):
    """The household chosen; 0 for none of them."""

    household: int = 0


async def known_family(file: Mine, person: Person) -> Known | None:
    """Return the families known for a draft typed at the counter; None for any other file."""
    if not _is_typed(file, person):
        return None
    if file.application.household is not None:
        return Known(await register.line(int(file.application.household)), [])
    return Known(None, await _alike(file))


async def _alike(file: Mine) -> list[Line]:
    told = file.dossier.family
    if told is None:
        return []
    return await register.resembling(
        Somebody(0, 0, told.given_name, told.family_name, told.email.strip(), told.phone)
    )


def _is_typed(file: Mine, person: Person) -> bool:
    at_counter = person.is_staff and person.holds("agent", "admin", "creche_desk")
    return at_counter and file.is_draft and file.application.account is None


async def _draft(person: Person, number: int) -> Mine:
    """Return a draft typed at the counter, or behave as if it did not exist."""
    file = await applications.mine(person, number)
    if not _is_typed(file, person):
        raise NotYours
    return file


@get(
    "/creche/demandes/{number:int}/famille-connue",
    name="creche.known_family",
    reads="creche.application:{number}",
    told="Chercher si la famille d’une demande saisie est déjà connue",
    guards=[counter],
)
async def look(
    number: FromPath[int], person: NamedDependency[Person], q: FromQuery[str] = ""
) -> Page:
    """Show the families that look like the one of a draft; an agent also searches the others."""
    file = await _draft(person, number)
    words, may_search = q.strip()[:100], person.holds("agent", "admin")
    found = (await register.found(words, 0, SHOWN))[0] if words and may_search else []
    alike = await _alike(file)
    same = {one.household for one in alike}
    attached = file.application.household
    known = Known(await register.line(int(attached)) if attached else None, alike)
    others = [one for one in found if one.household not in same]
    return Page("creche/dossier/known.html", KnownPage(file, known, others, words, may_search))


@post(
    "/creche/demandes/{number:int}/famille-connue",
    name="creche.attach",
    told="Rattacher une demande saisie à une famille connue",
    guards=[counter],
)
async def attach(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Attach a draft to a household, or to none again; nothing is written in it before it is sent."""
    file = await _draft(person, number)
    chosen = (await forms.read(request, Chosen)).told.household
    # a counter that does not read the register attaches only to who bears the name it typed
    reads_all = person.holds("agent", "admin")
    if chosen and not reads_all and chosen not in {one.household for one in await _alike(file)}:
        raise NotYours
    if chosen:
        await register.household(chosen)
    await applications.attach(number, chosen or None, person.account)
    seen.tell(
        "ok",
        "La demande est rattachée à cette famille."
        if chosen
        else "La demande n’est rattachée à aucune famille : une nouvelle fiche sera faite.",
    )
    return Redirect(f"/creche/demandes/{number}/etapes", status_code=303)


ROUTES = [look, attach]
