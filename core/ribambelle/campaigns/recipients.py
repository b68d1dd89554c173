"""Whom a campaign is for: each adult of its groups, once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ribambelle import tenants
from ribambelle.campaigns import reach
from ribambelle.errors import Refused
from ribambelle.families import groups
from ribambelle.identity import accounts
from ribambelle.identity.tables import Adult, Responsibility
from ribambelle.messages import choices
from ribambelle.messages.choices import SMS
from ribambelle.messages.tables import MessageChoice, MessagePhone
from ribambelle.messages.types import MessageTemplate


@dataclass(frozen=True, slots=True)
class Recipient:
    """One adult, and how a campaign reaches them."""

    key: str
    adult: int
    account: int | None
    given_name: str
    name: str
    phone: str
    channel: str

    @property
    def is_reached(self) -> bool:
        """Tell whether anything leaves for them."""
        return self.channel != reach.NONE


@dataclass(frozen=True, slots=True)
class Aimed:
    """The adults of some groups, and how many families they are."""

    recipients: list[Recipient]
    households: int

    @property
    def reached(self) -> int:
        """How many adults receive something."""
        return sum(one.is_reached for one in self.recipients)


async def aimed(keys: Collection[str], template: MessageTemplate, *, is_short: bool) -> Aimed:
    """Return the adults of these groups, by name: one copy each, whatever their groups or children.

    :param is_short: the text may leave as an SMS.
    """
    known = {one.key: one.households for one in await groups.groups()}
    homes = frozenset[int]().union(*(known.get(key, frozenset()) for key in keys))
    today = tenants.current().now().date()
    minded, wished = await _minded(today), await _wished(template)
    found: dict[str, Recipient] = {}
    written: set[int] = set()
    for row in await _adults():
        if row["household"] in homes and reach.is_for(minded.get(row["id"], ())):
            one = _recipient(row, wished, is_short)
            written.add(row["household"])
            found.setdefault(one.key, one)
    ordered = sorted(found.values(), key=lambda one: (one.name.casefold(), one.adult))
    return Aimed(ordered, len(written))


async def _adults() -> list[dict[str, Any]]:
    """Return every adult, those who sign in first: of two records of one person, theirs is kept."""
    rows = await Adult.select(
        Adult.id,
        Adult.household,
        Adult.account,
        Adult.given_name,
        Adult.family_name,
        Adult.email,
        Adult.phone,
        Adult.account.email.as_alias("login"),
        Adult.account.disabled_at.as_alias("disabled_at"),
    ).order_by(Adult.id)
    return sorted(rows, key=lambda row: not accounts.signs_in(row["login"]))


async def _minded(day: date) -> dict[int, list[str]]:
    rows = (
        await Responsibility.select(Responsibility.adult, Responsibility.kind)
        .where(Responsibility.ended_at.is_null())
        .where(Responsibility.until.is_null() | (Responsibility.until >= day))
    )
    minded: dict[int, list[str]] = {}
    for row in rows:
        minded.setdefault(row["adult"], []).append(row["kind"])
    return minded


async def _wished(template: MessageTemplate) -> dict[int, str]:
    """Return what each account chose for campaigns; an SMS needs a number to leave."""
    offered = choices.channels(template)
    rows = await MessageChoice.select(MessageChoice.account, MessageChoice.channel).where(
        MessageChoice.code == template.code
    )
    numbered = {row["account"] for row in await MessagePhone.select(MessagePhone.account)}
    return {
        row["account"]: row["channel"]
        for row in rows
        if row["channel"] in offered and (row["channel"] != SMS or row["account"] in numbered)
    }


def address(login: str | None, told: str, *, is_disabled: bool) -> str:
    """Return where an adult is written to: the address they sign in with, else the one they gave.

    >>> address("anne@exemple.fr", "autre@exemple.fr", is_disabled=False)
    'anne@exemple.fr'
    >>> address("adulte-3@sans-adresse.invalid", " Anne@exemple.fr", is_disabled=False)
    'anne@exemple.fr'
    >>> address("anne@exemple.fr", "anne@exemple.fr", is_disabled=True)
    ''
    """
    if is_disabled:
        return ""
    if login and accounts.signs_in(login):
        return login
    try:
        return accounts.email_of(told)
    except Refused:
        return ""


def _recipient(row: dict[str, Any], wished: Mapping[int, str], is_short: bool) -> Recipient:
    where = address(row["login"], row["email"], is_disabled=row["disabled_at"] is not None)
    return Recipient(
        key=where or f"adult:{row['id']}",
        adult=row["id"],
        account=row["account"],
        given_name=row["given_name"],
        name=f"{row['given_name']} {row['family_name']}".strip(),
        phone=row["phone"],
        channel=reach.channel(where, wished.get(row["account"], ""), is_short=is_short),
    )
