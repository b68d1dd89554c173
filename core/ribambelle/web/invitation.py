"""The first visit of a member of staff: choose a password, add the second factor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Grant, accounts, limits, links, passwords, second_factor, sessions
from ribambelle.identity.tables import Account, Token
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER, LinkPage
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

FIRST_GRANTS = [Grant("admin"), Grant("agent")]


class InvitationForm(msgspec.Struct, frozen=True):
    """What a new member of staff chooses; the address only when the link bears none."""

    name: str
    password: str
    code: str
    email: str = ""


@dataclass(frozen=True)
class InvitationPage:
    """The account to open, the code to scan, and the form as it was filled the last time."""

    secret: str
    email: str
    totp: str
    picture: str
    form: forms.Bound[InvitationForm] | None = None
    asks_address: bool = False


def dead() -> Page:
    """Say that a link is dead, and how to get another."""
    return Page("sign_in/link.html", LinkPage("", dead=True), status=410)


def _page(
    token: Token,
    secret: str,
    seen: Visit,
    commune: str,
    form: forms.Bound[InvitationForm] | None = None,
) -> Page:
    totp = seen.session.data.get("totp") or second_factor.new_secret()
    seen.session.set("totp", totp)
    picture = second_factor.picture(second_factor.address(totp, token.email or commune, commune))
    known = token.email if accounts.signs_in(token.email) else ""
    page = InvitationPage(secret, known, totp, picture, form, asks_address=not token.email)
    return Page("sign_in/invitation.html", page, status=422 if form else 200)


@get("/invitation/{secret:str}", name="invitation", guards=[guards.public])
async def invitation(
    secret: FromPath[str],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Page:
    """Show what to choose and the code to scan."""
    try:
        token = await links.find("invitation", secret, now)
    except Refused:
        return dead()
    return _page(token, secret, seen, tenant.settings.name)


@post("/invitation/{secret:str}", name="invitation.accept", guards=[guards.public])
async def accept(
    request: Request[Any, Any, Any],
    secret: FromPath[str],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep the password and the second factor, and sign in."""
    try:
        token = await links.find("invitation", secret, now)
    except Refused:
        return dead()
    await limits.require(f"invitation:{token.id}", now, at_most=20, per=QUARTER)
    form = examined(await forms.read(request, InvitationForm), token)
    totp = seen.session.data.get("totp", "")
    step = second_factor.step_of(totp, form.struct.code, now) if form.struct and totp else None
    if form.struct is not None and step is None:
        form = form.wrong(
            code="Ce code ne convient pas. Scannez l’image, puis recopiez les six chiffres."
        )
    if form.struct is None or step is None:
        return _page(token, secret, seen, tenant.settings.name, form)
    kept = await passwords.hashed(form.struct.password)
    async with transaction():
        await links.use("invitation", secret, now)
        account = await _owner(token, form.struct, now)
        if account.password and account.totp:
            # whoever can sign in already is never given away by a link
            raise NotYours
        await Account.update(
            {
                Account.name: form.struct.name,
                Account.password: kept,
                Account.totp: totp,
                Account.totp_step: step,
                Account.proved_at: now,
            }
        ).where(Account.id == account.id)
        seen.session.drop("totp")
        await sessions.revoke(account.id)
        await seen.session.sign_in(account, now, strong=True)
        await journal.record(
            "account.activated", f"account:{account.id}", account=account.id, side="office"
        )
    return Redirect("/bureau", status_code=303)


def examined(form: forms.Bound[InvitationForm], token: Token) -> forms.Bound[InvitationForm]:
    """Return the form with what only a rule can see: a weak password, an unreadable address."""
    if form.struct is None:
        return form
    email = token.email or form.struct.email
    if not token.email:
        try:
            accounts.email_of(email)
        except Refused:
            return form.wrong(email="Écrivez une adresse comme prenom.nom@mairie.fr.")
    told = email if accounts.signs_in(email) else ""
    weak = passwords.weakness(form.struct.password, told, form.struct.name)
    return form.wrong(password=weak) if weak else form


async def _owner(token: Token, form: InvitationForm, now: datetime) -> Account:
    """Return the account invited, opening the first one of a commune for a link without address."""
    if token.email:
        account = await accounts.by_email(token.email)
        if account is None or account.disabled_at is not None:
            raise NotYours
        return account
    return await accounts.create_staff(accounts.email_of(form.email), form.name, FIRST_GRANTS, now)


ROUTES = [invitation, accept]
