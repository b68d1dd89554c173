"""A search left with an e-mail: asked on the directory, proved and ended from the messages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import accounts, limits
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import come_from
from ribambelle.web.visit import Visit
from ribambelle_assmat import saving
from ribambelle_assmat.asking import LONGEST, Search

HERE = "/assmat/alertes"
ONE = f"{HERE}/{{search:int}}/{{code:str}}"
HOUR = timedelta(hours=1)


class AlertForm(msgspec.Struct, frozen=True):
    """Where to write."""

    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    recherche: Annotated[str, msgspec.Meta(max_length=LONGEST)] = ""


@dataclass(frozen=True)
class AlertPage:
    """What is looked for, and where to write; or that a message is on its way."""

    search: Search
    email: str = ""
    form: Bound[AlertForm] | None = None
    sent_to: str = ""


@get(
    HERE,
    name="assmat.alert",
    told="Préparer une alerte sur une recherche d’assistante maternelle",
    guards=[guards.public],
)
async def ask(request: Request[Any, Any, Any], seen: NamedDependency[Visit]) -> Page:
    """Ask where to write."""
    search = saving.read(request.url.query)
    person = seen.person
    return Page(
        "assmat/alert.html", AlertPage(search, person.email if person and person.is_family else "")
    )


@post(
    HERE,
    name="assmat.begin_alert",
    told="Demander à être averti d’une place",
    guards=[guards.public],
    status_code=200,
)
async def begin(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Send the link that proves the address; the answer is the same whatever is kept already."""
    form = await forms.read(request, AlertForm)
    search, email = saving.read(form.told.recherche), ""
    wrong = {}
    try:
        email = accounts.email_of(form.told.email)
    except Refused:
        wrong["email"] = "Écrivez une adresse comme prenom.nom@exemple.fr."
    if form.errors or wrong:
        page = AlertPage(search, form=form.wrong(**wrong))
        return Page("assmat/alert.html", page, status=422)
    await limits.require(f"assmat-alert-from:{come_from(request)}", now, at_most=10, per=HOUR)
    await limits.require(f"assmat-alert:{email}", now, at_most=5, per=HOUR)
    await saving.begin(tenant, email, search, now)
    return Page("assmat/alert.html", AlertPage(search, sent_to=email))


@dataclass(frozen=True)
class KeptPage:
    """One search that is kept, and how to begin or end it."""

    search: Search
    is_proved: bool
    done: str = ""
    """What was just done: begun or ended."""


@get(
    ONE,
    name="assmat.kept_alert",
    told="Lire une alerte depuis le message reçu",
    guards=[guards.public],
)
async def kept(search: FromPath[int], code: FromPath[str], tenant: NamedDependency[Tenant]) -> Page:
    """Show it; opening the page changes nothing."""
    row = await saving.kept(tenant, search, code)
    page = KeptPage(saving.read(row.asked), row.confirmed_at is not None)
    return Page("assmat/kept_alert.html", page)


@post(
    ONE,
    name="assmat.answer_alert",
    told="Commencer ou arrêter une alerte",
    guards=[guards.public],
    status_code=200,
)
async def answer(
    search: FromPath[int],
    code: FromPath[str],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Begin to look, or end it for good; pressed twice, the same."""
    row = await saving.kept(tenant, search, code)
    asked = saving.read(row.asked)
    if str((await request.form()).get("arreter", "")) == "oui":
        await saving.end(row)
        return Page("assmat/kept_alert.html", KeptPage(asked, True, "ended"))
    await saving.confirm(row, now)
    return Page("assmat/kept_alert.html", KeptPage(asked, True, "begun"))


ROUTES = [ask, begin, kept, answer]
