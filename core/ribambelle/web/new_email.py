"""Changing the address of an account: asked by its owner, proved at the new one, told to the old.

Whoever holds an address signs in with it, so an open browser is not enough to change it: the
present password is asked, or, where there is none, a sign-in of the last quarter of an hour.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms, tenants
from ribambelle.database import REFUSED, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person, accounts, limits, links, sessions
from ribambelle.identity.tables import Account, Adult, Token
from ribambelle.jobs import later
from ribambelle.messages import post as write
from ribambelle.web import guards, proof
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

PURPOSE = "new_email"
PAGE = "/compte/adresse"


class NewEmail(msgspec.Struct, frozen=True):
    """The address wished, and the present password when there is one."""

    email: str
    present: str = ""


@dataclass(frozen=True)
class EmailPage:
    """The form, and whether it is a password or a new sign-in that proves who asks."""

    email: str
    has_password: bool
    is_recent: bool
    form: forms.Bound[NewEmail] | None = None


@dataclass(frozen=True)
class ConfirmPage:
    """The last step, from the new address: one button, or a link that is dead."""

    secret: str
    email: str = ""
    dead: bool = False


async def _page(
    person: Person, now: datetime, form: forms.Bound[NewEmail] | None = None
) -> EmailPage:
    return EmailPage(
        email=person.email,
        has_password=await proof.has_password(person),
        is_recent=await proof.is_recent(person, now),
        form=form,
    )


@get(PAGE, name="account.email", told="Changer d’adresse e-mail", guards=[guards.oneself])
async def email_page(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    """Ask for the new address, or first for a proof of who asks."""
    return Page("account_email.html", await _page(person, now))


@post(
    PAGE,
    name="account.new_email",
    told="Demander à changer d’adresse e-mail",
    guards=[guards.oneself],
)
async def ask(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Send a link to the new address and a warning to the present one."""
    await limits.require(f"new-email:{person.account}", now, at_most=5, per=QUARTER)
    form = await forms.read(request, NewEmail)
    try:
        email = accounts.email_of(form.struct.email if form.struct else "")
    except Refused:
        form, email = form.wrong(email="Écrivez une adresse comme prenom.nom@exemple.fr."), ""
    if email == person.email:
        form = form.wrong(email="C’est déjà votre adresse.")
    if wrong := await proof.missing(person, now, str(form.raw.get("present", ""))):
        form = form.wrong(present=wrong)
    if form.errors:
        return Page("account_email.html", await _page(person, now, form), status=422)
    async with transaction():
        await _send(person, email, now)
    # the same sentence whether the address already has an account or not
    seen.tell("ok", f"Un lien part vers {email}. Suivez-le pour terminer : rien n’a encore changé.")
    return Redirect("/compte", status_code=303)


async def _send(person: Person, email: str, now: datetime) -> None:
    await journal.record(
        "account.new_email_asked",
        f"account:{person.account}",
        account=person.account,
        side="office" if person.is_staff else "family",
    )
    await write("messages/new_email_asked", person.email, account=person.account)
    # The work is a job's, so that a known and an unknown address take the same time.
    await later("core", "send_new_email", account=person.account, email=email)


async def send_link(account: int, email: str) -> None:
    """Write to the new address: a link, or that it already has an account; run as a job."""
    now = tenants.current().now()
    asking = await Account.objects().get(Account.id == account)
    if asking is None or asking.disabled_at is not None:
        return
    async with transaction():
        if await accounts.by_email(email) is not None:
            await write("messages/email_has_account", email)
            return
        link = await links.make(PURPOSE, email, now, str(account))
        await write("messages/new_email", email, link=link)


@get(f"{PAGE}/{{secret:str}}", name="account.email_link", guards=[guards.public])
async def confirm_page(secret: FromPath[str], now: NamedDependency[datetime]) -> Page:
    """Show one button: programs that open the links of e-mails must change nothing."""
    try:
        token = await links.find(PURPOSE, secret, now)
    except Refused:
        return Page("account_email_link.html", ConfirmPage("", dead=True), status=410)
    return Page("account_email_link.html", ConfirmPage(secret, token.email))


@post(f"{PAGE}/{{secret:str}}", name="account.email_changed", guards=[guards.public])
async def confirm(
    secret: FromPath[str], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Change the address, sign every browser out, and tell the old address."""
    try:
        async with transaction():
            token = await links.use(PURPOSE, secret, now)
            await _change(token, now)
            if seen.person and str(seen.person.account) == token.follow:
                await seen.session.end()  # its row is gone: the sentence below needs another
    except (Refused, *REFUSED):  # used, too old, or the address was taken meanwhile
        return Page("account_email_link.html", ConfirmPage("", dead=True), status=410)
    seen.tell("ok", f"Votre adresse est maintenant {token.email}. Connectez-vous avec elle.")
    return Redirect("/connexion", status_code=303)


async def _change(token: Token, now: datetime) -> None:
    number = int(token.follow)
    account = await Account.objects().get(Account.id == number)
    if account is None or account.disabled_at is not None:
        raise Refused("link_dead", purpose=PURPOSE)
    await Account.update({Account.email: token.email, Account.proved_at: now}).where(
        Account.id == number
    )
    # what is written to the family follows it, and so do the files a counter typed for it
    mine = (Adult.account == number) | Adult.account.is_null()
    await Adult.update({Adult.email: token.email}).where(mine & (Adult.email == account.email))
    await sessions.revoke(number)
    await links.forget(PURPOSE, str(number), now)
    await write("messages/new_email_done", account.email, account=number, new=token.email)
    await journal.record(
        "account.email_changed",
        f"account:{number}",
        account=number,
        side="office" if account.kind == "staff" else "family",
    )


ROUTES = [email_page, ask, confirm_page, confirm]
