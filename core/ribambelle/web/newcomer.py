"""The first visit of somebody FranceConnect knows: what are they to us? Nothing is guessed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.families import activation
from ribambelle.families.activation import Typed
from ribambelle.identity import accounts, limits, links, newcomers
from ribambelle.identity.newcomers import Newcomer
from ribambelle.identity.pivot import born
from ribambelle.identity.sessions import OPENID
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.web import guards, leaving
from ribambelle.web.activation import KEPT, WRONG, CodeForm
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER, come_from
from ribambelle.web.visit import Visit

PAGE = "/identite/premiere-fois"


class AddressForm(msgspec.Struct, frozen=True):
    """The address where the town hall writes to them."""

    email: str


@dataclass(frozen=True)
class NewcomerPage:
    """Who they are for the State, and the two doors."""

    called: str
    name: str
    born: str
    email: str
    may_open: bool
    form: forms.Bound[Any] | None = None
    coded: forms.Bound[Any] | None = None
    sent_to: str = ""


@dataclass(frozen=True)
class ProvedPage:
    """A link that waits for one click, that is dead, or that was opened in another browser."""

    secret: str = ""
    email: str = ""
    dead: bool = False
    elsewhere: bool = False


def _page(tenant: Tenant, one: Newcomer, status: int = 200, **more: Any) -> Page:
    day = born(one.pivot.born)
    names = f"{one.pivot.given_names} {one.pivot.usual_name or one.pivot.family_name}".strip()
    page = NewcomerPage(
        one.pivot.name,
        names,
        str(day) if day else "",
        one.pivot.email,
        tenant.settings.registration == "open",
        **more,
    )
    return Page("sign_in/newcomer.html", page, status=status)


def _here(seen: Visit, now: datetime) -> Newcomer | None:
    """Return the newcomer of this browser, unless somebody signed in meanwhile."""
    return newcomers.kept(seen.session, now) if seen.person is None else None


@get(PAGE, name="newcomer", guards=[guards.public])
async def first_time(
    tenant: NamedDependency[Tenant], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Ask whether the town hall knows them already, or which address to write to."""
    one = _here(seen, now)
    return _page(tenant, one) if one else leaving.expired()


@post(PAGE, name="newcomer.send", guards=[guards.public], status_code=200)
async def send(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Send the link that proves an address; the answer is the same for every address."""
    one = _here(seen, now)
    if one is None:
        return leaving.expired()
    form = await forms.read(request, AddressForm)
    try:
        email = accounts.email_of(form.struct.email if form.struct else "")
    except Refused:
        wrong = form.wrong(email="Écrivez une adresse comme prenom.nom@exemple.fr.")
        return _page(tenant, one, 422, form=wrong)
    await limits.require(f"link:{email}", now, at_most=5, per=QUARTER)
    await limits.require(f"link-from:{come_from(request)}", now, at_most=40, per=QUARTER)
    await later("core", "send_identity_link", email=email, ticket=one.ticket)
    return _page(tenant, one, sent_to=email)


@post("/identite/code", name="newcomer.code", guards=[guards.public])
async def check_code(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Check the code of a letter; the account it opens will be linked once its address is proved."""
    one = _here(seen, now)
    if one is None:
        return leaving.expired()
    form = await forms.read(request, CodeForm)
    if form.struct is None:
        return _page(tenant, one, 422, coded=form)
    typed = Typed(form.struct.code, form.struct.born_on, form.struct.family_name)
    try:
        found = await activation.check(typed, come_from(request), now)
    except Refused as refusal:
        if refusal.reason != "activation_unknown":
            raise
        return _page(tenant, one, 422, coded=form.wrong(code=WRONG))
    newcomers.with_code(seen.session, one, found.id)
    seen.session.set(KEPT, found.id)
    return Redirect("/activation/adresse", status_code=303)


@get("/identite/lien/{secret:str}", name="newcomer.link", guards=[guards.public])
async def link_page(secret: FromPath[str], now: NamedDependency[datetime]) -> Page:
    """Show one button: programs that open the links of e-mails must change nothing."""
    try:
        token = await links.find(newcomers.PURPOSE, secret, now)
    except Refused:
        return Page("sign_in/newcomer_link.html", ProvedPage(dead=True), status=410)
    return Page("sign_in/newcomer_link.html", ProvedPage(secret, token.email))


@post("/identite/lien/{secret:str}", name="newcomer.open", guards=[guards.public])
async def open_account(
    secret: FromPath[str], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Open the account of a newcomer whose address is proved, in the browser they came with."""
    try:
        token = await links.find(newcomers.PURPOSE, secret, now)
        one = _here(seen, now)
        if one is None or one.ticket != token.follow:
            return Page("sign_in/newcomer_link.html", ProvedPage(elsewhere=True), status=409)
        account = await newcomers.open_account(one, secret, now)
    except Refused as refusal:
        if refusal.reason not in ("link_dead", "person_has_account"):
            raise
        return Page("sign_in/newcomer_link.html", ProvedPage(dead=True), status=410)
    await seen.session.sign_in(account, now)
    seen.session.set(OPENID, [one.who.provider, one.token])
    seen.tell("ok", "Votre compte est ouvert.")
    return Redirect(links.local_path(one.follow), status_code=303)


ROUTES = [first_time, send, check_code, link_page, open_account]
