"""Which families have done nothing for a term? All that they do leaves a date somewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from piccolo.columns import Date

from ribambelle.identity.tables import Account, Adult, Child, Household
from ribambelle.privacy.blanks import FORGOTTEN
from ribambelle.privacy.holdings import ACCOUNT, ADULT, CHILD, HOUSEHOLD
from ribambelle.privacy.register import NUMBERS, links, path
from ribambelle.privacy.rules import PersonalData
from ribambelle.privacy.terms import JOURNAL


@dataclass
class Silent:
    """Households, and accounts of no household, that may be forgotten."""

    households: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)


async def of(rules: Sequence[PersonalData], cutoff: datetime, now: datetime) -> Silent:
    """Return whoever was here before the cutoff and did nothing since."""
    alive: dict[str, set[int]] = {name: set() for name in (HOUSEHOLD, ADULT, ACCOUNT, CHILD)}
    for rule in rules:
        if rule.active:
            await _hear(alive, rule, cutoff)
    adults = await Adult.select(Adult.id, Adult.account, Adult.household)
    children = await Child.select(Child.id, Child.household)
    heard = set(alive[HOUSEHOLD])
    heard |= {row["household"] for row in adults if row["id"] in alive[ADULT]}
    heard |= {row["household"] for row in adults if row["account"] in alive[ACCOUNT]}
    heard |= {row["household"] for row in children if row["id"] in alive[CHILD]}
    # one emptied already has no date of its own left
    there = Household.created_at != FORGOTTEN
    old = await Household.select(Household.id).where((Household.created_at < cutoff) & there)
    lived = {row["household"] for row in adults} | {row["household"] for row in children}
    found = Silent(sorted({row["id"] for row in old} & lived - heard))
    at_home = {row["account"] for row in adults}
    left = JOURNAL.cutoff(now)
    for row in await Account.select(
        Account.id, Account.kind, Account.created_at, Account.disabled_at
    ).where(Account.created_at < left):
        is_silent = row["created_at"] < cutoff and row["id"] not in alive[ACCOUNT]
        has_left = row["disabled_at"] is not None and row["disabled_at"] < left
        if row["id"] not in at_home and (is_silent if row["kind"] == "family" else has_left):
            found.accounts.append(row["id"])
    return found


async def _hear(alive: dict[str, set[int]], rule: PersonalData, cutoff: datetime) -> None:
    """Add whom the rows of a rule later than the cutoff lead to."""
    active = path(rule.table, rule.active)
    since = cutoff.date() if isinstance(active, Date) else cutoff
    keys = {link.column: link.to for link in links(rule.table)}
    ways = {
        column: to
        for column in rule.whose
        if (to := keys.get(column) or NUMBERS.get(column)) in alive
    }
    own = rule.name if rule.name in alive else ""
    columns = [rule.table._meta.get_column_by_name(name) for name in ways]
    if own:
        columns.append(rule.table._meta.primary_key)
    if not columns:
        return
    for row in await rule.table.select(*columns).where(active >= since):
        for column, to in ways.items():
            if row[column] is not None and to:
                alive[to].add(row[column])
        if own:
            alive[own].add(row["id"])
