"""The page where a childminder opens her account, without a clerk."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import accounts, limits
from ribambelle.jobs import later
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import come_from

HERE = "/assmat/activation"
HOUR = timedelta(hours=1)
Text = Annotated[str, msgspec.Meta(max_length=80)]


class ActivationForm(msgspec.Struct, frozen=True):
    """What says who she is."""

    accreditation: Text = ""
    family_name: Text = ""
    born_on: date | None = None
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""


@dataclass(frozen=True)
class ActivationPage:
    """The form; or that a message may be on its way."""

    form: Bound[ActivationForm] | None = None
    sent_to: str = ""


@get(HERE, name="assmat.activation", told="Ouvrir son compte", guards=[guards.public])
async def ask() -> Page:
    """Ask who she is."""
    return Page("assmat/activation.html", ActivationPage())


@post(
    HERE,
    name="assmat.activate",
    told="Demander à ouvrir son compte d’assistante maternelle",
    guards=[guards.public],
    status_code=200,
)
async def send(request: Request[Any, Any, Any], now: NamedDependency[datetime]) -> Response[Any]:
    """Answer the same whoever it is: the register is looked at by a job, in its own time."""
    form = await forms.read(request, ActivationForm)
    told, wrong = form.told, {}
    number = re.sub(r"[\s./-]", "", told.accreditation)
    if not number:
        wrong["accreditation"] = "Écrivez le numéro de votre agrément."
    if not told.family_name.strip():
        wrong["family_name"] = "Écrivez votre nom."
    if told.born_on is None and "born_on" not in form.errors:
        wrong["born_on"] = "Écrivez votre date de naissance."
    email = ""
    try:
        email = accounts.email_of(told.email)
    except Refused:
        wrong["email"] = "Écrivez une adresse comme prenom.nom@exemple.fr."
    if form.errors or wrong or told.born_on is None:
        return Page("assmat/activation.html", ActivationPage(form.wrong(**wrong)), status=422)
    await limits.require(f"assmat-activation:{number}", now, at_most=5, per=HOUR)
    await limits.require(f"assmat-activation-from:{come_from(request)}", now, at_most=20, per=HOUR)
    asked: dict[str, Any] = {"number": number, "family_name": told.family_name, "email": email}
    await later("assmat", "activate", **asked, born_on=f"{told.born_on}")
    return Page("assmat/activation.html", ActivationPage(sent_to=email))


ROUTES = [ask, send]
