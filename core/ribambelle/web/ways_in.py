"""How I sign in: the state identity I linked, the passkeys of my devices; added and removed here."""

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
from ribambelle.identity import (
    Person,
    accounts,
    departures,
    limits,
    links,
    passkeys,
    state_identities,
)
from ribambelle.identity.sessions import AWAITING
from ribambelle.identity.tables import Passkey, StateIdentity
from ribambelle.openid import FRANCECONNECT, PROCONNECT, Provider, provider
from ribambelle.tenants import Tenant
from ribambelle.web import guards, leaving, proof
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER, come_from
from ribambelle.web.state_identity import LINKING
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

PAGE = "/compte/connexion"
ADDING, KEY = "new_passkey", "passkey"
WRONG = "Cette clé d’accès n’a pas pu être vérifiée. Recommencez, ou connectez-vous autrement."


class ProvedForm(msgspec.Struct, frozen=True):
    """The present password, when there is one."""

    present: str = ""


class KeyForm(msgspec.Struct, frozen=True):
    """What a device answered, what to call it, and the present password when there is one."""

    credential: str = ""
    name: str = ""
    present: str = ""


class AnswerForm(msgspec.Struct, frozen=True):
    """What a device answered."""

    credential: str = ""
    suite: str = ""


@dataclass(frozen=True)
class WaysPage:
    """The ways in of one account, and what must be proved to change them."""

    has_password: bool
    is_recent: bool
    provider: Provider | None
    linked: StateIdentity | None
    keys: list[Passkey]
    form: forms.Bound[Any] | None = None

    @property
    def may_change(self) -> bool:
        """Whether this page may ask for the proof: otherwise a new sign-in comes first."""
        return self.has_password or self.is_recent


@dataclass(frozen=True)
class KeyPage:
    """Signing in with a key that was not taken."""

    follow: str
    sentence: str


def _mine(tenant: Tenant, person: Person) -> Provider | None:
    return provider.of(tenant, FRANCECONNECT if person.is_family else PROCONNECT)


async def _page(
    tenant: Tenant, person: Person, now: datetime, form: forms.Bound[Any] | None = None
) -> Page:
    one = _mine(tenant, person)
    page = WaysPage(
        await proof.has_password(person),
        await proof.is_recent(person, now),
        one,
        await state_identities.of_account(person.account, one) if one else None,
        await passkeys.of_account(person.account),
        form,
    )
    return Page("account_ways.html", page, status=422 if form else 200)


async def _unsure(person: Person, now: datetime, present: str) -> str:
    """Return why it is not sure enough who asks; a password is not guessed here."""
    await limits.require(f"proof:{person.account}", now, at_most=10, per=QUARTER)
    return await proof.missing(person, now, present)


@get(PAGE, name="account.ways", told="Voir comment on se connecte", guards=[guards.oneself])
async def ways(
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show how I may sign in."""
    return await _page(tenant, person, now)


@post(
    f"{PAGE}/identite",
    name="account.link",
    told="Lier son compte à FranceConnect ou à ProConnect",
    guards=[guards.oneself],
    status_code=200,
)
async def link(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Leave for the provider, once it is sure who asks."""
    one = _mine(tenant, person)
    if one is None:
        raise NotYours
    form = await forms.read(request, ProvedForm)
    if wrong := await _unsure(person, now, str(form.raw.get("present", ""))):
        return await _page(tenant, person, now, form.wrong(present=wrong))
    return await leaving.sent(seen, one, now, LINKING, person.account)


@post(
    f"{PAGE}/identite/retirer",
    name="account.unlink",
    told="Ne plus lier son compte à FranceConnect ou à ProConnect",
    guards=[guards.oneself],
)
async def unlink(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Forget the state identity; staff keep a password, families the link by e-mail."""
    one = _mine(tenant, person)
    if one is None:
        raise NotYours
    form = await forms.read(request, ProvedForm)
    wrong = await _unsure(person, now, str(form.raw.get("present", "")))
    account = await accounts.by_number(person.account)
    if not wrong and person.is_staff and not (account.password and account.totp):
        wrong = "Sans ProConnect, vous ne pourriez plus entrer. Demandez d’abord une invitation."
    if wrong:
        return await _page(tenant, person, now, form.wrong(present=wrong))
    if await state_identities.unlink(person.account, one):
        seen.tell("ok", f"{one.name} n’ouvre plus votre compte.")
    return Redirect(PAGE, status_code=303)


# -- passkeys ----------------------------------------------------------------------------------


@post(
    f"{PAGE}/cles/defi",
    name="account.key_asked",
    told="Préparer une clé d’accès",
    guards=[guards.oneself],
    status_code=200,
)
async def key_asked(
    person: NamedDependency[Person], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Tell the browser how to make a key."""
    await limits.require(f"passkey:{person.account}", now, at_most=20, per=QUARTER)
    left = await departures.begin(seen.session, ADDING, now, account=person.account)
    asked = await passkeys.to_add(await accounts.by_number(person.account), left.state)
    return Response(asked, media_type="application/json")


@post(
    f"{PAGE}/cles",
    name="account.key_added",
    told="Ajouter une clé d’accès",
    guards=[guards.oneself],
)
async def key_added(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep the key a device made, once it is sure who asks."""
    form = await forms.read(request, KeyForm)
    told = form.struct or KeyForm()
    name = " ".join(told.name.split())[:60]
    if not name:
        form = form.wrong(name="Donnez un nom à cette clé, par exemple « mon téléphone ».")
    if wrong := await _unsure(person, now, told.present):
        form = form.wrong(present=wrong)
    if form.errors:
        return await _page(tenant, person, now, form)
    try:
        challenge = passkeys.challenge_of(told.credential)
        left = await departures.back(seen.session, ADDING, challenge, now)
        if left.account != person.account:
            raise Refused("strange_return")
        account = await accounts.by_number(person.account)
        await passkeys.add(account, told.credential, challenge, name, now)
    except Refused:
        return await _page(tenant, person, now, form.wrong(name=WRONG))
    seen.tell("ok", f"La clé « {name} » ouvre maintenant votre compte.")
    return Redirect(PAGE, status_code=303)


@post(
    f"{PAGE}/cles/{{held:int}}/retirer",
    name="account.key_removed",
    told="Retirer une clé d’accès",
    guards=[guards.oneself],
)
async def key_removed(
    held: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Forget a key."""
    form = await forms.read(request, ProvedForm)
    if wrong := await _unsure(person, now, str(form.raw.get("present", ""))):
        return await _page(tenant, person, now, form.wrong(present=wrong))
    await passkeys.remove(await accounts.by_number(person.account), held)
    seen.tell("ok", "Cette clé n’ouvre plus votre compte.")
    return Redirect(PAGE, status_code=303)


@post("/connexion/cle/defi", name="sign_in.key_asked", guards=[guards.public], status_code=200)
async def any_key_asked(
    request: Request[Any, Any, Any], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Tell the browser how to find a key, without asking whose."""
    await limits.require(f"passkey-from:{come_from(request)}", now, at_most=60, per=QUARTER)
    left = await departures.begin(seen.session, KEY, now)
    return Response(passkeys.to_sign_in(left.state), media_type="application/json")


@post("/connexion/cle", name="sign_in.key", guards=[guards.public])
async def sign_in_with_key(
    request: Request[Any, Any, Any], seen: NamedDependency[Visit], now: NamedDependency[datetime]
) -> Response[Any]:
    """Sign in whoever holds the key; for staff it is both factors once the device knew its owner."""
    form = await forms.read(request, AnswerForm)
    told = form.struct or AnswerForm()
    follow = links.local_path(told.suite, "")
    try:
        challenge = passkeys.challenge_of(told.credential)
        await departures.back(seen.session, KEY, challenge, now)
        opened = await passkeys.check(told.credential, challenge, now)
    except Refused:
        await journal.record("account.sign_in_failed", "account:0")
        return Page("sign_in/key.html", KeyPage(follow, WRONG), status=422)
    account = opened.account
    is_staff = account.kind == "staff"
    if is_staff and not opened.is_verified:
        seen.session.set(AWAITING, [account.id, follow])
        return Redirect("/connexion/code", status_code=303)
    async with transaction():
        await seen.session.sign_in(account, now, strong=is_staff)
        side = "office" if is_staff else "family"
        await journal.record(
            "account.signed_in", f"account:{account.id}", account=account.id, side=side
        )
    home = "/bureau" if is_staff else "/"
    return Redirect(links.local_path(follow, home), status_code=303)


ROUTES = [
    ways,
    link,
    unlink,
    key_asked,
    key_added,
    key_removed,
    any_key_asked,
    sign_in_with_key,
]
