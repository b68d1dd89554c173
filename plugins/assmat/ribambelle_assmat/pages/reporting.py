"""The page where a childminder tells of an error in the register."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.forms import Bound
from ribambelle.identity import Person, limits
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_assmat import reporting
from ribambelle_assmat.domain.accreditation import PLACES
from ribambelle_assmat.pages.space import SPACE, herself, mine
from ribambelle_assmat.queries.directory import One

HERE = f"{SPACE}/{{childminder:int}}/erreur"
DAY, AT_MOST = timedelta(days=1), 5


class ErrorForm(msgspec.Struct, frozen=True):
    """What is wrong."""

    words: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class ErrorPage:
    """What the register says of her, and the form."""

    one: One
    form: Bound[ErrorForm] | None = None

    @property
    def told(self) -> list[tuple[str, str]]:
        """What the register says of her."""
        one = self.one
        places = [
            f"{PLACES[place.where]}, {place.children} enfant{'s' if place.children > 1 else ''}"
            for place in one.places
        ]
        return [
            ("Nom", one.name),
            ("Adresse", one.told.address),
            ("Agrément", f"jusqu’au {one.accreditation.last:%d/%m/%Y}"),
            *(("Place", place) for place in places),
        ]


@get(
    HERE,
    name="assmat.error",
    told="Relire ce que dit le registre, et y signaler une erreur",
    guards=[herself],
)
async def ask(childminder: FromPath[int], person: NamedDependency[Person]) -> Page:
    """Show what the register says of her."""
    return Page("assmat/error.html", ErrorPage(await mine(person, childminder)))


@post(
    HERE,
    name="assmat.report_error",
    told="Signaler à la PMI une erreur du registre",
    guards=[herself],
)
async def send(
    childminder: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Tell the PMI, a few times a day."""
    one = await mine(person, childminder)
    form = await forms.read(request, ErrorForm)
    wrong = {}
    if len(form.told.words.strip()) < 10:
        wrong["words"] = "Dites ce qui est faux, et ce qu’il faut lire à la place."
    if form.errors or wrong:
        return Page("assmat/error.html", ErrorPage(one, form.wrong(**wrong)), status=422)
    await limits.require(f"assmat-error:{childminder}", now, at_most=AT_MOST, per=DAY)
    await reporting.report(person, one, form.told.words.strip())
    seen.tell("ok", "C’est envoyé à la PMI. Elle corrige le registre ; votre fiche suit.")
    return Redirect(f"{SPACE}/{childminder}", status_code=303)


ROUTES = [ask, send]
