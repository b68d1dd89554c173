"""Bringing a list of families in: read, shown before anything is written, then all of it or nothing."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from piccolo.table import Table

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.families import columns, rows
from ribambelle.families.planning import (
    DONE,
    KnownAdult,
    KnownHousehold,
    Plan,
    Register,
    Step,
    plan,
)
from ribambelle.families.rows import AdultSaid, ChildSaid, HomeSaid
from ribambelle.families.table_files import TableFile
from ribambelle.families.tables import KnownFamily
from ribambelle.identity import accounts, responsibilities, schools
from ribambelle.identity.rights import FULL
from ribambelle.identity.tables import (
    Address,
    Adult,
    Child,
    Household,
    Quartier,
    Responsibility,
    School,
)
from ribambelle.search import fold
from ribambelle.takeover import keeping, traces
from ribambelle.takeover.traces import Trace
from ribambelle.workflow import journal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Places:
    """The quartiers and the schools of the commune, by their folded names."""

    quartiers: Mapping[str, int]
    schools: Mapping[str, int]


CHUNK = 200
"""Families written by one statement: SQLite takes some thousands of values at once."""


async def planned(table: TableFile, mapping: Mapping[str, int], today: date) -> Plan:
    """Return what a list would change; nothing is written."""
    if missing := columns.missing(mapping):
        raise Refused("columns_unknown", columns=", ".join(missing))
    known, quartiers = await _known(), await _quartiers()
    # ten thousand rows take half a second: the other families of the commune do not wait for it
    return await asyncio.to_thread(_planned, table, mapping, today, known, quartiers)


def _planned(
    table: TableFile,
    mapping: Mapping[str, int],
    today: date,
    known: list[KnownHousehold],
    quartiers: Mapping[str, int],
) -> Plan:
    read = [
        rows.read(cells, mapping, place + 2, today, table.line(place))
        for place, cells in enumerate(table.rows)
    ]
    return plan(read, rows.families(read), Register(known), quartiers)


async def bring_in(
    table: TableFile, mapping: Mapping[str, int], now: datetime, *, by: int | None = None
) -> Plan:
    """Write a list: all the rows that can be kept, in one transaction, and one line in the journal.

    What is known is read again inside: two lists brought in at once do not make a family twice.
    """
    async with transaction():
        await locks.advisory("family_import")
        made = await planned(table, mapping, now.date())
        left = await write(made, now)
        counts: dict[str, int] = {done: made.count(done) for done in DONE}
        await keeping.note("Liste de familles", "families", left, counts, now, by)
        await journal.record(
            "families.imported",
            "families:0",
            account=by,
            side="office",
            created=made.count("created"),
            updated=made.count("updated"),
            refused=made.count("refused"),
        )
    return made


async def write(made: Plan, now: datetime) -> list[Trace]:
    """Write what a list would change, in the open transaction; return what was made and changed."""
    told = (one for step in made.steps for one in step.told_children)
    left, standing = list[Trace](), await schools.every()
    places = Places(await _quartiers(), await schools.opened(one.school for one in told))
    before = {one.id for one in standing}
    left += [
        Trace(f"École {one.name}", School, one.id)
        for one in await schools.every()
        if one.id not in before
    ]
    fresh = [step for step in made.steps if step.household is None]
    for chunk in _chunks(fresh):
        left += await _create(chunk, places, now)
    known = [step for step in made.steps if step.household is not None]
    plain = [step for step in known if step.only_adds_children]
    for chunk in _chunks(plain):
        left += await _add_children(chunk, places, now)
    for step in known:
        if step.household is not None and not step.only_adds_children:
            left += await _update(step.household, step, places, now)
    return left


async def _add_children(steps: Sequence[Step], places: Places, now: datetime) -> list[Trace]:
    """Write the children a list adds to known families: a statement per table, not per family."""
    born = await Child.insert(
        *(
            _child_row(step.household, child, places)
            for step in steps
            if step.household is not None
            for child in step.children
        )
    ).returning(Child.id, Child.household)
    adults = _of_household(
        await Adult.select(Adult.id, Adult.household).where(
            Adult.household.is_in([step.household for step in steps])
        )
    )
    pairs = {
        (child["id"], adult["id"]): child["household"]
        for child in born
        for adult in adults.get(child["household"], ())
    }
    left = [made_for(row["household"], Child, row["id"]) for row in born]
    return left + await _entrust(pairs, now)


async def _create(steps: Sequence[Step], places: Places, now: datetime) -> list[Trace]:
    """Write new families: a statement per table, not per family."""
    made = await Household.insert(*(Household(created_at=now) for _ in steps)).returning(
        Household.id
    )
    numbered = [(int(row["id"]), step) for row, step in zip(made, steps, strict=True)]
    adults = [
        _adult_row(household, rank, adult)
        for household, step in numbered
        for rank, adult in enumerate(step.adults, start=1)
    ]
    left = [made_for(household, Household, household) for household, _ in numbered]
    people = await Adult.insert(*adults).returning(Adult.id, Adult.household)
    left += [made_for(row["household"], Adult, row["id"]) for row in people]
    children = [
        _child_row(household, child, places)
        for household, step in numbered
        for child in step.children
    ]
    if children:
        born = await Child.insert(*children).returning(Child.id, Child.household)
        left += [made_for(row["household"], Child, row["id"]) for row in born]
        pairs = {
            (child["id"], adult["id"]): child["household"]
            for child in born
            for adult in _of_household(people)[child["household"]]
        }
        left += await _entrust(pairs, now)
    homes = await Address.insert(
        *(
            Address(household=household, **_home(step.home or HomeSaid(), places))
            for household, step in numbered
        )
    ).returning(Address.id, Address.household)
    left += [made_for(row["household"], Address, row["id"]) for row in homes]
    return left + await _number(
        [(household, step.number) for household, step in numbered if step.number]
    )


async def _number(numbers: Sequence[tuple[int, str]]) -> list[Trace]:
    """Write the numbers families have in the program their list comes from."""
    if not numbers:
        return []
    rows = await KnownFamily.insert(
        *(KnownFamily(household=household, number=number) for household, number in numbers)
    ).returning(KnownFamily.id, KnownFamily.household)
    return [made_for(row["household"], KnownFamily, row["id"]) for row in rows]


def made_for(household: int, table: type[Table], row: int) -> Trace:
    """Return the trace of a row made for a family."""
    return Trace(traces.household(household), table, row)


def _of_household(rows: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    return _by_household((row["household"], row) for row in rows)


async def _entrust(pairs: Mapping[tuple[int, int], int], now: datetime) -> list[Trace]:
    """Write that adults answer for children, as parents with authority; what is known stays.

    :param pairs: the household of each child, by child and adult.
    """
    if not pairs:
        return []
    rows = [responsibilities.row(child, adult, FULL, now) for child, adult in pairs]
    made = (
        await Responsibility.insert(*rows)
        .on_conflict(target=responsibilities.PAIR, action="DO NOTHING")
        .returning(Responsibility.id, Responsibility.child, Responsibility.adult)
    )
    return [made_for(pairs[row["child"], row["adult"]], Responsibility, row["id"]) for row in made]


async def _new_pairs(
    household: int, adults: Sequence[int], children: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the children and adults of a household of which one at least is new."""
    people = await Adult.select(Adult.id).where(Adult.household == household)
    every = await Child.select(Child.id).where(Child.household == household)
    return [
        (child["id"], adult["id"])
        for child in every
        for adult in people
        if child["id"] in children or adult["id"] in adults
    ]


async def _update(household: int, step: Step, places: Places, now: datetime) -> list[Trace]:
    """Write what a list says more of a family already known."""
    left = list[Trace]()
    for number, changed in step.adults_changed.items():
        left.append(await _change(household, Adult, number, changed))
    for number, child in step.children_changed.items():
        row = _child_row(household, child, places)
        left.append(
            await _change(household, Child, number, {name: getattr(row, name) for name in LEARNT})
        )
    left += await _add(household, step, places, now)
    if step.home:
        left.append(await _settle(household, _home(step.home, places)))
    if step.number:
        left += await _number([(household, step.number)])
    return left


LEARNT = ("given_name", "born_on", "folded", "school", "class_name")
"""What a list teaches of a child already known."""


async def _change(
    household: int, table: type[Table], number: int, values: Mapping[str, Any]
) -> Trace:
    """Change a row, and return what it said before."""
    stood = (await traces.rows(table, [number]))[number]
    changed: dict[Any, Any] = dict(values)
    await table.update(changed).where(table._meta.primary_key == number)
    before = {name: stood[name] for name in values}
    return Trace(traces.household(household), table, number, before, dict(values))


async def _add(household: int, step: Step, places: Places, now: datetime) -> list[Trace]:
    """Write the adults and the children a list adds to a family, each trusted to all."""
    left, adults, children = list[Trace](), list[int](), list[int]()
    if step.adults:
        rank = await Adult.count().where(Adult.household == household)
        made = await Adult.insert(
            *(
                _adult_row(household, place, adult)
                for place, adult in enumerate(step.adults, start=rank + 1)
            )
        ).returning(Adult.id)
        adults = [row["id"] for row in made]
    if step.children:
        born = await Child.insert(
            *(_child_row(household, child, places) for child in step.children)
        ).returning(Child.id)
        children = [row["id"] for row in born]
    left += [made_for(household, Adult, number) for number in adults]
    left += [made_for(household, Child, number) for number in children]
    pairs = await _new_pairs(household, adults, children) if adults or children else []
    return left + await _entrust(dict.fromkeys(pairs, household), now)


async def _settle(household: int, home: Mapping[str, Any]) -> Trace:
    """Write where a family lives, and return what was known before."""
    known = await Address.select(Address.id).where(Address.household == household).first()
    if known is not None:
        return await _change(household, Address, known["id"], home)
    made = await Address.insert(Address(household=household, **home)).returning(Address.id)
    return made_for(household, Address, made[0]["id"])


def _adult_row(household: int, rank: int, adult: AdultSaid) -> Adult:
    return Adult(
        household=household,
        rank=rank,
        given_name=adult.given_name,
        family_name=adult.family_name,
        email=adult.email,
        phone=adult.phone,
        folded=adult.folded,
    )


def _child_row(household: int, child: ChildSaid, places: Places) -> Child:
    return Child(
        household=household,
        given_name=child.given_name,
        family_name=child.family_name,
        born_on=child.born_on,
        folded=fold(f"{child.given_name} {child.family_name}"),
        school=places.schools.get(fold(child.school)),
        class_name=child.class_name,
    )


def _home(home: HomeSaid, places: Places) -> dict[str, Any]:
    return {
        "line": home.line,
        "postcode": home.postcode,
        "city": home.city,
        "quartier": places.quartiers.get(fold(home.quartier)),
    }


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


async def _quartiers() -> dict[str, int]:
    found = await Quartier.select(Quartier.id, Quartier.folded)
    return {row["folded"]: row["id"] for row in found}


async def _known() -> list[KnownHousehold]:
    """Return every family of the commune, as a list may speak of it."""
    adults: dict[int, list[KnownAdult]] = {}
    rows = await Adult.select(
        *Adult.all_columns(), Adult.account.email.as_alias("signs_in_with")
    ).order_by(Adult.rank)
    for row in rows:
        said = AdultSaid(row["given_name"], row["family_name"], row["email"], row["phone"])
        known = KnownAdult(row["id"], said, accounts.signs_in(row["signs_in_with"]))
        adults.setdefault(row["household"], []).append(known)
    children = _by_household(
        (
            row["household"],
            (
                row["id"],
                ChildSaid(
                    row["given_name"],
                    row["family_name"],
                    row["born_on"],
                    row["school_name"] or "",
                    row["class_name"],
                ),
            ),
        )
        for row in await Child.select(
            *Child.all_columns(), Child.school.name.as_alias("school_name")
        )
    )
    homes = {
        row["household"]: HomeSaid(row["line"], row["postcode"], row["city"])
        for row in await Address.select()
    }
    numbers = {row["household"]: row["number"] for row in await KnownFamily.select()}
    return [
        KnownHousehold(
            household,
            tuple(adults.get(household, ())),
            tuple(children.get(household, ())),
            homes.get(household, HomeSaid()),
            numbers.get(household, ""),
        )
        for household in (row["id"] for row in await Household.select(Household.id))
    ]


def _by_household(found: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    gathered: dict[int, list[T]] = {}
    for household, one in found:
        gathered.setdefault(household, []).append(one)
    return gathered
