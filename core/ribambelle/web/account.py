"""My account: what we know of you, where you are signed in, your password."""

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
from ribambelle.identity import Person, limits, links, passwords, sessions
from ribambelle.identity.tables import Account, Session
from ribambelle.messages import post as write
from ribambelle.web import guards, proof
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal


class NewPassword(msgspec.Struct, frozen=True):
    """A new password, and the present one when there is one."""

    password: str
    present: str = ""


@dataclass(frozen=True)
class AccountPage:
    """One account as its owner sees it."""

    email: str
    name: str
    has_password: bool
    is_recent: bool
    sessions: list[Session]
    here: int
    form: forms.Bound[NewPassword] | None = None


async def _page(
    person: Person, now: datetime, form: forms.Bound[NewPassword] | None = None
) -> Page:
    account = await Account.objects().get(Account.id == person.account)
    page = AccountPage(
        email=person.email,
        name=person.name,
        has_password=bool(account and account.password),
        is_recent=await proof.is_recent(person, now),
        sessions=await sessions.sessions_of(person.account, now),
        here=person.session,
        form=form,
    )
    return Page("account.html", page, status=422 if form else 200)


@get("/compte", name="account", told="Voir son compte", guards=[guards.oneself])
async def account(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    """Show my account."""
    return await _page(person, now)


@post(
    "/compte/mot-de-passe",
    name="account.password",
    told="Choisir son mot de passe",
    guards=[guards.oneself],
)
async def change_password(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Choose a password; other browsers are signed out and the owner is told."""
    await limits.require(f"password-change:{person.account}", now, at_most=10, per=QUARTER)
    form = await forms.read(request, NewPassword)
    if form.struct is None:
        return await _page(person, now, form)
    if wrong := await proof.missing(person, now, form.struct.present):
        # a first password opens all that asks for one: an open browser is not enough for it either
        field = "present" if await proof.has_password(person) else "password"
        return await _page(person, now, form.wrong(**{field: wrong}))
    if weak := passwords.weakness(form.struct.password, person.email, person.name):
        return await _page(person, now, form.wrong(password=weak))
    kept = await passwords.hashed(form.struct.password)
    async with transaction():
        await Account.update({Account.password: kept}).where(Account.id == person.account)
        await sessions.revoke(person.account, keep=person.session)
        await links.forget("new_email", str(person.account), now)
        await write("messages/password_changed", person.email, account=person.account)
        side = "office" if person.is_staff else "family"
        await journal.record(
            "account.password_changed",
            f"account:{person.account}",
            account=person.account,
            side=side,
        )
    seen.tell("ok", "Votre mot de passe est enregistré. Vos autres appareils sont déconnectés.")
    return Redirect("/compte", status_code=303)


@post(
    "/compte/appareils/{session:int}/fermer",
    name="account.revoke",
    told="Déconnecter un de ses appareils",
    guards=[guards.oneself],
)
async def revoke(
    session: FromPath[int], person: NamedDependency[Person], seen: NamedDependency[Visit]
) -> Redirect:
    """Sign out one of my browsers; somebody else's is simply not there."""
    async with transaction():
        if await sessions.revoke(person.account, session):
            await journal.record(
                "account.session_closed",
                f"account:{person.account}",
                account=person.account,
                side="office" if person.is_staff else "family",
                session=session,
            )
    seen.tell("ok", "Cet appareil est déconnecté.")
    return Redirect("/compte", status_code=303)


ROUTES = [account, change_password, revoke]
