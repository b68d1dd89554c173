"""Forgetting a family: what it asks for by right, and what its silence brings after a term.

What the accounts must prove stays until its own term, without a name: children and adults that a
kept row still needs are emptied rather than removed.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from piccolo.columns.base import OnDelete

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.database.door import DOOR
from ribambelle.documents import shelf
from ribambelle.documents.tables import Document
from ribambelle.errors import Refused
from ribambelle.identity.tables import Account, Child, Household, Responsibility
from ribambelle.privacy import holdings, mirror
from ribambelle.privacy.blanks import blank
from ribambelle.privacy.guards import lifted
from ribambelle.privacy.holdings import ACCOUNT, ADULT, CHILD, HOUSEHOLD, Holdings, among, proving
from ribambelle.privacy.register import links, rules
from ribambelle.privacy.rules import PersonalData
from ribambelle.privacy.tables import Erasure
from ribambelle.workflow import journal

NEEDS = (OnDelete.cascade, OnDelete.restrict, OnDelete.no_action)


@dataclass
class Plan:
    """What becomes of each row of a family: removed, emptied because a kept one needs it, kept."""

    removed: dict[str, set[int]] = field(default_factory=dict)
    emptied: dict[str, set[int]] = field(default_factory=dict)
    kept: dict[str, set[int]] = field(default_factory=dict)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many rows of each table each fate takes."""
        return {
            fate: {table: len(ids) for table, ids in sorted(rows.items()) if ids}
            for fate, rows in (
                ("removed", self.removed),
                ("emptied", self.emptied),
                ("kept", self.kept),
            )
        }


async def leave_no_trace() -> None:
    """Note it where copies do not reach, and leave no old page in the database's own log.

    The log shrinks once nobody reads it: else the next night's round, or the next removal, does it.
    """
    if DOOR.transaction_exists():
        return  # what is not committed yet may never be: whoever commits it does this
    await mirror.catch_up()
    if DOOR.engine_type == "sqlite":
        await DOOR.fetch("PRAGMA wal_checkpoint(TRUNCATE)")


Names = dict[tuple[str, int], list[tuple[str, int]]]
"""Which rows each row needs: it falls, or refuses, when one of them goes."""


async def household(number: int, *, cause: str = "asked", by: int | None = None) -> Plan:
    """Forget a household; raises Refused when it is not there."""
    async with transaction():
        await locks.advisory(f"household:{number}")
        if not await Household.exists().where(Household.id == number):
            raise Refused("household_gone")
        now = tenants.current().now()
        start = await holdings.of_household(number, now.date(), alone=True)
        await _leave_children(number, start, now)
        made = await _forget(start, cause, by, now)
    await leave_no_trace()
    return made


async def account(number: int, *, cause: str = "term", by: int | None = None) -> Plan:
    """Forget an account that is of no household."""
    async with transaction():
        start = await holdings.of_account(number)
        made = await _forget(start, cause, by, tenants.current().now())
    await leave_no_trace()
    return made


async def again(people: dict[str, list[int]]) -> None:
    """Forget whom a copy put back: a household as it stands in it, or an account."""
    for number in people.get(HOUSEHOLD, ()):
        with suppress(Refused):
            await household(number, cause="restored")
    for number in people.get(ACCOUNT, ()):
        if await Account.exists().where(Account.id == number):
            await account(number, cause="restored")


async def planned(number: int) -> Plan:
    """Return what forgetting a household would do, without doing it."""
    known = await rules()
    start = await holdings.of_household(number, tenants.current().now().date(), alone=True)
    found = await holdings.complete(start, known)
    return plan(found, known, await _names(found, known), await _proven(found, known))


def plan(
    found: Holdings, known: Sequence[PersonalData], names: Names, proven: Mapping[str, set[int]]
) -> Plan:
    """Decide what becomes of each row found.

    A row the law keeps, by `proven`, stays; a row it needs stays too, emptied; all others go.
    """
    made = Plan()
    waiting: list[tuple[str, int]] = []
    for rule in known:
        if ids := proven.get(rule.name):
            made.kept[rule.name] = set(ids)
            waiting += [(rule.name, number) for number in ids]
    while waiting:
        for to, number in names.get(waiting.pop(), ()):
            stays = number in made.kept.get(to, ()) or number in made.emptied.get(to, ())
            if number in found.of(to) and not stays:
                made.emptied.setdefault(to, set()).add(number)
                waiting.append((to, number))
    for rule in known:
        staying = made.kept.get(rule.name, set()) | made.emptied.get(rule.name, set())
        if gone := found.of(rule.name) - staying:
            made.removed[rule.name] = gone
    return made


async def _proven(found: Holdings, known: Sequence[PersonalData]) -> dict[str, set[int]]:
    return {
        rule.name: await proving(rule, found.of(rule.name))
        for rule in known
        if rule.forgotten == "kept"
    }


async def _names(found: Holdings, known: Sequence[PersonalData]) -> Names:
    names: Names = {}
    for rule in known:
        needs = [one for one in links(rule.table) if one.on_delete in NEEDS]
        ids = sorted(found.of(rule.name))
        if not needs or not ids:
            continue
        key = rule.table._meta.primary_key
        columns = [rule.table._meta.get_column_by_name(one.column) for one in needs]
        for row in await rule.table.select(key, *columns).where(among(key, ids)):
            names[rule.name, row["id"]] = [
                (one.to, row[one.column]) for one in needs if row[one.column] is not None
            ]
    return names


async def _leave_children(number: int, start: Holdings, now: datetime) -> None:
    """Let the children another parent answers for live with that parent."""
    staying = await Child.select(Child.id).where(
        (Child.household == number) & Child.id.not_in(sorted(start.of(CHILD)) or [0])
    )
    for row in staying:
        other = (
            await Responsibility.select(Responsibility.adult.household.as_alias("home"))
            .where(
                (Responsibility.child == row["id"])
                & Responsibility.has_authority.eq(True)
                & Responsibility.ended_at.is_null()
                & Responsibility.adult.not_in(sorted(start.of(ADULT)) or [0])
            )
            .order_by(Responsibility.id)
            .first()
        )
        if other:
            await Child.update({Child.household: other["home"]}).where(Child.id == row["id"])


async def _forget(start: Holdings, cause: str, by: int | None, now: datetime) -> Plan:
    known = await rules()
    people = {name: sorted(start.of(name)) for name in (HOUSEHOLD, ADULT, ACCOUNT, CHILD)}
    found = await holdings.complete(start, known)
    made = plan(found, known, await _names(found, known), await _proven(found, known))
    files = await Document.select(Document.file).where(
        Document.id.is_in(sorted(made.removed.get("core_document", ())) or [0])
    )
    for rule in reversed(known):
        if ids := made.removed.get(rule.name):
            async with lifted(rule.name):
                key = rule.table._meta.primary_key
                await rule.table.delete().where(among(key, sorted(ids)))
        if ids := made.emptied.get(rule.name):
            await blank(rule, ids)
    row = Erasure(
        at=now,
        cause=cause,
        people=msgspec.json.encode(people).decode(),
        by=by,
        gone=msgspec.json.encode(made.counts()).decode(),
    )
    await Erasure.insert(row)
    about = (
        f"household:{people[HOUSEHOLD][0]}"
        if people[HOUSEHOLD]
        else f"account:{people[ACCOUNT][0]}"
    )
    side = "clock" if by is None else "office"
    await journal.record("privacy.forgotten", about, account=by, side=side, cause=cause)
    for one in files:
        shelf.discard(one["file"], now)
    return made
