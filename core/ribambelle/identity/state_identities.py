"""Which account a state identity opens: one person, one account, by their own act, never by e-mail."""

from dataclasses import dataclass
from datetime import datetime

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.identity import accounts
from ribambelle.identity.tables import Account, StateIdentity
from ribambelle.messages import post
from ribambelle.openid import provider
from ribambelle.openid.provider import NAMES, PROCONNECT, Provider
from ribambelle.workflow import journal


@dataclass(frozen=True, slots=True)
class Who:
    """One person, as one provider names them to one commune."""

    provider: str
    client: str
    sub: str
    source: str = ""
    """ProConnect's own identity provider: a `sub` is unique only within one."""


def who(one: Provider, sub: str, source: str = "") -> Who:
    """Return the name of somebody who signed in with a provider."""
    return Who(one.code, one.client, sub, "" if one.for_families else source[:100])


async def account_of(one: Who, now: datetime) -> Account | None:
    """Return the account somebody linked, and note that it was opened."""
    found = await StateIdentity.objects(StateIdentity.account).get(
        (StateIdentity.provider == one.provider)
        & (StateIdentity.client == one.client)
        & (StateIdentity.source == one.source)
        & (StateIdentity.sub == one.sub)
    )
    if found is None:
        return None
    await StateIdentity.update({StateIdentity.used_at: now}).where(StateIdentity.id == found.id)
    account: Account = found.account
    return account


async def of_account(account: int, one: Provider) -> StateIdentity | None:
    """Return what an account is linked to."""
    return await StateIdentity.objects().get(
        (StateIdentity.account == account)
        & (StateIdentity.provider == one.code)
        & (StateIdentity.client == one.client)
    )


async def linked(staff: list[int]) -> set[int]:
    """Return those of these members of staff who come in by ProConnect, while it is turned on."""
    one = provider.of(tenants.current(), PROCONNECT)
    if one is None or not staff:
        return set()
    rows = await StateIdentity.select(StateIdentity.account).where(
        StateIdentity.account.is_in(staff)
        & (StateIdentity.provider == one.code)
        & (StateIdentity.client == one.client)
    )
    return {row["account"] for row in rows}


async def link(account: Account, one: Who, now: datetime) -> None:
    """Link somebody to an account and tell its owner; linking twice is once.

    Raises Refused when they have another account, or the account another person. One that was
    closed, as when a family's two accounts were made one, gives them back.
    """
    async with transaction():
        before = await account_of(one, now)
        if before is not None and before.disabled_at is not None and before.id != account.id:
            await StateIdentity.delete().where(
                (StateIdentity.account == before.id) & (StateIdentity.provider == one.provider)
            )
        row = StateIdentity(
            account=account.id,
            provider=one.provider,
            client=one.client,
            source=one.source,
            sub=one.sub,
            linked_at=now,
        )
        made = await StateIdentity.insert(row).on_conflict(action="DO NOTHING")
        theirs = await account_of(one, now)
        if theirs is None:
            raise Refused("account_is_another")
        if theirs.id != account.id:
            raise Refused("person_has_account")
        if not made:
            return
        await _told(account, one.provider, "linked")


async def unlink(account: int, one: Provider) -> bool:
    """Forget whom an account is linked to and tell its owner; False when it was linked to nobody."""
    async with transaction():
        gone = (
            await StateIdentity.delete()
            .where((StateIdentity.account == account) & (StateIdentity.provider == one.code))
            .returning(StateIdentity.id)
        )
        if not gone:
            return False
        await _told(await accounts.by_number(account), one.code, "unlinked")
    return True


async def _told(account: Account, code: str, act: str) -> None:
    side = "office" if account.kind == "staff" else "family"
    about = f"account:{account.id}"
    await journal.record(f"account.{act}", about, account=account.id, side=side, provider=code)
    if accounts.signs_in(account.email):
        await post(
            f"messages/identity_{act}", account.email, account=account.id, provider=NAMES[code]
        )
