"""Removing what is past its term: all of it, never a day early, and with its slip.

What proves how families were received is public archives: it goes once an agent has noted the
visa of the archives' direction (Code du patrimoine, art. L. 212-2), unless the commune's file says
otherwise. Sessions, links, tries and the journal's oldest lines go every night.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec
from piccolo.columns import Column, Date, Integer
from piccolo.columns.base import OnDelete
from piccolo.custom_types import Combinable
from piccolo.table import Table

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.database.door import DOOR
from ribambelle.database.names import quoted
from ribambelle.privacy import asking, forgetting, silence
from ribambelle.privacy.blanks import blank, speaks
from ribambelle.privacy.guards import lifted
from ribambelle.privacy.holdings import among, proving
from ribambelle.privacy.register import (
    all_tables,
    as_settled,
    kept,
    links,
    path,
    rules,
    source,
    target,
)
from ribambelle.privacy.rules import PersonalData
from ribambelle.privacy.tables import Elimination
from ribambelle.privacy.terms import FAMILY, UNNAMED, Ends, Since, Term, Unless, With
from ribambelle.tenants.settings import Privacy
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine, JournalStart

ARCHIVES = frozenset({"family", "files", "school", "accounts"})
"""Terms whose end the archives' direction agrees to."""
HELD_BACK = (OnDelete.restrict, OnDelete.no_action)


class Entry(msgspec.Struct, frozen=True):
    """One line of a slip: what, by which term and text, how many rows, from when to when."""

    table: str
    purpose: str
    kept: str
    source: str
    rows: int
    first: date | None = None
    last: date | None = None


@dataclass
class Lot:
    """What is past in one commune now, rule by rule."""

    rows: dict[str, set[int]] = field(default_factory=dict)
    households: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


async def due(now: datetime, *, archives: bool) -> Lot:
    """Return what is past its term: what the archives agree to, or what goes by itself."""
    known, said = await rules(), tenants.current().settings.privacy
    lot = Lot()
    for rule in known:
        for one in own(rule):
            term = as_settled(one.term, said)
            if rule.table is not JournalLine and (term.code in ARCHIVES) is archives:
                found = await _past(rule, one, term.cutoff(now))
                lot.rows[rule.name] = lot.rows.get(rule.name, set()) | found
    await _with_their_parts(lot, known)
    await _without_what_is_needed(lot, known)
    if not archives:
        return lot
    silent = await silence.of(known, as_settled(FAMILY, said).cutoff(now), now)
    lot.households, lot.accounts = silent.households, silent.accounts
    lot.entries = [
        await _entry(lot, rule, known, said) for rule in known if lot.rows.get(rule.name)
    ]
    if lot.households or lot.accounts:
        lot.entries.append(_families(lot, known, said))
    return lot


async def run(*, by: int | None = None, visa: str = "") -> Elimination | None:
    """Remove all that is past and write its slip; nothing past, no slip."""
    now = tenants.current().now()
    async with transaction():
        await locks.advisory("elimination")
        lot = await due(now, archives=True)
        if not lot.entries:
            return None
        await _remove(lot, await rules())
        for number in lot.households:
            await forgetting.household(number, cause="term", by=by)
        for number in lot.accounts:
            await forgetting.account(number, cause="term", by=by)
        await _remove_unnamed(await rules())
        slip = msgspec.json.encode(lot.entries).decode()
        row = Elimination(at=now, by=by, visa=visa, slip=slip)
        await Elimination.insert(row)
        side = "clock" if by is None else "office"
        rows = sum(one.rows for one in lot.entries)
        await journal.record(
            "privacy.eliminated", f"elimination:{row.id}", account=by, side=side, rows=rows
        )
    await forgetting.leave_no_trace()
    return row


async def night() -> None:
    """Remove every night what goes by itself; the rest too where the commune says so."""
    tenant = tenants.current()
    now, said = tenant.now(), tenant.settings.privacy
    known = await rules()
    async with transaction():
        await locks.advisory("elimination")
        await _remove(await due(now, archives=False), known)
        await _shorten_journal(as_settled(_journal_term(known), said).cutoff(now), now)
        await _remove_unnamed(known)
    await asking.run_due()
    if said.elimination == "automatic":
        await run()
    await forgetting.leave_no_trace()


def own(rule: PersonalData) -> list[Since | Unless]:
    """Return the ends of a rule that count from a date."""
    ends = rule.ends if isinstance(rule.ends, tuple) else (rule.ends,)
    return [one for one in ends if isinstance(one, Since | Unless)]


async def _past(rule: PersonalData, ends: Since | Unless, cutoff: datetime) -> set[int]:
    """Return the rows that are past by their own dates."""
    key = rule.table._meta.primary_key
    asked = rule.table.select(key)
    if isinstance(ends, Unless):
        mine = _column(rule.table, ends.mine or ends.by)
        later = path(ends.table, ends.column)
        alive = await ends.table.select(_column(ends.table, ends.by)).where(
            later >= _as(later, cutoff)
        )
        asked = rule.table.select(key, mine)
        for each in ends.own:
            own_date = _column(rule.table, each)
            asked = asked.where(own_date.is_null() | _before(own_date, cutoff))
    else:
        asked = asked.where(_before(path(rule.table, ends.column), cutoff))
        if ends.alone:
            asked = asked.where(_column(rule.table, ends.alone).is_null())
    if rule.past == "blanked":
        asked = asked.where(speaks(rule))
    rows = await asked
    if isinstance(ends, Since):
        found = {row["id"] for row in rows}
        return found - await proving(rule, found) if ends.unproven else found
    there = {row[ends.by] for row in alive}
    return {row["id"] for row in rows if row[ends.mine or ends.by] not in there}


def _before(column: Column, cutoff: datetime) -> Combinable:
    found: Combinable = column < _as(column, cutoff)
    return found


def _as(column: Column, cutoff: datetime) -> Any:
    """Return a moment as a column keeps it: a day, a school year, a moment, seconds."""
    if isinstance(column, Date):
        return cutoff.date()
    if isinstance(column, Integer):
        return cutoff.year if column._meta.name == "year" else int(cutoff.timestamp())
    return cutoff


async def _with_their_parts(lot: Lot, known: Sequence[PersonalData]) -> None:
    """Add the rows that go with those that are past, parents first."""
    for rule in known:
        ends = rule.ends if isinstance(rule.ends, tuple) else (rule.ends,)
        for one in ends:
            parents = isinstance(one, With) and lot.rows.get(target(rule, one.column))
            if parents and isinstance(one, With):
                column, key = _column(rule.table, one.column), rule.table._meta.primary_key
                rows = await rule.table.select(key).where(among(column, sorted(parents)))
                found = {row["id"] for row in rows}
                lot.rows[rule.name] = lot.rows.get(rule.name, set()) | found


async def _without_what_is_needed(lot: Lot, known: Sequence[PersonalData]) -> None:
    """Leave the rows that one which stays still needs, and their parts with them."""
    of_name = {rule.name: rule for rule in known}
    changed = True
    while changed:
        changed = False
        for table in await all_tables():
            going = lot.rows.get(table._meta.tablename, set())
            for link in links(table):
                ids = lot.rows.get(link.to, set())
                if link.on_delete not in HELD_BACK or not ids or of_name[link.to].past == "blanked":
                    continue
                column, key = _column(table, link.column), table._meta.primary_key
                rows = await table.select(key, column).where(among(column, sorted(ids)))
                needed = {row[link.column] for row in rows if row["id"] not in going}
                if needed & ids:
                    ids -= needed
                    changed = True
                    await _keep_parts(lot, link.to, needed, known)


async def _keep_parts(lot: Lot, parent: str, ids: set[int], known: Sequence[PersonalData]) -> None:
    for rule in known:
        ends = rule.ends if isinstance(rule.ends, tuple) else (rule.ends,)
        for one in ends:
            if isinstance(one, With) and target(rule, one.column) == parent:
                column, key = _column(rule.table, one.column), rule.table._meta.primary_key
                rows = await rule.table.select(key).where(among(column, sorted(ids)))
                parts = {row["id"] for row in rows} & lot.rows.get(rule.name, set())
                if parts:
                    lot.rows[rule.name] -= parts
                    await _keep_parts(lot, rule.name, parts, known)


async def _remove(lot: Lot, known: Sequence[PersonalData]) -> None:
    for rule in reversed(known):
        if not (ids := lot.rows.get(rule.name)):
            continue
        async with lifted(rule.name):
            if rule.past == "blanked":
                await blank(rule, ids, words_only=True)
            else:
                await rule.table.delete().where(among(rule.table._meta.primary_key, sorted(ids)))


async def _remove_unnamed(known: Sequence[PersonalData]) -> None:
    """Remove the rows that nothing names any more."""
    tables = await all_tables()
    for rule in known:
        if rule.ends is not UNNAMED:
            continue
        names = [
            f"SELECT 1 FROM {quoted(table._meta.tablename)} n WHERE n.{quoted(link.column)} = t.id"  # noqa: S608  # names of our own tables
            for table in tables
            for link in links(table)
            if link.to == rule.name and not _is_part(table, link.column, known)
        ]
        unnamed = " AND ".join(f"NOT EXISTS ({one})" for one in names)
        found = await DOOR.fetch(f"SELECT t.id AS id FROM {quoted(rule.name)} t WHERE {unnamed}")  # noqa: S608
        ids = [row["id"] for row in found]
        parts = Lot({rule.name: set(ids)})
        await _with_their_parts(parts, known)
        await _remove(parts, known)


def _is_part(table: type[Table], column: str, known: Sequence[PersonalData]) -> bool:
    rule = next((one for one in known if one.table is table), None)
    return rule is not None and column in rule.whose


async def _shorten_journal(cutoff: datetime, now: datetime) -> None:
    """Remove the journal's oldest lines; what follows still proves itself, from a kept seal."""
    last = (
        await JournalLine.select(JournalLine.number, JournalLine.digest)
        .where(JournalLine.at < cutoff)
        .order_by(JournalLine.number, ascending=False)
        .first()
    )
    if last is None:
        return
    start = JournalStart(at=now, number=last["number"], digest=last["digest"])
    await JournalStart.insert(start)
    async with lifted(JournalLine._meta.tablename):
        await JournalLine.delete().where(JournalLine.number <= last["number"])


def _journal_term(known: Sequence[PersonalData]) -> Term:
    rule = next(one for one in known if one.table is JournalLine)
    return own(rule)[0].term


async def _entry(
    lot: Lot, rule: PersonalData, known: Sequence[PersonalData], said: Privacy
) -> Entry:
    ids = lot.rows[rule.name]
    dated = next((one for one in own(rule) if isinstance(one, Since)), None)
    first = last = None
    if dated is not None:
        column = path(rule.table, dated.column)
        rows = await rule.table.select(column.as_alias("day")).where(
            among(rule.table._meta.primary_key, sorted(ids))
        )
        days = sorted(_day(row["day"]) for row in rows if row["day"] is not None)
        first, last = (days[0], days[-1]) if days else (None, None)
    told = kept(rule, known, said)
    return Entry(rule.name, rule.purpose, told, source(rule, known, said), len(ids), first, last)


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date(int(value), 9, 1)


def _families(lot: Lot, known: Sequence[PersonalData], said: Privacy) -> Entry:
    rule = next(one for one in known if one.name == "core_household")
    many = len(lot.households) + len(lot.accounts)
    told = kept(rule, known, said)
    return Entry("core_household", "Dossiers de familles", told, source(rule, known, said), many)


def _column(table: type[Table], name: str) -> Column:
    return table._meta.get_column_by_name(name)


__all__ = ["Elimination", "Ends", "Entry", "Lot", "due", "night", "run"]
