"""The way back: what a takeover made goes, what it changed is put back, what was used since stays.

A family stays whole or goes whole: one that opened its account, booked, paid or was changed by an
agent keeps all that the takeover gave it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import msgspec
from piccolo.columns import Column, ForeignKey
from piccolo.table import Table

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity.tables import Adult
from ribambelle.takeover import traces
from ribambelle.takeover.matters import Taking
from ribambelle.takeover.running import LOCK, Shown, matters
from ribambelle.takeover.tables import TakenRow, Takeover
from ribambelle.takeover.traces import HOUSEHOLD, Trace
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal

CHANGED = "modifié depuis"


@dataclass(frozen=True, slots=True)
class Undone:
    """What went, and what stays with why, each named for a person."""

    gone: int
    kept: list[tuple[str, str]]


@dataclass(slots=True)
class Owner:
    """What stays or goes together."""

    name: str
    rows: list[TakenRow] = field(default_factory=list)
    stays: str = ""
    """Why it stays."""


class Way:
    """One way back under way: the tables of the commune, and the owners of what was taken over."""

    def __init__(self, taking: Taking, rows: Iterable[TakenRow]) -> None:
        self.taking = taking
        self.matters = matters(taking.tenant)
        hooks = taking.tenant.hooks
        tables = {one for _, some in hooks.each("tables") for one in some}
        self.tables = {one._meta.tablename: one for one in tables}
        self.purposes = {
            one.table._meta.tablename: one.purpose
            for _, some in hooks.each("personal_data")
            for one in some
        }
        self.frees = {one for matter in self.matters for one in matter.frees}
        self.owners: dict[str, Owner] = {}
        for row in rows:
            self.owners.setdefault(row.owner, Owner(row.owner)).rows.append(row)

    def some(self, *, households: bool) -> list[Owner]:
        """Return the families, or everything else."""
        return [one for one in self.owners.values() if one.name.startswith(HOUSEHOLD) == households]

    async def back(self, owners: Sequence[Owner]) -> None:
        """Take back what these owners were given, but those that used it since."""
        await self._changed(owners)
        await self._used(owners)
        while await self._pointed(owners):
            pass
        going = [one for one in owners if not one.stays]
        for matter in reversed(self.matters):
            if matter.taken_back is not None:
                rows = [row for one in going for row in one.rows if row.matter == matter.code]
                await matter.taken_back([self._trace(row) for row in rows], self.taking)
        rows = sorted((row for one in going for row in one.rows), key=lambda row: -int(row.id))
        for name, several in groupby(rows, key=lambda row: str(row.of_table)):
            await self._undo(name, list(several))

    async def _changed(self, owners: Sequence[Owner]) -> None:
        """Mark those of which a row is no longer as it was left."""
        for name, rows in _by_table(owners):
            if name not in self.tables:
                continue
            stand = await traces.rows(self.tables[name], [int(row.row) for _, row in rows])
            for owner, row in rows:
                now = stand.get(int(row.row))
                if now is None or not _is_as_left(row, now):
                    owner.stays = owner.stays or CHANGED

    async def _used(self, owners: Sequence[Owner]) -> None:
        by_number = {
            int(one.name.removeprefix(HOUSEHOLD)): one
            for one in owners
            if one.name.startswith(HOUSEHOLD)
        }
        for matter in self.matters:
            if matter.used is not None and by_number:
                for number, why in (await matter.used(list(by_number), self.taking)).items():
                    by_number[number].stays = by_number[number].stays or why

    async def _pointed(self, owners: Sequence[Owner]) -> bool:
        """Mark those that something which stays points at; tell whether any was."""
        of_row = {(row.of_table, int(row.row)): one for one in owners for row in one.rows}
        found = False
        for name, rows in _by_table([one for one in owners if not one.stays]):
            made = {int(row.row): owner for owner, row in rows if not row.before}
            if name not in self.tables or not made:
                continue
            async for target, pointing, number in self._pointing(self.tables[name], made):
                theirs = of_row.get((pointing, number))
                owner = made[target]
                if owner.stays or (theirs is not None and not theirs.stays):
                    continue
                owner.stays, found = self._serves(pointing), True
        return found

    def _serves(self, table: str) -> str:
        """Say what something is still needed for, as the register of what is held does."""
        told = self.purposes.get(table, f"table {table}").partition(".")[0]
        return f"sert encore : {told[:1].lower()}{told[1:]}"

    async def _pointing(self, table: type[Table], made: Collection[int]) -> Any:
        for column in self._columns_to(table):
            other = column._meta.table
            for some in traces.parts(made):
                asked = other.select(other._meta.primary_key, column).where(column.is_in(some))
                for row in await asked:
                    yield row[column._meta.name], other._meta.tablename, row["id"]

    def _columns_to(self, table: type[Table]) -> Iterator[Column]:
        for other in self.tables.values():
            if other in self.frees or other is TakenRow:
                continue
            for column in other._meta.foreign_key_columns:
                if column._foreign_key_meta.resolved_references is table:
                    yield column

    def _trace(self, row: TakenRow) -> Trace:
        before = msgspec.json.decode(row.before) if row.before else None
        after = msgspec.json.decode(row.after) if row.before else None
        return Trace(row.owner, self.tables.get(row.of_table), int(row.row), before, after)

    async def _undo(self, name: str, rows: Sequence[TakenRow]) -> None:
        if name not in self.tables:
            return
        table = self.tables[name]
        made = [int(row.row) for row in rows if not row.before]
        for some in traces.parts(made):
            await table.delete().where(table._meta.primary_key.is_in(some))
        for row in rows:
            if row.before:
                values = _values(table, msgspec.json.decode(row.before))
                await table.update(values).where(table._meta.primary_key == int(row.row))


def _by_table(owners: Sequence[Owner]) -> list[tuple[str, list[tuple[Owner, TakenRow]]]]:
    found: dict[str, list[tuple[Owner, TakenRow]]] = {}
    for owner in owners:
        for row in owner.rows:
            found.setdefault(str(row.of_table), []).append((owner, row))
    return list(found.items())


def _is_as_left(row: TakenRow, now: Mapping[str, Any]) -> bool:
    if not row.before:
        return traces.digest(now) == row.after
    left = msgspec.json.decode(row.after)
    return traces.written({name: now[name] for name in left}) == row.after


def _values(table: type[Table], told: Mapping[str, Any]) -> dict[Column | str, Any]:
    """Return columns as the database takes them, from the text they were kept as."""
    found: dict[Column | str, Any] = {}
    for name, value in told.items():
        column = table._meta.get_column_by_name(name)
        kind = int if isinstance(column, ForeignKey) else column.value_type
        found[column] = None if value is None else msgspec.convert(value, kind, strict=False)
    return found


async def take_back(
    tenant: Tenant, number: int, *, by: int | None = None, dry: bool = False
) -> Undone:
    """Take a takeover back, in one transaction, once; return what went and what stays.

    Raises NotYours when there is none of this number, Refused("takeover_undone", at=…) when it is
    done, Refused("takeover_too_old") when what it changed is no longer kept, and
    Refused("takeover_order", later=…) while a later one added to the same families.
    """
    undone = Undone(0, [])
    try:
        async with transaction():
            await locks.advisory(LOCK, "family_import")
            undone, last = await _take_back(tenant, number, by)
            if dry:
                raise Shown
            for act in last:
                act()
    except Shown:
        pass
    return undone


async def one(number: int) -> Takeover:
    """Return a takeover, or behave as if it did not exist."""
    found = await Takeover.objects().get(Takeover.id == number)
    if found is None:
        raise NotYours
    return found


async def rows(number: int) -> int:
    """Return how many rows a takeover made or changed, as they are kept."""
    return int(await TakenRow.count().where(TakenRow.takeover == number))


async def _take_back(
    tenant: Tenant, number: int, by: int | None
) -> tuple[Undone, list[Callable[[], None]]]:
    found = await one(number)
    if found.undone_at is not None:
        raise Refused("takeover_undone", at=found.undone_at.astimezone(tenant.zone))
    rows = await TakenRow.objects().where(TakenRow.takeover == number).order_by(TakenRow.id)
    if not rows:
        raise Refused("takeover_too_old")
    now = tenant.now()
    way = Way(Taking(tenant, now, number, str(found.name)), rows)
    await _require_last(way, number)
    await way.back(way.some(households=True))
    await way.back(way.some(households=False))
    kept = [one for one in way.owners.values() if one.stays]
    names = await _names(kept)
    await Takeover.update({Takeover.undone_at: now, Takeover.undone_by: by}).where(
        Takeover.id == number
    )
    await TakenRow.delete().where(TakenRow.takeover == number)
    gone = len(way.owners) - len(kept)
    await journal.record(
        "takeover.taken_back",
        f"takeover:{number}",
        account=by,
        side="office",
        gone=gone,
        kept=len(kept),
    )
    told = [(names.get(one.name, one.name), one.stays) for one in kept]
    return Undone(gone, told), way.taking.at_the_end


async def _require_last(way: Way, number: int) -> None:
    """Refuse while a later takeover added to the same families: it goes back first, nothing is lost."""
    rows = (
        await TakenRow.select(TakenRow.owner, TakenRow.takeover)
        .where(TakenRow.takeover > number)
        .distinct()
        .order_by(TakenRow.takeover, ascending=False)
    )
    for row in rows:
        if row["owner"] in way.owners:
            raise Refused("takeover_order", later=row["takeover"])


async def _names(owners: Sequence[Owner]) -> dict[str, str]:
    """Return families by their first adult, as an agent looks for them."""
    numbers = [
        int(one.name.removeprefix(HOUSEHOLD)) for one in owners if one.name.startswith(HOUSEHOLD)
    ]
    found: dict[str, str] = {}
    for some in traces.parts(numbers):
        rows = (
            await Adult.select(Adult.household, Adult.given_name, Adult.family_name)
            .where(Adult.household.is_in(some))
            .order_by(Adult.rank, ascending=False)
        )
        for row in rows:
            name = f"{row['given_name']} {row['family_name']}".strip()
            found[traces.household(row["household"])] = f"Famille de {name}"
    return found


async def last(most: int = 20) -> list[Takeover]:
    """Return the last takeovers, the latest first."""
    return await Takeover.objects().order_by(Takeover.id, ascending=False).limit(most)
