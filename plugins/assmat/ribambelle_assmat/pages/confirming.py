"""The page a childminder answers from her e-mail, without a password."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle import forms
from ribambelle.forms import Bound
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_assmat import refreshing
from ribambelle_assmat.domain.accreditation import PLACES
from ribambelle_assmat.queries.directory import One, OnePlace

HERE = "/assmat/confirmer/{place:int}/{code:str}"
ANSWERS = {"oui": "now", "non": "none", "date": "later"}


class AnswerForm(msgspec.Struct, frozen=True):
    """Her answer."""

    reponse: str = ""
    opens: date | None = None


@dataclass(frozen=True)
class ConfirmingPage:
    """The question, or that it is answered."""

    one: One
    place: OnePlace
    today: date
    form: Bound[AnswerForm] | None = None
    is_done: bool = False
    places: dict[str, str] = field(default_factory=lambda: PLACES)


@get(HERE, name="assmat.confirm", told="Lire la question du mois", guards=[guards.public])
async def question(
    place: FromPath[int],
    code: FromPath[str],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Ask whether the place is still free; opening the page answers nothing."""
    one, about = await refreshing.asked(tenant, place, code, now)
    return Page("assmat/confirming.html", ConfirmingPage(one, about, now.date()))


@post(
    HERE,
    name="assmat.confirmed",
    told="Répondre à la question du mois",
    guards=[guards.public],
    status_code=200,
)
async def answer(
    place: FromPath[int],
    code: FromPath[str],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write her answer: the link serves once."""
    one, about = await refreshing.asked(tenant, place, code, now)
    form = await forms.read(request, AnswerForm)
    told, wrong = form.told, {}
    if told.reponse not in ANSWERS:
        wrong["reponse"] = "Choisissez une réponse."
    if told.reponse == "date" and told.opens is None and "opens" not in form.errors:
        wrong["opens"] = "Écrivez à partir de quel jour la place est libre."
    if wrong or (form.errors and told.reponse == "date"):
        page = ConfirmingPage(one, about, now.date(), form.wrong(**wrong))
        return Page("assmat/confirming.html", page, status=422)
    await refreshing.answer(tenant, place, code, ANSWERS[told.reponse], told.opens, now)
    page = ConfirmingPage(one, about, now.date(), is_done=True)
    return Page("assmat/confirming.html", page)


ROUTES = [question, answer]
