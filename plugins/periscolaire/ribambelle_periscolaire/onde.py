"""Bringing the lists of ONDE in: read, shown before anything is written, then all of it or nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from piccolo.table import Table

from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.families import columns as core_columns
from ribambelle.families import importing, table_files
from ribambelle.families.columns import DAY_LIKE, day_of
from ribambelle.families.lists import RefusedRows
from ribambelle.families.table_files import TableFile
from ribambelle.identity import schools
from ribambelle.identity.tables import Adult, Child
from ribambelle.search import fold
from ribambelle.takeover import Trace, keeping, traces
from ribambelle.workflow import journal
from ribambelle_periscolaire.domain.onde import (
    CHILD,
    OLDEST,
    PARENT,
    PUPIL,
    Becomes,
    Kind,
    Known,
    Matched,
    Matching,
    Parent,
    Pupil,
    columns,
    kind_of,
    missing,
    parent,
    pupil,
)
from ribambelle_periscolaire.tables import Enrolment, OndeList

DONE: tuple[Becomes, ...] = ("new", "same", "changed", "skipped", "refused")
CORE = tuple(one.code for one in core_columns.FIELDS)


class Sheet(msgspec.Struct, frozen=True):
    """One list as it came."""

    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    lines: tuple[int, ...] = ()

    @property
    def by_line(self) -> dict[int, tuple[str, ...]]:
        """Its rows, by where each stands in its file."""
        table = TableFile(self.headings, self.rows, self.lines)
        return {table.line(place): cells for place, cells in enumerate(self.rows)}


class Content(msgspec.Struct, frozen=True):
    """What is kept while it is looked at; then only what was refused."""

    pupils: Sheet = Sheet()
    parents: Sheet = Sheet()
    school: str = ""
    refused: RefusedRows = []


@dataclass(frozen=True)
class Sent:
    """A list that was sent, and what it would change."""

    number: int
    year: int
    content: Content
    choices: dict[int, str]
    matched: list[Matched]
    outcome: dict[str, int]
    is_done: bool

    def count(self, becomes: Becomes) -> int:
        """Return how many pupils end so."""
        return sum(one.becomes == becomes for one in self.matched)

    @property
    def homonyms(self) -> list[Matched]:
        """The pupils somebody decides of, decided or not."""
        return [
            one
            for one in self.matched
            if one.becomes == "homonym" or one.pupil.rank in self.choices
        ]

    @property
    def refused(self) -> RefusedRows:
        """The lines that are not brought in, as they came, with why."""
        if self.is_done:
            return self.content.refused
        rows = self.content.pupils.by_line
        return [
            (list(rows[one.pupil.rank]), one.told)
            for one in self.matched
            if one.becomes == "refused"
        ]


async def keep(content: bytes, school: str, year: int, now: datetime, *, by: int) -> int:
    """Keep a list of pupils to be looked at; return its number."""
    sheet = await _read(content, "pupils")
    kept = msgspec.json.encode(Content(sheet, school=school)).decode()
    async with transaction():
        row = OndeList(year=year, content=kept, created_at=now, created_by=by)
        number = int((await OndeList.insert(row).returning(OndeList.id))[0]["id"])
        await journal.record(
            "periscolaire.onde_sent",
            f"periscolaire.onde:{number}",
            account=by,
            side="office",
            rows=len(sheet.rows),
        )
    return number


async def add_parents(number: int, content: bytes) -> None:
    """Keep the list of adults beside the pupils."""
    sheet = await _read(content, "parents")
    async with transaction():
        await advisory(f"periscolaire.onde:{number}")
        row = await _living(number)
        told = msgspec.json.decode(row.content, type=Content)
        kept = msgspec.structs.replace(told, parents=sheet)
        await OndeList.update({OndeList.content: msgspec.json.encode(kept).decode()}).where(
            OndeList.id == number
        )


async def _read(content: bytes, kind: Kind) -> Sheet:
    table = await asyncio.to_thread(table_files.read, content)
    if kind_of(table.headings) != kind:
        raise Refused(f"onde_not_{kind}")
    if left := missing(table.headings, kind):
        raise Refused("onde_columns", columns=", ".join(left))
    return Sheet(table.headings, table.rows, table.lines)


async def choose(number: int, choices: Mapping[int, str]) -> None:
    """Keep what somebody decided of homonyms."""
    async with transaction():
        await advisory(f"periscolaire.onde:{number}")
        await _living(number)
        kept = msgspec.json.encode({str(rank): told for rank, told in choices.items()}).decode()
        await OndeList.update({OndeList.choices: kept}).where(OndeList.id == number)


async def _living(number: int) -> OndeList:
    found = await OndeList.objects().get(OndeList.id == number)
    if found is None or not found.content:
        raise NotYours
    if found.done_at is not None:
        raise Refused("list_done")
    return found


async def sent(number: int, today: date) -> Sent:
    """Return a list with what it would change, or what was refused of it."""
    found = await OndeList.objects().get(OndeList.id == number)
    if found is None or not found.content:
        raise NotYours
    content = msgspec.json.decode(found.content, type=Content)
    told = msgspec.json.decode(found.choices, type=dict[str, str])
    choices = {int(rank): one for rank, one in told.items()}
    outcome = msgspec.json.decode(found.outcome, type=dict[str, int])
    if found.done_at is not None:
        return Sent(number, found.year, content, choices, [], outcome, is_done=True)
    matched = await _matched(content, choices, today)
    return Sent(number, found.year, content, choices, matched, outcome, is_done=False)


async def _matched(content: Content, choices: dict[int, str], today: date) -> list[Matched]:
    known = await _known()
    found = await asyncio.to_thread(_match, content, choices, known, today)
    table, ranks = _families(found)
    if not table.rows:
        return found
    # what the import of families would refuse of a new child is told before anything is written
    made = await importing.planned(table, _mapping(), today)
    wrong = {ranks[one.rank - 2]: one.told for one in made.outcomes if one.done == "refused"}
    return [
        Matched(one.pupil, "refused", candidates=one.candidates, told=wrong[one.pupil.rank])
        if one.becomes == "new" and one.pupil.rank in wrong
        else one
        for one in found
    ]


def _match(
    content: Content, choices: dict[int, str], known: list[Known], today: date
) -> list[Matched]:
    at = columns(content.pupils.headings, PUPIL)
    pupils = [
        _pupil(cells, at, rank, content.school, today)
        for rank, cells in content.pupils.by_line.items()
    ]
    theirs = columns(content.parents.headings, PARENT)
    children = columns(content.parents.headings, CHILD)
    parents = [parent(cells, theirs, children) for cells in content.parents.rows]
    return Matching(known, _full(parents), choices).match(pupils)


def _full(parents: Sequence[Parent]) -> list[Parent]:
    return [one for one in parents if one.given_name and one.family_name]


def _pupil(
    cells: Sequence[str], at: Mapping[str, Sequence[int]], rank: int, school: str, today: date
) -> Pupil:
    written = next((cells[one].strip() for one in at["born_on"] if cells[one].strip()), "")
    born, refusal = None, ""
    try:
        born = day_of(written)
    except ValueError:
        refusal = f"la date « {written} » ne se lit pas : {DAY_LIKE}"
    if born and not (born <= today and today.year - born.year <= OLDEST):
        refusal = f"la naissance du {born:%d/%m/%Y} n’est pas possible pour un élève"
    return pupil(cells, at, rank, school, born, refusal)


async def _known() -> list[Known]:
    adults: dict[int, list[str]] = {}
    for row in await Adult.select(Adult.household, Adult.given_name, Adult.family_name).order_by(
        Adult.rank
    ):
        name = f"{row['given_name']} {row['family_name']}".strip()
        adults.setdefault(row["household"], []).append(name)
    rows = await Child.select(
        *(Child.id, Child.household, Child.given_name, Child.family_name, Child.born_on),
        Child.class_name,
        Child.school.name.as_alias("school_name"),
    )
    return [
        Known(
            row["id"],
            row["given_name"],
            row["family_name"],
            row["born_on"],
            row["school_name"] or "",
            row["class_name"],
            ", ".join(adults.get(row["household"], ())),
        )
        for row in rows
        if row["given_name"]
    ]


def _mapping() -> dict[str, int]:
    return {code: at for at, code in enumerate(CORE)}


def _families(matched: Sequence[Matched]) -> tuple[TableFile, list[int]]:
    """Return the new children as the import of families reads them, and their lines in the list.

    Brothers and sisters already known come with them: it is by them that a family is found again.
    """
    fresh = [one for one in matched if one.becomes == "new"]
    told = {parent for one in fresh for parent in one.parents}
    rows, ranks = [], []
    for one in matched:
        parents = list(one.parents)
        if one.becomes in ("same", "changed") and not one.is_chosen:
            parents = [each for each in told if each.children & one.pupil.names]
        if parents and one.becomes in ("new", "same", "changed"):
            rows.append(_row(one.pupil, parents))
            ranks.append(one.pupil.rank)
    return TableFile(CORE, tuple(rows)), ranks


def _row(each: Pupil, parents: Sequence[Parent]) -> tuple[str, ...]:
    one, *others = sorted(parents, key=lambda adult: (adult.family_name, adult.given_name))
    told = {
        "given_name": one.given_name,
        "family_name": one.family_name,
        "email": one.email,
        "phone": one.phone,
        "child_given_name": each.given_name,
        "child_family_name": each.used_name or each.family_name,
        "child_born_on": each.born_on.isoformat() if each.born_on else "",
        "school": each.school,
        "class_name": each.class_name,
        "line": one.line or each.line,
        "postcode": one.postcode or each.postcode,
        "city": one.city or each.city,
    }
    # a second adult at another address lives elsewhere: a household is never made of two homes
    near = [two for two in others if fold(two.line) == fold(one.line)]
    if near:
        told |= {
            "other_given_name": near[0].given_name,
            "other_family_name": near[0].family_name,
            "other_email": near[0].email,
            "other_phone": near[0].phone,
        }
    return tuple(told.get(code, "") for code in CORE)


async def bring_in(number: int, now: datetime, *, by: int) -> Sent:
    """Write a list: all the lines that can be kept, in one transaction; what is refused stays."""
    async with transaction():
        await advisory("family_import", f"periscolaire.onde:{number}")
        await _living(number)
        found = await sent(number, now.date())
        if found.count("homonym"):
            raise Refused("onde_undecided")
        table, _ = _families(found.matched)
        made = await importing.planned(table, _mapping(), now.date())
        changed = [*await importing.write(made, now), *await _place(found)]
        left = Content(Sheet(found.content.pupils.headings), refused=found.refused)
        outcome: dict[str, Any] = {code: found.count(code) for code in DONE}
        name = f"ONDE, {found.content.school or 'plusieurs écoles'}, rentrée {found.year}"
        await keeping.note(name, "onde", changed, outcome, now, by)
        await OndeList.update(
            {
                OndeList.content: msgspec.json.encode(left).decode(),
                OndeList.choices: "{}",
                OndeList.outcome: msgspec.json.encode(outcome).decode(),
                OndeList.done_at: now,
            }
        ).where(OndeList.id == number)
        await journal.record(
            "periscolaire.onde_imported",
            f"periscolaire.onde:{number}",
            account=by,
            side="office",
            **outcome,
        )
    return found


async def _place(found: Sent) -> list[Trace]:
    """Write the school and the class of the children already known, and of their enrolment."""
    ours = {
        one.child.id: one
        for one in found.matched
        if one.child and one.becomes in ("same", "changed")
    }
    opened = await schools.opened(one.pupil.school for one in ours.values())
    children = await traces.rows(Child, list(ours))
    rows = await Enrolment.select().where(
        (Enrolment.year == found.year) & Enrolment.child.is_in(list(ours) or [0])
    )
    enrolled = {row["child"]: row for row in rows}
    left = []
    for number, one in ours.items():
        school, row = opened.get(fold(one.pupil.school)), children[number]
        placed: dict[str, Any] = {"class_name": one.pupil.class_name or row["class_name"]}
        if school is not None:
            placed["school"] = school
        owner = traces.household(row["household"])
        if one.becomes == "changed":
            born = {} if row["born_on"] else {"born_on": one.pupil.born_on}
            left.append(await _change(owner, Child, row, {**placed, **born}))
        if number in enrolled:
            # what the school says is surer than what was typed in spring: it is not written over
            told = {**placed, "is_placed": True}
            left.append(await _change(owner, Enrolment, enrolled[number], told))
    return left


async def _change(
    owner: str, table: type[Table], row: Mapping[str, Any], told: dict[str, Any]
) -> Trace:
    changed: dict[Any, Any] = dict(told)
    await table.update(changed).where(table._meta.primary_key == row["id"])
    return Trace(owner, table, row["id"], {name: row[name] for name in told}, told)


async def last(most: int = 10) -> list[OndeList]:
    """Return the last lists, the latest first."""
    return await OndeList.objects().order_by(OndeList.id, ascending=False).limit(most)
