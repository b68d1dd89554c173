"""The language somebody reads the portal in: chosen on any page, and what is being typed stays."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours
from ribambelle.forms import Bound
from ribambelle.identity.sessions import LANGUAGE, keep_language
from ribambelle.web import drafts, guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import way_in
from ribambelle.web.visit import Visit

OWN = frozenset({"langue", "retour", drafts.SECRETS})
"""What the choice itself is made of; the rest of the form is what was being typed."""


class Choice(msgspec.Struct, frozen=True):
    """A language, and the page it was chosen on."""

    langue: str
    retour: str = "/"


@dataclass(frozen=True)
class LanguagesPage:
    """Where to go back to once a language is chosen."""

    back: str


@get("/langues", name="languages", told="Choisir sa langue", guards=[guards.public])
async def choose_page(retour: FromQuery[str] = "/") -> Page:
    """Show the languages, each as it calls itself."""
    return Page("languages.html", LanguagesPage(way_in(retour) or "/"))


@post("/langues", name="languages.choose", told="Changer de langue", guards=[guards.public])
async def choose(request: Request[Any, Any, Any], seen: NamedDependency[Visit]) -> Response[Any]:
    """Go back to the same page in another language, with what was typed there."""
    form = await forms.read(request, Choice)
    chosen = str(form.raw.get("langue", ""))
    if chosen not in {one.code for one in seen.languages}:
        raise NotYours
    back = str(form.raw.get("retour", ""))
    back = way_in(back) or way_in(back.partition("?")[0]) or "/"
    left_out = OWN | set(str(form.raw.get(drafts.SECRETS, "")).split())
    typed = {name: value for name, value in form.raw.items() if name not in left_out}
    page, left = back.partition("?")[0], ""
    if typed and not seen.person:
        left = drafts.cookie(request, page, typed)
    if typed and not left and not (seen.person and seen.keep(page, Bound(None, {}, typed))):
        seen.tell(
            "alerte",
            "Ce que vous écriviez est trop long pour suivre dans l’autre langue. "
            "Revenez à la page précédente de votre navigateur pour le retrouver.",
        )
    seen.session.set(LANGUAGE, chosen)
    if seen.person and seen.person.is_family and not seen.person.behalf:
        await keep_language(seen.person.account, chosen)
    return Redirect(back, status_code=303, headers={"set-cookie": left} if left else {})


ROUTES = [choose_page, choose]
