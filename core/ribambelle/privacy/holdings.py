"""Whose is a row? Everything a commune holds of one family, and nothing of another's.

Adults of a household, their accounts and their children are the start. A row is theirs when one of
the columns its rule names leads to them, and none leads to an adult, an account or a household of
somebody else: what the other parent books, pays or declares for the same child is not theirs.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

from piccolo.columns import Column
from piccolo.custom_types import Combinable

from ribambelle.identity.tables import Account, Adult, Child, Login, Responsibility
from ribambelle.messages.tables import MessagePhone
from ribambelle.privacy.register import ADDRESSES, links, target
from ribambelle.privacy.rules import NAMERS, PersonalData

HOUSEHOLD, ADULT, ACCOUNT, CHILD = "core_household", "core_adult", "core_account", "core_child"
SHUT = (HOUSEHOLD, ADULT, ACCOUNT)
"""A row that leads to somebody else's row of these tables is not this family's."""
AT_ONCE = 500


@dataclass
class Holdings:
    """The rows of one family, by table, and the addresses it is written to."""

    rows: dict[str, set[int]] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)

    def of(self, table: str) -> set[int]:
        """Return the numbers of its rows in one table."""
        return self.rows.get(table, set())


async def of_household(household: int, today: date, *, alone: bool = False) -> Holdings:
    """Return who a household is made of: adults, accounts, children.

    Children include those who live elsewhere and whom an adult here answers for; `alone` leaves
    out every child somebody of another household answers for.
    """
    adults = await Adult.select(Adult.id, Adult.account, Adult.email, Adult.phone).where(
        Adult.household == household
    )
    ids = {row["id"] for row in adults}
    at_home = await Child.select(Child.id).where(Child.household == household)
    children = {row["id"] for row in at_home}
    active = Responsibility.ended_at.is_null() & (
        Responsibility.until.is_null() | (Responsibility.until >= today)
    )
    full = active & Responsibility.has_authority.eq(True)
    if alone:
        others = await Responsibility.select(Responsibility.child).where(
            full
            & Responsibility.child.is_in(list(children) or [0])
            & Responsibility.adult.not_in(list(ids) or [0])
        )
        children -= {row["child"] for row in others}
    else:
        mine = await Responsibility.select(Responsibility.child).where(
            full & Responsibility.adult.is_in(list(ids) or [0])
        )
        children |= {row["child"] for row in mine}
    accounts = {row["account"] for row in adults if row["account"] is not None}
    found = Holdings({HOUSEHOLD: {household}, ADULT: ids, ACCOUNT: accounts, CHILD: children})
    found.addresses = {one for row in adults for one in (row["email"], row["phone"]) if one}
    found.addresses |= await _addresses(accounts)
    return found


async def of_account(account: int) -> Holdings:
    """Return the start for an account that is of no household."""
    return Holdings({ACCOUNT: {account}}, await _addresses({account}))


async def _addresses(accounts: set[int]) -> set[str]:
    ids = list(accounts) or [0]
    found = {
        row["email"] for row in await Account.select(Account.email).where(Account.id.is_in(ids))
    }
    found |= {
        row["value"] for row in await Login.select(Login.value).where(Login.account.is_in(ids))
    }
    phones = await MessagePhone.select(MessagePhone.number).where(MessagePhone.account.is_in(ids))
    return {one for one in found | {row["number"] for row in phones} if one}


async def complete(found: Holdings, rules: Iterable[PersonalData]) -> Holdings:
    """Add every row of every rule that is this family's, until nothing more is found."""
    known = list(rules)
    later = [rule for rule in known if rule.name not in (HOUSEHOLD, ADULT, ACCOUNT, CHILD)]
    looked: dict[str, Any] = {}
    while True:
        before = sum(map(len, found.rows.values()))
        for rule in later:
            asked = _asked(found, rule, known)
            if asked and looked.get(rule.name) != asked:
                looked[rule.name] = asked
                found.rows[rule.name] = found.of(rule.name) | await _rows(found, rule, known)
        if sum(map(len, found.rows.values())) == before:
            return found


def _asked(found: Holdings, rule: PersonalData, known: list[PersonalData]) -> tuple[int, ...]:
    """Return how many rows each way to this table starts from: the same, nothing new to find."""
    if not rule.whose:
        return ()
    sizes = []
    for column in rule.whose:
        to = target(rule, column)
        if to == NAMERS:
            sizes += [len(found.of(namer.name)) for namer, _ in namers(rule, known)]
        else:
            sizes.append(len(found.addresses) if to in ADDRESSES else len(found.of(to)))
    return tuple(sizes)


def namers(rule: PersonalData, known: Iterable[PersonalData]) -> list[tuple[PersonalData, str]]:
    """Return the rules whose rows name a row of this one and are not its parts, with the column."""
    return [
        (one, link.column)
        for one in known
        for link in links(one.table)
        if link.to == rule.name and link.column not in one.whose
    ]


async def _rows(found: Holdings, rule: PersonalData, known: list[PersonalData]) -> set[int]:
    ids: set[int] = set()
    if NAMERS in rule.whose:
        for namer, column in namers(rule, known):
            for some in _parts(found.of(namer.name)):
                named = await namer.table.select(_column(namer, column)).where(
                    _key(namer).is_in(some)
                )
                ids |= {row[column] for row in named if row[column] is not None}
    ways = [column for column in rule.whose if column != NAMERS]
    theirs = [_theirs(found, rule, column) for column in ways]
    if some_way := [one for one in theirs if one is not None]:
        shut = [one for column in ways if (one := _not_others(found, rule, column)) is not None]
        where = reduce(and_, [reduce(or_, some_way), *shut])
        ids |= {row["id"] for row in await rule.table.select(_key(rule)).where(where)}
    return ids


def _theirs(found: Holdings, rule: PersonalData, column: str) -> Combinable | None:
    to = target(rule, column)
    values: list[Any] = sorted(found.addresses if to in ADDRESSES else found.of(to))
    return among(_column(rule, column), values) if values else None


def _not_others(found: Holdings, rule: PersonalData, column: str) -> Combinable | None:
    to = target(rule, column)
    if to not in SHUT:
        return None
    own, named = _column(rule, column), sorted(found.of(to))
    return own.is_null() | among(own, named) if named else own.is_null()


def among(column: Column, values: list[Any]) -> Combinable:
    """Match any of these values, by as many lists as a database takes at once."""
    found: Combinable = column.is_in(values[:AT_ONCE])
    for at in range(AT_ONCE, len(values), AT_ONCE):
        found = found | column.is_in(values[at : at + AT_ONCE])
    return found


async def proving(rule: PersonalData, ids: Collection[int]) -> set[int]:
    """Return which of these rows the accounts need; all, when the rule does not say."""
    if rule.proves is None or not ids:
        return set(ids)
    key = rule.table._meta.primary_key
    rows = await rule.table.select(key).where(among(key, sorted(ids)) & rule.proves)
    return {row["id"] for row in rows}


def _parts(ids: set[int]) -> list[list[int]]:
    ordered = sorted(ids)
    return [ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE)]


def _column(rule: PersonalData, name: str) -> Column:
    return rule.table._meta.get_column_by_name(name)


def _key(rule: PersonalData) -> Column:
    return rule.table._meta.primary_key
