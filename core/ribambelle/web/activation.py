"""Opening the account of a family the town hall already knows, with a code received by post."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.families import activation
from ribambelle.families.activation import PURPOSE, Typed
from ribambelle.families.tables import Activation
from ribambelle.identity import accounts, limits, links, newcomers, state_identities
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER, LinkPage, come_from
from ribambelle.web.visit import Visit

PAGE = "/activation"
KEPT = "activation"
"""Where a session keeps the number of a code that was typed right."""
WRONG = "Ce code et ce que vous avez donné ne vont pas ensemble. Vérifiez-les sur votre courrier."


class CodeForm(msgspec.Struct, frozen=True):
    """The code of a letter, and what proves that it reached its family."""

    code: str
    born_on: date | None = None
    family_name: str = ""


class EmailForm(msgspec.Struct, frozen=True):
    """The address the account will be opened with."""

    email: str


@dataclass(frozen=True)
class StartPage:
    """The code to type; a letter's picture fills it in."""

    code: str = ""
    form: forms.Bound[CodeForm] | None = None


@dataclass(frozen=True)
class AddressPage:
    """The address to give, and whom the letter was written to."""

    name: str
    form: forms.Bound[EmailForm] | None = None
    sent_to: str = ""


@get(PAGE, name="activation", guards=[guards.public])
async def start(code: FromQuery[str] = "") -> Page:
    """Ask for the code of the letter."""
    return Page("activation/start.html", StartPage(code[:20]))


@post(PAGE, name="activation.check", guards=[guards.public])
async def check(
    request: Request[Any, Any, Any], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Check the code and what was typed beside it; the same sentence says that either is wrong."""
    form = await forms.read(request, CodeForm)
    if form.struct is None:
        return Page("activation/start.html", StartPage(form=form), status=422)
    typed = Typed(form.struct.code, form.struct.born_on, form.struct.family_name)
    try:
        found = await activation.check(typed, come_from(request), now)
    except Refused as refusal:
        if refusal.reason != "activation_unknown":
            raise
        return Page("activation/start.html", StartPage(form=form.wrong(code=WRONG)), status=422)
    seen.session.set(KEPT, found.id)
    return Redirect(f"{PAGE}/adresse", status_code=303)


async def _typed(seen: Visit, now: datetime) -> Activation | None:
    """Return the code this browser typed right, if it still opens something."""
    try:
        return await activation.pending(int(seen.session.data.get(KEPT, 0)), now)
    except Refused:
        return None


@get(f"{PAGE}/adresse", name="activation.address", guards=[guards.public])
async def address(seen: NamedDependency[Visit], now: NamedDependency[datetime]) -> Response[Any]:
    """Ask for the address to use."""
    found = await _typed(seen, now)
    if found is None:
        return Redirect(PAGE, status_code=303)
    return Page("activation/address.html", AddressPage(found.adult.given_name))


@post(f"{PAGE}/adresse", name="activation.send", guards=[guards.public], status_code=200)
async def send(
    request: Request[Any, Any, Any], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Send the link that proves the address; the answer is the same for every address."""
    found = await _typed(seen, now)
    if found is None:
        return Redirect(PAGE, status_code=303)
    form = await forms.read(request, EmailForm)
    name = found.adult.given_name
    try:
        email = accounts.email_of(form.struct.email if form.struct else "")
    except Refused:
        form = form.wrong(email="Écrivez une adresse comme prenom.nom@exemple.fr.")
        return Page("activation/address.html", AddressPage(name, form), status=422)
    await limits.require(f"activation-link:{found.id}", now, at_most=5, per=QUARTER)
    await activation.ask_link(found, email)
    return Page("activation/address.html", AddressPage(name, sent_to=email))


@get(f"{PAGE}/lien/{{secret:str}}", name="activation.link", guards=[guards.public])
async def link_page(secret: FromPath[str], now: NamedDependency[datetime]) -> Page:
    """Show one button: programs that open the links of e-mails must not use them up."""
    try:
        token = await links.find(PURPOSE, secret, now)
    except Refused:
        return _dead()
    return Page("activation/link.html", LinkPage(secret, email=token.email))


@post(f"{PAGE}/lien/{{secret:str}}", name="activation.open", guards=[guards.public])
async def enter(
    secret: FromPath[str], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Open the account, attach it to the adult the letter was written to, and sign in."""
    try:
        async with transaction():
            token = await links.find(PURPOSE, secret, now)
            account = await activation.use(secret, now)
            newcomer = newcomers.kept(seen.session, now)
            if newcomer is not None and str(newcomer.activation) == token.follow:
                await state_identities.link(account, newcomer.who, now)
            seen.session.drop(KEPT)
            await seen.session.sign_in(account, now)
    except Refused as refusal:
        if refusal.reason not in ("link_dead", "person_has_account"):
            raise
        return _dead()
    seen.tell("ok", "Votre compte est ouvert. Vérifiez ce que la mairie connaît de vous.")
    return Redirect("/famille/verifier", status_code=303)


def _dead() -> Page:
    return Page("activation/link.html", LinkPage("", dead=True), status=410)


ROUTES = [start, check, address, send, link_page, enter]
