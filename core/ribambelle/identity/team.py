"""Who works here: with which roles, since when, and what an administrator may change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from piccolo.query.functions import Max

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import accounts, links, sessions, state_identities
from ribambelle.identity.person import Grant as GrantValue
from ribambelle.identity.person import Role
from ribambelle.identity.tables import Account, Grant, Token
from ribambelle.messages import post
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine

ADMIN = "admin"
State = Literal["active", "invited", "dead", "disabled"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A role that may be given in this commune, with the thing it is limited to."""

    role: Role
    scope: str = ""
    thing: str = ""

    @property
    def key(self) -> str:
        """What a form sends of it."""
        return f"{self.role.code} {self.scope}".strip()

    @property
    def label(self) -> str:
        """The role in words, with what it is limited to.

        >>> Choice(Role("chef", "Cheffe"), "kitchen:2", "Cuisine du port").label
        'Cheffe : Cuisine du port'
        """
        return f"{self.role.label} : {self.thing}" if self.thing else self.role.label

    @property
    def grant(self) -> GrantValue:
        """The role as an account holds it."""
        return GrantValue(self.role.code, self.scope)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the team, as an administrator sees them."""

    account: Account
    held: list[Choice]
    signed_in_at: datetime | None
    state: State
    by_proconnect: bool = False
    """Whether they come in by ProConnect, which asks its own second factor when they have no code."""

    @property
    def has_second_factor(self) -> bool:
        """Tell whether a second factor protects the account."""
        return self.by_proconnect or self.account.totp is not None

    @property
    def name(self) -> str:
        """How to call them: their name, or their address before they gave it."""
        return str(self.account.name or self.account.email)


def state(*, has_factors: bool, is_closed: bool, is_invited: bool) -> State:
    """Say where an account stands: closed, able to sign in, invited, or invited in vain.

    >>> state(has_factors=True, is_closed=False, is_invited=False)
    'active'
    >>> state(has_factors=False, is_closed=False, is_invited=True)
    'invited'
    >>> state(has_factors=True, is_closed=True, is_invited=False)
    'disabled'
    """
    if is_closed:
        return "disabled"
    if has_factors:
        return "active"
    return "invited" if is_invited else "dead"


def state_of(account: Account, is_invited: bool, by_proconnect: bool) -> State:
    """Say where an account stands."""
    return state(
        has_factors=by_proconnect or bool(account.password and account.totp),
        is_closed=account.disabled_at is not None,
        is_invited=is_invited,
    )


async def choices(*, by_oneself: bool = True) -> list[Choice]:
    """Return every role that may be given here, once per thing it may be limited to.

    :param by_oneself: with those people open by themselves: there may be thousands.
    """
    roles = [one for one in accounts.known_roles().values() if by_oneself or not one.by_oneself]
    kinds = {one.scope for one in roles} - {""}
    things: dict[str, dict[int, str]] = {}
    for _, lists in tenants.current().hooks.each("scopes"):
        for kind in kinds & lists.keys():
            things[kind] = things.get(kind, {}) | await lists[kind]()
    found = []
    for role in roles:
        if not role.scope:
            found.append(Choice(role))
            continue
        for number, label in things.get(role.scope, {}).items():
            found.append(Choice(role, f"{role.scope}:{number}", label))
    return found


async def members(now: datetime, *, by_oneself: bool = False) -> list[Member]:
    """Return all who work here, in order of name; those whose access is closed last.

    :param by_oneself: those who opened their access by themselves, instead of the others.
    """
    codes = [role.code for role in accounts.known_roles().values() if role.by_oneself]
    rows = await Grant.select(Grant.account, Grant.role)
    given = {row["account"] for row in rows if row["role"] not in codes}
    alone = {row["account"] for row in rows} - given
    staff = await Account.objects().where(Account.kind == "staff")
    staff = [one for one in staff if (one.id in alone) == by_oneself]
    found = await _described(staff, now)
    return sorted(found, key=lambda one: (one.state == "disabled", one.name.casefold()))


async def member(number: int, now: datetime) -> Member:
    """Return one member of the team; a family, or nobody, does not exist here."""
    account = await Account.objects().get((Account.id == number) & (Account.kind == "staff"))
    if account is None:
        raise NotYours
    return (await _described([account], now))[0]


async def _described(staff: Sequence[Account], now: datetime) -> list[Member]:
    numbers = [one.id for one in staff]
    if not numbers:
        return []
    rows = await Grant.select(Grant.account, Grant.role, Grant.scope).where(
        Grant.account.is_in(numbers)
    )
    known = accounts.known_roles()
    held_alone = any(row["role"] in known and known[row["role"]].by_oneself for row in rows)
    offered = {choice.grant: choice for choice in await choices(by_oneself=held_alone)}
    held: dict[int, list[Choice]] = {number: [] for number in numbers}
    for row in rows:
        grant = GrantValue(row["role"], row["scope"])
        held[row["account"]].append(offered.get(grant) or _gone(grant))
    order = {grant: rank for rank, grant in enumerate(offered)}
    waiting = await _invited([one.email for one in staff], now)
    last = await _last_sign_ins(numbers)
    linked = await state_identities.linked(numbers)
    return [
        Member(
            one,
            sorted(held[one.id], key=lambda choice: order.get(choice.grant, len(order))),
            last.get(one.id),
            state_of(one, one.email in waiting, one.id in linked),
            one.id in linked,
        )
        for one in staff
    ]


def _gone(grant: GrantValue) -> Choice:
    """Return a role nobody can give any more: its plugin is off, or its thing is gone."""
    known = accounts.known_roles().get(grant.role)
    role = known or Role(grant.role, f"Rôle retiré ({grant.role})")
    return Choice(role, grant.scope, f"n’existe plus ({grant.scope})" if grant.scope else "")


async def _invited(emails: list[str], now: datetime) -> set[str]:
    rows = await Token.select(Token.email).where(
        (Token.purpose == "invitation")
        & Token.email.is_in(emails)
        & (Token.expires_at > now)
        & Token.used_at.is_null()
    )
    return {row["email"] for row in rows}


async def _last_sign_ins(numbers: list[int]) -> dict[int, datetime]:
    """Return when each account was last signed in to, as far back as the journal is kept."""
    objects = {f"account:{number}": number for number in numbers}
    latest = (
        await JournalLine.select(Max(JournalLine.number).as_alias("latest"))
        .where(
            JournalLine.object.is_in(list(objects))
            & JournalLine.act.is_in(["account.signed_in", "account.activated"])
        )
        .group_by(JournalLine.object)
    )
    lines = [row["latest"] for row in latest]
    if not lines:
        return {}
    found = await JournalLine.select(JournalLine.object, JournalLine.at).where(
        JournalLine.number.is_in(lines)
    )
    return {objects[row["object"]]: row["at"] for row in found}


# -- what an administrator does ----------------------------------------------------------------


async def invite(
    email: str,
    name: str,
    grants: list[GrantValue],
    now: datetime,
    *,
    by: int | None = None,
    life: timedelta | None = None,
) -> Account:
    """Open an account with its roles and send its invitation.

    Somebody who already works here keeps their password and is told of the roles they gain.
    """
    async with transaction():
        before = await accounts.by_email(email)
        if before is not None and before.disabled_at is not None:
            raise Refused("account_disabled", email=email)
        if before is not None and before.kind == "staff":
            held = {choice.grant for choice in (await member(before.id, now)).held}
            grants = [grant for grant in grants if grant not in held]
        account = await accounts.create_staff(email, name, grants, now, by=by)
        if before is not None and (await member(account.id, now)).state == "active":
            await _tell_roles(account, now)
        else:
            await accounts.invite(account, now, by=by, life=life)
    return account


async def invite_again(number: int, now: datetime, *, by: int | None = None) -> Member:
    """Send the invitation of somebody who has not come yet once more; the former one is dead."""
    found = await member(number, now)
    if found.state not in ("invited", "dead"):
        raise Refused("already_active", email=found.account.email)
    await accounts.invite(found.account, now, by=by)
    return found


async def set_roles(
    number: int, wished: set[GrantValue], now: datetime, *, by: int | None = None
) -> Member:
    """Give and take roles so that exactly these are held; their pages follow at the next request."""
    async with transaction():
        found = await member(number, now)
        held = {choice.grant for choice in found.held}
        gone, gained = held - wished, wished - held
        if ADMIN in {grant.role for grant in gone}:
            await _require_other_admin(number)
        for grant in gained:
            await accounts.give(number, grant, now, by=by)
        for grant in gone:
            await _take(number, grant, by)
        if gone or gained:
            await _tell_roles(found.account, now)
        return await member(number, now)


async def take(number: int, grants: list[GrantValue], now: datetime, *, by: int | None) -> Member:
    """Take roles away; one that is not held changes nothing."""
    found = await member(number, now)
    kept = {choice.grant for choice in found.held} - set(grants)
    return await set_roles(number, kept, now, by=by)


async def _take(number: int, grant: GrantValue, by: int | None) -> None:
    await Grant.delete().where(
        (Grant.account == number) & (Grant.role == grant.role) & (Grant.scope == grant.scope)
    )
    await journal.record(
        "account.role_taken",
        f"account:{number}",
        account=by,
        side="office",
        role=grant.role,
        scope=grant.scope,
    )


async def disable(number: int, now: datetime, *, by: int | None = None) -> Member:
    """Close an account: every browser is signed out, and no link opens it any more."""
    async with transaction():
        found = await member(number, now)
        if number == by:
            raise Refused("cannot_disable_oneself")
        if found.state == "disabled":
            return found
        if any(choice.role.code == ADMIN for choice in found.held):
            await _require_other_admin(number)
        await Account.update({Account.disabled_at: now}).where(Account.id == number)
        await sessions.revoke(number)
        await links.kill("invitation", found.account.email, now)
        await links.forget("new_email", str(number), now)
        await _record("account.disabled", number, by)
        await _write("messages/access_closed", found.account)
    return found


async def enable(number: int, now: datetime, *, by: int | None = None) -> Member:
    """Open a closed account again, with the roles it had."""
    async with transaction():
        found = await member(number, now)
        if found.state != "disabled":
            return found
        await Account.update({Account.disabled_at: None}).where(Account.id == number)
        await _record("account.enabled", number, by)
        await _write("messages/access_opened", found.account)
    return found


async def reset_second_factor(number: int, now: datetime, *, by: int | None = None) -> Member:
    """Forget a lost second factor: browsers are signed out, a new invitation leaves, admins know."""
    async with transaction():
        found = await member(number, now)
        if number == by:
            raise Refused("cannot_reset_oneself")
        if found.state == "disabled":
            raise Refused("account_disabled", email=found.account.email)
        await Account.update({Account.totp: None, Account.totp_step: 0}).where(Account.id == number)
        await sessions.revoke(number)
        await _record("account.second_factor_reset", number, by)
        await accounts.invite(found.account, now, by=by)
        await _write("messages/second_factor_reset", found.account)
        for admin in await _admins():
            if admin["id"] not in (number, by):
                await post(
                    "messages/second_factor_reset_told",
                    admin["email"],
                    account=admin["id"],
                    name=found.name,
                )
    return found


async def _require_other_admin(number: int) -> None:
    """Refuse to leave a commune without an administrator who can sign in."""
    # two administrators who take each other's role at the same moment must not both succeed
    await locks.advisory("admins")
    if not [one for one in await _admins() if one["id"] != number]:
        raise Refused("last_admin")


async def _admins() -> list[dict[str, Any]]:
    """Return the administrators who can sign in today."""
    holders = Grant.select(Grant.account).where(Grant.role == ADMIN)
    numbers = [row["account"] for row in await holders]
    if not numbers:
        return []
    return (
        await Account.select(Account.id, Account.email)
        .where(
            Account.id.is_in(numbers)
            & Account.disabled_at.is_null()
            & Account.password.is_not_null()
            & Account.totp.is_not_null()
        )
        .order_by(Account.id)
    )


async def _record(act: str, number: int, by: int | None) -> None:
    await journal.record(act, f"account:{number}", account=by, side="office")


async def _tell_roles(account: Account, now: datetime) -> None:
    held = (await member(account.id, now)).held
    await _write("messages/access_changed", account, held=[choice.label for choice in held])


async def _write(template: str, account: Account, **facts: Any) -> None:
    await post(template, account.email, account=account.id, name=account.name, **facts)
