"""Two families made one, or two records of a child made one: reviewed, told, and undone at will.

What points at the row that goes then points at the one that stays, in whatever table of whatever
plugin: a foreign key says so, or a column named ``account`` for what belongs to a family account.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from piccolo.columns import Column, Date, ForeignKey, Integer, Timestamptz
from piccolo.table import Table

from ribambelle import tenants
from ribambelle.database import REFUSED, locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import accounts, responsibilities
from ribambelle.identity.likeness import Pair, Somebody, pairs
from ribambelle.identity.person import NO_ADDRESS, Person
from ribambelle.identity.tables import (
    Account,
    Address,
    Adult,
    Child,
    Errand,
    Household,
    Merge,
    Responsibility,
)
from ribambelle.messages import post
from ribambelle.workflow import journal

STAYS = frozenset(
    {
        *("core_journal", "core_history_step", "core_session", "core_token", "core_grant"),
        *(
            "core_message",
            "core_campaign_recipient",
            "core_errand",
            "core_feed",
            # who opens an account is linked by their own act, never by an agent's
            "core_state_identity",
            "core_passkey",
            "core_adult",
            "core_merge",
        ),
    }
)
"""Tables whose `account` says who did something, or who signs in: no merge rewrites that."""


class Undo(msgspec.Struct, frozen=True):
    """One thing to put back: a row as it was (all of it removed, or some columns changed)."""

    table: str
    row: dict[str, Any]
    was_removed: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One of two households, as an agent compares them."""

    household: int
    adults: list[Adult]
    children: list[Child]
    address: Address | None


async def suggested() -> list[Pair]:
    """Return the households that look like one and that nobody has judged yet."""
    adults = await Adult.select(
        Adult.id, Adult.household, Adult.given_name, Adult.family_name, Adult.email, Adult.phone
    )
    children = await Child.select(
        Child.id, Child.household, Child.given_name, Child.family_name, Child.born_on
    )
    judged = {
        frozenset((row["kept"], row["gone"]))
        for row in await Merge.select(Merge.kept, Merge.gone)
        .where(Merge.verdict == "distinct")
        .where(Merge.undone_at.is_null())
    }
    found = pairs([Somebody(**row) for row in adults], [Somebody(**row) for row in children])
    return [one for one in found if frozenset((one.one, one.other)) not in judged]


async def between(kept: int, gone: int) -> Pair:
    """Return what two households have in common; they may have nothing that the register sees."""
    sides = frozenset((kept, gone))
    for one in await suggested():
        if frozenset((one.one, one.other)) == sides:
            if one.one == kept:
                return one
            return Pair(kept, gone, _turned(one.adults), _turned(one.children), one.why)
    raise NotYours


def _turned(both: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    return tuple((other, one) for one, other in both)


async def distinct(kept: int, gone: int, by: Person, now: datetime) -> None:
    """Note that two households are two families: nobody is asked again."""
    async with transaction():
        row = Merge(kept=kept, gone=gone, verdict="distinct", at=now, by=by.account)
        await Merge.insert(row)
        await journal.record(
            "family.distinct", f"household:{kept}", account=by.account, side="office", other=gone
        )


async def others(pair: Pair) -> list[str]:
    """Return the adults of either household who are not in both: do they live with the rest?"""
    common = {number for both in pair.adults for number in both}
    rows = (
        await Adult.select(Adult.id, Adult.given_name, Adult.family_name)
        .where(Adult.household.is_in([pair.one, pair.other]))
        .order_by(Adult.id)
    )
    left = [row for row in rows if row["id"] not in common]
    return [f"{row['given_name']} {row['family_name']}".strip() for row in left]


async def merge(pair: Pair, by: Person, now: datetime, *, together: bool = False) -> int:
    """Make one of what two households have in common, and return the number of the merge.

    Adults in common: one family, and the household that goes gives all it has. Children only: the
    parents live apart, and only the child becomes one. Raises Refused("who_lives_here") when an
    adult of one side only would come to live with the rest, and nobody said they do.
    """
    async with transaction():
        await locks.advisory("family.merge")
        if pair.adults and not together and await others(pair):
            raise Refused("who_lives_here")
        undo: list[Undo] = []
        for kept, gone in pair.adults:
            await _one_adult(kept, gone, undo, now)
        for kept, gone in pair.children:
            await _absorb(Child, kept, gone, undo)
        if pair.adults:
            await _absorb(Household, pair.one, pair.other, undo)
            await _tell_household(pair.one)
        else:
            await _tell_parents([kept for kept, _ in pair.children], now)
        row = Merge(
            kept=pair.one,
            gone=pair.other,
            verdict="same" if pair.adults else "child",
            undoing=msgspec.json.encode(undo[::-1]).decode(),
            at=now,
            by=by.account,
        )
        number = int((await Merge.insert(row).returning(Merge.id))[0]["id"])
        await journal.record(
            "family.merged",
            f"household:{pair.one}",
            account=by.account,
            side="office",
            gone=pair.other,
            merge=number,
        )
    return number


async def _tell_household(household: int) -> None:
    """Tell each adult of a household made of two who lives in it now."""
    adults = await Adult.objects(Adult.account).where(Adult.household == household)
    names = [f"{one.given_name} {one.family_name}".strip() for one in adults]
    for one in adults:
        if one.account is not None and one.account.id is not None:
            await post(
                "messages/households_merged",
                one.account.email,
                account=one.account.id,
                name=one.given_name,
                adults=names,
            )


async def _tell_parents(children: list[int], now: datetime) -> None:
    """Tell each parent who else answers for the child now: a mistake must not go unseen."""
    for child in children:
        row = await responsibilities.the_child(child)
        parents = await responsibilities.of_children([child], now.date())
        for one in parents:
            if one.account is not None:
                owner = await accounts.by_number(one.account)
                await post(
                    "messages/child_shared",
                    owner.email,
                    account=owner.id,
                    name=one.name.partition(" ")[0],
                    child=row.given_name,
                    others=[other.name for other in parents if other.adult != one.adult],
                )


async def _one_adult(kept: int, gone: int, undo: list[Undo], now: datetime) -> None:
    """Make one of two records of an adult; of two accounts, the one of the kept record stays."""
    stays, goes = (
        await Adult.objects().get(Adult.id == kept),
        await Adult.objects().get(Adult.id == gone),
    )
    if stays is None or goes is None:
        raise NotYours
    if goes.account is not None:
        await _one_account(stays, goes, undo, now)
    await _absorb(Adult, kept, gone, undo)


async def _one_account(stays: Adult, goes: Adult, undo: list[Undo], now: datetime) -> None:
    old = await Account.objects().get(Account.id == int(goes.account))
    if old is None:
        return
    if stays.account is None:
        await _change(Adult, goes.id, {"account": None}, undo)
        await _change(Adult, stays.id, {"account": old.id}, undo)
        return
    for table, column in _account_columns():
        rows = await table.select(table._meta.primary_key).where(column == old.id)
        for row in rows:
            try:
                async with transaction():
                    await _change(table, row["id"], {column._meta.name: int(stays.account)}, undo)
            except REFUSED:  # the kept account has its own, such as how it is written to
                await _remove(table, row["id"], undo)
    for errand in await Errand.select(Errand.id).where(Errand.account == old.id):
        await _change(Errand, errand["id"], {"account": int(stays.account)}, undo)
    await _change(Adult, goes.id, {"account": None}, undo)
    await _change(Account, old.id, {"disabled_at": now}, undo)
    new = await Account.objects().get(Account.id == int(stays.account))
    if new is not None:
        for owner in (new, old):
            await post(
                "messages/accounts_merged",
                owner.email,
                account=owner.id,
                name=new.name,
                address="" if new.email.endswith(NO_ADDRESS) else new.email,
            )


async def give_all(old: int, new: int) -> None:
    """Give what belongs to one family account to another, which is the same person's."""
    await Errand.update({Errand.account: new}).where(Errand.account == old)
    for table, column in _account_columns():
        for row in await table.select(table._meta.primary_key).where(column == old):
            # the new account may have its own: what the old one had then serves no more
            with suppress(*REFUSED):
                async with transaction():
                    await table.update({column: new}).where(table._meta.primary_key == row["id"])


def _account_columns() -> Iterator[tuple[type[Table], Column]]:
    for table in tenants.current().hooks.all("tables"):
        if table._meta.tablename in STAYS:
            continue
        for column in table._meta.columns:
            if column._meta.name == "account" and isinstance(column, Integer | ForeignKey):
                yield table, column


async def _absorb(table: type[Table], kept: int, gone: int, undo: list[Undo]) -> None:
    """Make all that points at one row point at another, then remove it."""
    for other, column in _pointing_at(table):
        rows = await other.select(other._meta.primary_key).where(column == gone)
        for row in rows:
            try:
                async with transaction():
                    await _change(other, row["id"], {column._meta.name: kept}, undo)
            except REFUSED:  # the kept one has its own, such as a responsibility or an address
                if other is Responsibility:
                    await _end_both(row["id"], column._meta.name, kept, undo)
                await _remove(other, row["id"], undo)
    await _remove(table, gone, undo)


async def _end_both(number: int, name: str, kept: int, undo: list[Undo]) -> None:
    """Let what was ended for one record stay ended for both: a merge gives no authority back."""
    gone = await _row(Responsibility, number)
    if gone["ended_at"] is None:
        return
    pair = {"child": gone["child"], "adult": gone["adult"], name: kept}
    stays = (
        await Responsibility.select(Responsibility.id)
        .where((Responsibility.child == pair["child"]) & (Responsibility.adult == pair["adult"]))
        .first()
    )
    if stays is not None:
        await _change(Responsibility, stays["id"], {"ended_at": gone["ended_at"]}, undo)


def _pointing_at(table: type[Table]) -> Iterator[tuple[type[Table], ForeignKey[Any]]]:
    for other in tenants.current().hooks.all("tables"):
        for column in other._meta.foreign_key_columns:
            if column._foreign_key_meta.resolved_references is table:
                yield other, column


async def _change(
    table: type[Table], number: int, values: dict[str, Any], undo: list[Undo]
) -> None:
    """Change some columns of a row, and keep what they were."""
    before = await _row(table, number)
    await _write(table, number, values)
    was = {"id": number, **{name: before[name] for name in values}}
    undo.append(Undo(table._meta.tablename, was, was_removed=False))


async def _remove(table: type[Table], number: int, undo: list[Undo]) -> None:
    """Remove a row nothing else points at, and keep it whole."""
    for other, column in _pointing_at(table):
        if await other.exists().where(column == number):
            raise Refused("merge_conflict", table=table._meta.tablename)
    before = await _row(table, number)
    await table.delete().where(table._meta.primary_key == number)
    undo.append(Undo(table._meta.tablename, before, was_removed=True))


async def _row(table: type[Table], number: int) -> dict[str, Any]:
    row = await table.select(*table._meta.columns).where(table._meta.primary_key == number).first()
    if row is None:
        raise NotYours
    return dict(row)


async def undo(number: int, by: Person, now: datetime) -> Merge:
    """Put back all that a merge moved and removed, as it was.

    What was written since on the family that stayed remains with it. Raises Refused when a later
    merge changed the same family: undo that one first.
    """
    async with transaction():
        await locks.advisory("family.merge")
        row = await Merge.objects().get((Merge.id == number) & Merge.undone_at.is_null())
        if row is None or row.verdict == "distinct":
            raise NotYours
        touched = [row.kept, row.gone]
        later = (Merge.id > number) & Merge.undone_at.is_null() & (Merge.verdict != "distinct")
        if await Merge.exists().where(
            later & (Merge.kept.is_in(touched) | Merge.gone.is_in(touched))
        ):
            raise Refused("merged_since")
        known = {table._meta.tablename: table for table in tenants.current().hooks.all("tables")}
        for one in msgspec.json.decode(row.undoing, type=list[Undo]):
            await _put_back(known[one.table], one)
        await Merge.update({Merge.undone_at: now}).where(Merge.id == number)
        await journal.record(
            "family.merge_undone",
            f"household:{row.kept}",
            account=by.account,
            side="office",
            merge=number,
        )
    return row


async def _put_back(table: type[Table], one: Undo) -> None:
    values = {name: _value(table, name, value) for name, value in one.row.items()}
    if one.was_removed:
        await table.insert(table(**values))
        return
    await _write(table, values.pop("id"), values)


async def _write(table: type[Table], number: int, values: dict[str, Any]) -> None:
    columns: dict[Column | str, Any] = dict(values.items())
    await table.update(columns).where(table._meta.primary_key == number)


def _value(table: type[Table], name: str, value: Any) -> Any:
    """Return what a column holds, from what JSON made of it."""
    column = table._meta.get_column_by_name(name)
    if isinstance(value, str) and isinstance(column, Timestamptz):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and isinstance(column, Date):
        return date.fromisoformat(value)
    return value


async def of_household(number: int) -> list[Merge]:
    """Return the merges that can be undone of a family, the latest first."""
    return (
        await Merge.objects()
        .where((Merge.kept == number) & Merge.undone_at.is_null() & (Merge.verdict != "distinct"))
        .order_by(Merge.id, ascending=False)
    )
