"""Accounts: found, opened, given roles."""

import re
from collections.abc import Sequence, Set
from datetime import datetime, timedelta

from piccolo.custom_types import Combinable

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.identity import links
from ribambelle.identity.person import NO_ADDRESS, Role
from ribambelle.identity.person import Grant as GrantValue
from ribambelle.identity.tables import Account, Adult, Grant
from ribambelle.messages import choices, post, text
from ribambelle.workflow import journal

SHOWN = 8
EMAIL = re.compile(r"[^@\s\"<>,;:]+@[^@\s\"<>,;:]+\.[^@\s\"<>,;:.]{2,}")


def email_of(text: str) -> str:
    """Return an e-mail address as accounts keep it, or refuse it.

    >>> email_of("  Camille.Martin@Exemple.FR ")
    'camille.martin@exemple.fr'
    >>> email_of("camille")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: email_unreadable
    """
    email = text.strip().lower()
    if len(email) > 254 or email.endswith(NO_ADDRESS) or not EMAIL.fullmatch(email):
        raise Refused("email_unreadable")
    return email


def is_email(text: str) -> bool:
    """Tell whether a text is an e-mail address.

    >>> is_email("camille@exemple.fr"), is_email("camille")
    (True, False)
    """
    try:
        email_of(text)
    except Refused:
        return False
    return True


async def by_email(email: str) -> Account | None:
    """Return the account of an address, if there is one."""
    return await Account.objects().get(Account.email == email)


async def by_number(number: int) -> Account:
    """Return an account that something else names."""
    account = await Account.objects().get(Account.id == number)
    if account is None:
        raise LookupError(f"no account {number}")
    return account


async def open_family(email: str, now: datetime) -> Account:
    """Return the family account of an address that was just proved, opening it the first time."""
    fresh = Account(email=email, name="", kind="family", created_at=now, proved_at=now)
    await Account.insert(fresh).on_conflict(target=Account.email, action="DO NOTHING")
    account = await by_email(email)
    if account is None:
        raise LookupError(f"account of {email} vanished")
    if account.proved_at is None:
        await Account.update({Account.proved_at: now}).where(Account.id == account.id)
    return account


async def open_without_address(adult: Adult, now: datetime) -> Account:
    """Return the account of an adult, opening one without e-mail for whoever has none.

    Nobody signs in with it and nothing is sent to it: the counter acts through it, and an
    activation code gives it an address later.
    """
    if adult.account is not None:
        return await by_number(int(adult.account))
    name = f"{adult.given_name} {adult.family_name}".strip()
    fresh = Account(
        email=f"adulte-{adult.id}{NO_ADDRESS}", name=name, kind="family", created_at=now
    )
    async with transaction():
        await Account.insert(fresh).on_conflict(target=Account.email, action="DO NOTHING")
        account = await by_email(fresh.email)
        if account is None:
            raise LookupError(f"account of adult {adult.id} vanished")
        await Adult.update({Adult.account: account.id}).where(Adult.id == adult.id)
    return account


def signs_in(email: str | None) -> bool:
    """Tell whether somebody signs in with the account of this address.

    >>> signs_in("anne@exemple.fr"), signs_in("adulte-3@sans-adresse.invalid"), signs_in(None)
    (True, False, False)
    """
    return bool(email) and not str(email).endswith(NO_ADDRESS)


def nobody_signs_in() -> Combinable:
    """Tell, of an adult, that nobody signs in for them: no account, or one without an address."""
    without: Combinable = Adult.account.email.like(f"%{NO_ADDRESS}")
    return Adult.account.is_null() | without


async def create_staff(
    email: str, name: str, grants: list[GrantValue], now: datetime, *, by: int | None = None
) -> Account:
    """Open a staff account with its roles, or add roles to the one that exists."""
    async with transaction():
        account = await by_email(email)
        if account is not None and account.kind != "staff":
            raise Refused("email_taken_by_family", email=email)
        if account is None:
            account = Account(email=email, name=name, kind="staff", created_at=now)
            account.id = int((await Account.insert(account).returning(Account.id))[0]["id"])
        for grant in grants:
            await give(account.id, grant, now, by=by)
    return account


async def give(account: int, grant: GrantValue, now: datetime, *, by: int | None = None) -> None:
    """Give a role; giving it twice changes nothing."""
    role = known_roles().get(grant.role)
    if role is None:
        raise Refused("unknown_role", role=grant.role, known=", ".join(known_roles()))
    if bool(role.scope) != bool(grant.scope):
        reason = "scope_needed" if role.scope else "scope_unwanted"
        raise Refused(reason, role=grant.role, kind=role.scope)
    row = Grant(account=account, role=grant.role, scope=grant.scope, given_at=now)
    await Grant.insert(row).on_conflict(
        target=(Grant.account, Grant.role, Grant.scope), action="DO NOTHING"
    )
    await journal.record(
        "account.role_given",
        f"account:{account}",
        account=by,
        side="office",
        role=grant.role,
        scope=grant.scope,
    )


def known_roles() -> dict[str, Role]:
    """Return the roles of the current commune, by code."""
    return {role.code: role for role in tenants.current().hooks.all("roles")}


async def grants_of(roles: Sequence[str], scopes: Sequence[str]) -> list[GrantValue]:
    """Return the roles asked for, each limited to the things of its kind; refuse what is not.

    Several scopes give several grants: a manager may run two crèches.
    """
    known, grants = known_roles(), list[GrantValue]()
    for code in roles:
        if code not in known:
            raise Refused("unknown_role", role=code, known=", ".join(known))
    kinds = {known[code].scope for code in roles} - {""}
    if scopes and not kinds:
        raise Refused("scope_unwanted", role=", ".join(roles))
    for scope in scopes:
        await _require_thing(scope, kinds)
    for code in roles:
        kind = known[code].scope
        mine = [scope for scope in scopes if scope.partition(":")[0] == kind] if kind else [""]
        if not mine:
            raise Refused("scope_needed", role=code, kind=kind)
        grants += [GrantValue(code, scope) for scope in mine]
    return grants


async def _require_thing(scope: str, kinds: Set[str]) -> None:
    """Refuse a scope of another kind, or of a thing that is not in this commune."""
    kind, _, number = scope.partition(":")
    things: dict[int, str] = {}
    for _, lists in tenants.current().hooks.each("scopes"):
        if kind in kinds and kind in lists:
            things |= await lists[kind]()
    if number.isdecimal() and int(number) in things and number == str(int(number)):
        return
    if kind in kinds:
        known = [f"{kind}:{one} ({label})" for one, label in list(things.items())[:SHOWN]]
    else:
        known = [f"{one}:1" for one in sorted(kinds)]
    more = "…" if len(things) > SHOWN else ""
    raise Refused("scope_unknown", scope=scope, known=", ".join(known) + more or "aucune")


async def _hand(account: Account, link: str) -> None:
    """Send an invitation where its account is reached: at its telephone when it has no address."""
    number = "" if signs_in(account.email) else await choices.phone_of(account.id)
    if number:
        await text("messages/invitation_sms", number, account=account.id, link=link)
    else:
        await post(
            "messages/invitation", account.email, account=account.id, link=link, name=account.name
        )


async def invite(
    account: Account, now: datetime, *, by: int | None = None, life: timedelta | None = None
) -> str:
    """Send the link that lets a member of staff choose a password and a second factor.

    Only the last one sent serves; nothing is sent to an account without an address.
    """
    async with transaction():
        await links.kill("invitation", account.email, now)
        link = await links.make("invitation", account.email, now, life=life)
        await _hand(account, link)
        await journal.record("account.invited", f"account:{account.id}", account=by, side="office")
    return link
