"""A letter to one family: written by an agent, looked at, printed, noted in the journal."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle import forms
from ribambelle.forms import Bound
from ribambelle.identity import Person, households, register
from ribambelle.identity.tables import Household
from ribambelle.messages import printing
from ribambelle.messages.declared_papers import FREE
from ribambelle.messages.printing import Addressed
from ribambelle.messages.wording import Wording
from ribambelle.web import guards
from ribambelle.web.families.office import PAGE
from ribambelle.web.page import Page
from ribambelle.web.printed import sent


class LetterForm(msgspec.Struct, frozen=True):
    """A letter as it was typed, to whom, and what to do with it."""

    subject: Annotated[str, msgspec.Meta(max_length=150)]
    text: Annotated[str, msgspec.Meta(max_length=5000)]
    adult: int = 0
    act: str = "preview"


@dataclass(frozen=True)
class LetterPage:
    """A letter to one family, and how it reads."""

    number: int
    adults: list[tuple[int, str]]
    home: tuple[str, ...]
    form: Bound[LetterForm] | None = None
    to: Addressed | None = None
    shown: Wording | None = None


async def _page(household: Household) -> LetterPage:
    adults = await households.adults_of(household.id)
    address = await households.address_of(household.id)
    home = printing.home(address.line, address.postcode, address.city) if address else ()
    named = [(one.id, register.named(one) or "Sans nom") for one in adults]
    return LetterPage(household.id, named, home)


@get(
    f"{PAGE}/{{number:int}}/courrier",
    name="office.letter",
    reads="household:{number}",
    told="Écrire un courrier à une famille",
    guards=[guards.agent],
)
async def letter(number: FromPath[int]) -> Page:
    """Ask what to write."""
    page = await _page(await register.household(number))
    return Page("office/family_letter.html", page)


@post(
    f"{PAGE}/{{number:int}}/courrier",
    name="office.print_letter",
    told="Imprimer un courrier à une famille",
    guards=[guards.agent],
)
async def print_letter(
    number: FromPath[int], request: Request[Any, Any, Any], person: NamedDependency[Person]
) -> Response[Any]:
    """Show the letter, or print it: the journal keeps that it was, and not what it says."""
    page = await _page(await register.household(number))
    form = _checked(await forms.read(request, LetterForm), dict(page.adults))
    if form.struct is None:
        return Page("office/family_letter.html", replace(page, form=form), status=422)
    told = form.struct
    to = Addressed(dict(page.adults).get(told.adult, page.adults[0][1]), page.home)
    facts = {"subject": told.subject, "name": to.name, "text": told.text}
    if told.act == "print":
        thing = f"household:{number}"
        return sent(
            await printing.printed(FREE, to, thing, person, "office", facts), f"courrier-{number}"
        )
    shown = await printing.said(FREE, facts)
    return Page("office/family_letter.html", replace(page, form=form, to=to, shown=shown))


def _checked(form: Bound[LetterForm], adults: dict[int, str]) -> Bound[LetterForm]:
    told = form.struct
    if told is None:
        return form
    wrong = {}
    if len(adults) > 1 and told.adult not in adults:
        wrong["adult"] = "Choisissez à qui vous écrivez."
    if not adults:
        wrong["subject"] = "Ce foyer n’a pas d’adulte : il n’y a personne à qui écrire."
    return form.wrong(**wrong) if wrong else form


ROUTES = [letter, print_letter]
