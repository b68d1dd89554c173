"""Somebody FranceConnect knows and this portal does not: kept in their browser until they choose."""

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.identity import accounts, links, state_identities
from ribambelle.identity.pivot import Pivot
from ribambelle.identity.sessions import NEWCOMER, OpenSession
from ribambelle.identity.state_identities import Who
from ribambelle.identity.tables import Account
from ribambelle.messages import post
from ribambelle.workflow import journal

LIFE = timedelta(hours=1)
PURPOSE = "identity"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who they are, what the State told of them, and what they chose so far."""

    who: Who
    pivot: Pivot
    token: str
    until: str
    follow: str = ""
    activation: int = 0
    """The code of a letter they typed right, once they said that they have one."""
    ticket: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """What a link sent to their e-mail bears: it opens nothing in another browser."""


def keep(session: OpenSession, one: Newcomer) -> None:
    """Keep a newcomer for the pages that follow, in this browser alone."""
    session.set(NEWCOMER, asdict(one))


def kept(session: OpenSession, now: datetime) -> Newcomer | None:
    """Return the newcomer of this browser, while they may still choose."""
    raw: dict[str, Any] | None = session.data.get(NEWCOMER)
    if raw is None or datetime.fromisoformat(raw["until"]) <= now:
        return None
    told: dict[str, Any] = {**raw, "who": Who(**raw["who"]), "pivot": Pivot(**raw["pivot"])}
    return Newcomer(**told)


def with_code(session: OpenSession, one: Newcomer, activation: int) -> None:
    """Note that a newcomer typed the code of their letter."""
    keep(session, replace(one, activation=activation))


async def send_link(email: str, ticket: str) -> None:
    """Write the link that proves a newcomer's address; run as a job.

    An address that has an account is told so, and opens nothing here: e-mail links nobody.
    """
    from ribambelle import tenants

    tenant = tenants.current()
    async with transaction():
        account = await accounts.by_email(email)
        await journal.record("account.link_asked", f"account:{account.id if account else 0}")
        if account is not None:
            await post("messages/email_has_account", email, account=account.id)
        elif tenant.settings.registration == "open":
            link = await links.make(PURPOSE, email, tenant.now(), ticket)
            await post("messages/identity_email", email, link=link)


async def open_account(one: Newcomer, secret: str, now: datetime) -> Account:
    """Open the account of a newcomer whose address is proved, and link them to it."""
    async with transaction():
        token = await links.use(PURPOSE, secret, now)
        if token.follow != one.ticket or await accounts.by_email(token.email) is not None:
            raise Refused("link_dead", purpose=PURPOSE)
        account = await accounts.open_family(token.email, now)
        account.name = one.pivot.name
        await Account.update({Account.name: account.name}).where(Account.id == account.id)
        await state_identities.link(account, one.who, now)
        await journal.record(
            "account.signed_in", f"account:{account.id}", account=account.id, side="family"
        )
    return account
