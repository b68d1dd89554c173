"""The form by which a family writes to a childminder."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import accounts, limits
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import come_from
from ribambelle.web.visit import Visit
from ribambelle_assmat import contacting
from ribambelle_assmat.contacting import Letter
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One

HERE = "/assmat/fiches/{childminder:int}/ecrire"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class LetterForm(msgspec.Struct, frozen=True):
    """What a family writes."""

    name: Annotated[str, msgspec.Meta(max_length=80)] = ""
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    phone: Annotated[str, msgspec.Meta(max_length=20)] = ""
    words: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class LetterPage:
    """The form; or that it is sent."""

    one: One
    name: str = ""
    email: str = ""
    form: Bound[LetterForm] | None = None
    is_sent: bool = False


async def writable(number: int, today: date) -> One:
    """Return a childminder who lets families write; else there is no such page."""
    one = await directory.shown_one(number, today)
    if not one.is_writable(today) or not (await contacting.address(one))[0]:
        raise NotYours
    return one


@get(HERE, name="assmat.letter", told="Écrire à une assistante maternelle", guards=[guards.public])
async def ask(
    childminder: FromPath[int],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Page:
    """Show the form, with what is known of whoever is signed in."""
    one = await writable(childminder, now.date())
    person = seen.person
    known = (person.name, person.email) if person and person.is_family else ("", "")
    return Page("assmat/letter.html", LetterPage(one, *known))


@post(
    HERE,
    name="assmat.send_letter",
    told="Envoyer un message à une assistante maternelle",
    guards=[guards.public],
    status_code=200,
)
async def send(
    childminder: FromPath[int], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[Any]:
    """Send it, a few an hour: nobody writes to all of them."""
    one = await writable(childminder, now.date())
    form = await forms.read(request, LetterForm)
    told, wrong, email = form.told, {}, ""
    if not told.name.strip():
        wrong["name"] = "Écrivez votre nom."
    if len(told.words.strip()) < 10:
        wrong["words"] = "Dites ce que vous cherchez : âge de l’enfant, jours, date."
    try:
        email = accounts.email_of(told.email)
    except Refused:
        wrong["email"] = "Écrivez une adresse comme prenom.nom@exemple.fr."
    if form.errors or wrong:
        page = LetterPage(one, form=form.wrong(**wrong))
        return Page("assmat/letter.html", page, status=422)
    await limits.require(f"assmat-letter-from:{come_from(request)}", now, at_most=8, per=HOUR)
    await limits.require(f"assmat-letter:{childminder}", now, at_most=20, per=DAY)
    letter = Letter(told.name.strip(), email, told.phone.strip(), told.words.strip())
    await contacting.write(one, letter)
    return Page("assmat/letter.html", LetterPage(one, is_sent=True))


ROUTES = [ask, send]
