"""Signing in: a link by e-mail for families; password and code for staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.identity import (
    accounts,
    errands,
    limits,
    links,
    logins,
    passwords,
    second_factor,
)
from ribambelle.identity.sessions import AWAITING, MANDATE, OPENID
from ribambelle.identity.tables import Account
from ribambelle.jobs import later
from ribambelle.messages import post as write
from ribambelle.tenants import Tenant
from ribambelle.web import guards, leaving
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


class EmailForm(msgspec.Struct, frozen=True):
    """The address to send a link to."""

    email: str
    suite: str = ""


class PasswordForm(msgspec.Struct, frozen=True):
    """An address, or what stands for it, and a password."""

    email: str
    password: str
    suite: str = ""


class CodeForm(msgspec.Struct, frozen=True):
    """The six digits of the second factor."""

    code: str


@dataclass(frozen=True)
class SignInPage:
    """Where to go afterwards, and the form as it was filled the last time."""

    follow: str = ""
    form: forms.Bound[Any] | None = None
    email: str = ""


@dataclass(frozen=True)
class LinkPage:
    """A link that waits for one click, or that is dead."""

    secret: str
    dead: bool = False
    email: str = ""


def way_in(follow: str) -> str:
    """Return where to go on to, when it is a page of this portal; nothing otherwise."""
    return links.local_path(follow, "")


@get("/connexion", name="sign_in", guards=[guards.public])
async def sign_in(suite: FromQuery[str] = "") -> Page:
    """Ask for an e-mail address."""
    return Page("sign_in/email.html", SignInPage(way_in(suite)))


@post("/connexion", name="sign_in.send", guards=[guards.public], status_code=200)
async def send_link(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Page:
    """Send a link; the answer is the same whether the address is known or not."""
    form = await forms.read(request, EmailForm)
    follow = way_in(str(form.raw.get("suite", "")))
    try:
        email = accounts.email_of(form.struct.email if form.struct else "")
    except Refused:
        form = form.wrong(email="Écrivez une adresse comme prenom.nom@exemple.fr.")
        return Page("sign_in/email.html", SignInPage(follow, form), status=422)
    await limits.require(f"link:{email}", now, at_most=5, per=QUARTER)
    await limits.require(f"link-from:{come_from(request)}", now, at_most=40, per=QUARTER)
    # The work is a job's, so that a known and an unknown address take the same time.
    await later("core", "send_link", email=email, follow=follow)
    return Page("sign_in/sent.html", SignInPage(follow, email=email))


async def email_link(email: str, follow: str) -> None:
    """Write the sign-in link of a family, or tell staff where they sign in; run as a job."""
    from ribambelle import tenants

    now = tenants.current().now()
    account = await accounts.by_email(email)
    async with transaction():
        await journal.record("account.link_asked", f"account:{account.id if account else 0}")
        if account is not None and account.kind == "staff":
            await write("messages/staff_sign_in", email, account=account.id)
            return
        if not await _may_enter(email):
            await write("messages/activation_needed", email)
            return
        link = await links.make("sign_in", email, now, follow)
        await write("messages/sign_in", email, account=account.id if account else None, link=link)


async def _may_enter(email: str) -> bool:
    """Tell whether an address may open an account: any, or one the commune already knows."""
    from ribambelle import tenants
    from ribambelle.families import activation

    return tenants.current().settings.registration == "open" or await activation.knows(email)


@get("/connexion/lien/{secret:str}", name="sign_in.link", guards=[guards.public])
async def link_page(secret: FromPath[str], now: NamedDependency[datetime]) -> Page:
    """Show one button: programs that open the links of e-mails must not use them up."""
    try:
        token = await links.find("sign_in", secret, now)
    except Refused:
        return Page("sign_in/link.html", LinkPage("", dead=True), status=410)
    return Page("sign_in/link.html", LinkPage(secret, email=token.email))


@post("/connexion/lien/{secret:str}", name="sign_in.enter", guards=[guards.public])
async def enter(
    secret: FromPath[str], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Use up the link and sign in the family it was sent to."""
    try:
        async with transaction():
            token = await links.use("sign_in", secret, now)
            account = await accounts.open_family(token.email, now)
            await seen.session.sign_in(account, now)
            await journal.record(
                "account.signed_in", f"account:{account.id}", account=account.id, side="family"
            )
    except Refused as refusal:
        if refusal.reason != "link_dead":
            raise
        return Page("sign_in/link.html", LinkPage("", dead=True), status=410)
    return Redirect(links.local_path(token.follow), status_code=303)


@get("/connexion/mot-de-passe", name="sign_in.password", guards=[guards.public])
async def password_page(suite: FromQuery[str] = "") -> Page:
    """Ask for an address and a password."""
    return Page("sign_in/password.html", SignInPage(way_in(suite)))


@post("/connexion/mot-de-passe", name="sign_in.check", guards=[guards.public])
async def check_password(
    request: Request[Any, Any, Any], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Check a password; staff then give their code. Ten wrong tries close the door for a while."""
    form = await forms.read(request, PasswordForm)
    follow = way_in(str(form.raw.get("suite", "")))
    if form.struct is None:
        return Page("sign_in/password.html", SignInPage(follow, form), status=422)
    account = await logins.account_of(form.struct.email)
    email = logins.door(form.struct.email, account)
    await limits.require(f"password:{email}", now, at_most=10, per=QUARTER)
    await limits.require(f"password-from:{come_from(request)}", now, at_most=60, per=QUARTER)
    right = await passwords.matches(account.password if account else None, form.struct.password)
    if account is None or not right or account.disabled_at is not None:
        await journal.record("account.sign_in_failed", f"account:{account.id if account else 0}")
        form = form.wrong(password="L’identifiant ou le mot de passe ne correspond pas.")  # noqa: S106 - a sentence, not a password
        return Page("sign_in/password.html", SignInPage(follow, form), status=422)
    await limits.forget(f"password:{email}")
    if account.kind == "staff":
        seen.session.set(AWAITING, [account.id, follow])
        return Redirect("/connexion/code", status_code=303)
    async with transaction():
        await seen.session.sign_in(account, now)
        await journal.record(
            "account.signed_in", f"account:{account.id}", account=account.id, side="family"
        )
    return Redirect(links.local_path(follow), status_code=303)


@get("/connexion/code", name="sign_in.code", guards=[guards.public])
async def code_page(seen: NamedDependency[Visit]) -> Response[Any]:
    """Ask for the six digits."""
    if AWAITING not in seen.session.data:
        return Redirect("/connexion/mot-de-passe", status_code=303)
    return Page("sign_in/code.html", SignInPage())


@post("/connexion/code", name="sign_in.code_check", guards=[guards.public])
async def check_code(
    request: Request[Any, Any, Any], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Check the six digits and open the staff's session."""
    awaiting = seen.session.data.get(AWAITING)
    if not awaiting:
        return Redirect("/connexion/mot-de-passe", status_code=303)
    form = await forms.read(request, CodeForm)
    await limits.require(f"code:{awaiting[0]}", now, at_most=8, per=QUARTER)
    account = await Account.objects().get(Account.id == awaiting[0])
    code = form.struct.code if form.struct else ""
    if (
        account is None
        or account.disabled_at is not None
        or not await second_factor.accept(account, code, now)
    ):
        form = form.wrong(code="Ce code ne convient pas. Attendez le suivant, puis réessayez.")
        return Page("sign_in/code.html", SignInPage(form=form), status=422)
    seen.session.drop(AWAITING)
    async with transaction():
        await seen.session.sign_in(account, now, strong=True)
        if len(awaiting) > 2:  # ProConnect stood for the password
            seen.session.set(OPENID, awaiting[2])
        await journal.record(
            "account.signed_in", f"account:{account.id}", account=account.id, side="office"
        )
    return Redirect(links.local_path(awaiting[1], "/bureau"), status_code=303)


@post("/deconnexion", name="sign_out", guards=[guards.public])
async def sign_out(seen: NamedDependency[Visit], now: NamedDependency[datetime]) -> Response[Any]:
    """Sign this browser out, and out of FranceConnect or ProConnect when it came in by them.

    What the browser kept of the pages goes with the session.
    """
    openid = seen.session.data.get(OPENID)
    async with transaction():
        if MANDATE in seen.session.data:
            await errands.end_mandate(seen.session.data[MANDATE], now)
        seen.session.data.clear()
        await seen.session.end()
        if person := seen.person:
            await journal.record(
                "account.signed_out",
                f"account:{person.account}",
                account=person.account,
                side="office" if person.is_staff else "family",
            )
    gone = await leaving.farewell(seen, openid) if openid else None
    answer = gone or Redirect("/", status_code=303)
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


def come_from(request: Request[Any, Any, Any]) -> str:
    """Return where a request comes from; the server alone decides which proxy to believe."""
    return request.client.host if request.client else "unknown"


ROUTES = [
    sign_in,
    send_link,
    link_page,
    enter,
    password_page,
    check_password,
    code_page,
    check_code,
    sign_out,
]
