"""A crèche says whether it can welcome a child, from its preparation list: by number, no name."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_creche.domain.desk import Line
from ribambelle_creche.domain.feasibility import ANSWERS, REASONS, wrong
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.pages.commission_desk import sentence
from ribambelle_creche.pages.commission_lists import ListPage, list_page
from ribambelle_creche.pages.facility_space import manager
from ribambelle_creche.queries import facilities, feasibility, pins
from ribambelle_creche.queries.feasibility import Said

ONE = "/creche/direction/{facility:int}/commissions/{commission:int}/liste/{group:str}/{file:str}"


class FeasibleForm(msgspec.Struct, frozen=True):
    """Whether the child can be welcomed, why not, and words for the commission."""

    answer: str = ""
    reason: str = ""
    words: Annotated[str, Meta(max_length=1000)] = ""


@dataclass(frozen=True)
class FeasiblePage:
    """One file of a crèche's list, and what the crèche answers of it."""

    listed: ListPage
    line: Line
    number: str
    said: Said | None
    form: forms.Bound[FeasibleForm] | None = None
    refused: str = ""
    answers: list[tuple[str, str]] = field(default_factory=lambda: list(ANSWERS.items()))
    reasons: list[tuple[str, str]] = field(
        default_factory=lambda: [(code, f"{code} · {words}") for code, words in REASONS.items()]
    )

    @property
    def back(self) -> str:
        """Where the list is."""
        one = self.listed
        return f"/creche/direction/{one.facility.id}/commissions/{one.row.id}/liste/{one.group}"


async def feasible_page(
    person: Person, facility: int, commission: int, group: str, file: str, **more: Any
) -> Page:
    """Lay out one file of one's own list; what is not on it does not exist."""
    await facilities.managed(person, facility)
    listed = await list_page(commission, facility, group, is_office=False)
    line = next((one for one in listed.lines if file_of(one.application.id) == file), None)
    if line is None:
        raise NotYours
    said = listed.answers.get(file)
    page = FeasiblePage(listed, line, file, said[0] if said else None, **more)
    return Page("creche/facility/feasible.html", page, status=422 if more else 200)


@get(
    ONE,
    name="creche.facility.feasible",
    told="Préparer sa réponse : peut-on accueillir cet enfant",
    guards=[manager],
)
async def look(
    facility: FromPath[int],
    commission: FromPath[int],
    group: FromPath[str],
    file: FromPath[str],
    person: NamedDependency[Person],
) -> Page:
    """Show one file by its number, and what was answered."""
    return await feasible_page(person, facility, commission, group, file)


@post(
    ONE,
    name="creche.facility.say_feasible",
    told="Dire à la commission si l’on peut accueillir un enfant",
    guards=[manager],
)
async def say(
    facility: FromPath[int],
    commission: FromPath[int],
    group: FromPath[str],
    file: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep the answer: the commission reads it, and the order of points does not move."""
    where = (facility, commission, group, file)
    await feasible_page(person, *where)
    form = await forms.read(request, FeasibleForm)
    told = form.told
    errors = wrong(told.answer, told.reason)
    if form.errors or errors:
        return await feasible_page(person, *where, form=form.wrong(**errors))
    one = await pins.file_of(commission, file)
    said = (told.answer, told.reason, told.words.strip())
    try:
        await feasibility.answer(commission, facility, one.id, said, person.account, now)
    except Refused as refusal:
        return await feasible_page(person, *where, form=form, refused=sentence(refusal))
    seen.tell("ok", f"C’est noté pour {file} : la commission le lit.")
    return Redirect(
        f"/creche/direction/{facility}/commissions/{commission}/liste/{group}", status_code=303
    )


ROUTES = [look, say]
