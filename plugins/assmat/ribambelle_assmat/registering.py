"""Bringing the département's register in: looked at, then all together, and nothing she said lost."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.database import advisory, many, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.families import columns, table_files
from ribambelle.families.table_files import TableFile
from ribambelle.jobs import later
from ribambelle.search import fold
from ribambelle.tenants import communes
from ribambelle.workflow import journal
from ribambelle_assmat.domain import register as rule
from ribambelle_assmat.domain.cells import MILLION, Point, tile
from ribambelle_assmat.domain.register import Line, Said
from ribambelle_assmat.tables import (
    Care,
    Childminder,
    Event,
    Place,
    RegisterFile,
    Statement,
)

KEPT_FOR = timedelta(days=7)
A_YEAR = timedelta(days=365)
SOURCES = {
    "desk": "envoyé au bureau",
    "night": "repris cette nuit",
    "command": "envoyé en commande",
    "api": "envoyé par un logiciel",
}
STOPPED = {
    "unreadable": "Le fichier déposé ne se lit pas : ce n’est ni un CSV, ni un XLSX entier.",
    "columns": "Des colonnes manquent au fichier déposé. Dites-les une fois, en l’envoyant ici.",
    "refused": "Plus d’une ligne sur vingt est refusée : personne n’a été changé.",
    "gone": "Plus d’une assistante maternelle sur cinq sortirait : le registre est sans doute tronqué.",
}
"""Why a register nobody looked at was not brought in."""
BECOMES = {
    "new": "Nouvelles",
    "changed": "Changées",
    "same": "Inchangées",
    "gone": "Retirées de l’annuaire",
    "refused": "Lignes refusées",
}


class Content(msgspec.Struct, frozen=True):
    """A file as it came."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Seen:
    """A file, and what it would change or has changed."""

    number: int
    counts: Mapping[str, int]
    refused: Sequence[tuple[int, str]]
    is_done: bool
    created_at: datetime
    missing: Sequence[str] = ()
    """What it must say, and nobody knows where it says it."""
    headings: Sequence[str] = ()
    mapping: Mapping[str, int] = field(default_factory=dict)
    born: int = 0
    """How many lines say a birth date: without it nobody opens her account."""
    source: str = "desk"
    """Code of SOURCES."""

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """How many end each way, as a page shows them."""
        return [(word, str(self.counts.get(code, 0)), "") for code, word in BECOMES.items()]


@dataclass(frozen=True)
class Plan:
    """What a file changes."""

    fresh: dict[str, list[Said]]
    changed: dict[int, list[Said]]
    same: int
    gone: list[int]
    refused: list[tuple[int, str]]

    @property
    def counts(self) -> dict[str, int]:
        """How many end each way."""
        return {
            **{"new": len(self.fresh), "changed": len(self.changed), "same": self.same},
            **{"gone": len(self.gone), "refused": len(self.refused)},
        }


async def keep(
    content: bytes, now: datetime, *, by: int | None, source: str = "desk", digest: str = ""
) -> int:
    """Keep a file to be looked at, its columns read as the last ones were. Raises Refused: list_…"""
    table = await asyncio.to_thread(table_files.read, content)
    told = Content(table.headings, table.rows, table.lines)
    row = RegisterFile(created_at=now, created_by=by, source=source, digest=digest)
    return await _keep(row, told, mapping=await _said())


async def keep_rows(rows: Sequence[Mapping[str, str]], now: datetime) -> int:
    """Keep the register a program sends: each of its rows names its columns by their codes."""
    told = Content(
        tuple(one.label for one in rule.COLUMNS),
        tuple(tuple(row.get(one.code, "") for one in rule.COLUMNS) for row in rows),
    )
    mapping = {one.code: fold(one.label) for one in rule.COLUMNS}
    return await _keep(
        RegisterFile(created_at=now, source="api"),
        told,
        mapping=msgspec.json.encode(mapping).decode(),
    )


async def _keep(row: RegisterFile, told: Content, *, mapping: str) -> int:
    row.content, row.mapping = msgspec.json.encode(told).decode(), mapping
    async with transaction():
        number = int((await RegisterFile.insert(row).returning(RegisterFile.id))[0]["id"])
        await journal.record(
            "assmat.register_sent",
            f"assmat.register:{number}",
            account=row.created_by,
            side="office",
            rows=len(told.rows),
        )
    return number


async def seen(number: int) -> Seen:
    """Return a file, and what it would change."""
    row = await _one(number)
    if row.done_at is not None:
        counts = msgspec.json.decode(row.outcome, type=dict[str, int])
        refused = msgspec.json.decode(row.refused, type=list[tuple[int, str]])
        return Seen(number, counts, refused, True, row.created_at, source=row.source)
    if not row.content:
        raise NotYours
    content = msgspec.json.decode(row.content, type=Content)
    mapping = rule.mapped(content.headings, msgspec.json.decode(row.mapping, type=dict[str, str]))
    at = mapping.get("born_on")
    born = sum(bool(cells[at].strip()) for cells in content.rows) if at is not None else 0
    columns_of: dict[str, Any] = {"headings": content.headings, "mapping": mapping, "born": born}
    columns_of["source"] = row.source
    if left := columns.missing(mapping, rule.COLUMNS):
        return Seen(number, {}, (), False, row.created_at, left, **columns_of)
    plan = await _planned(row)
    return Seen(number, plan.counts, plan.refused, False, row.created_at, **columns_of)


async def map_columns(number: int, told: Mapping[str, str], *, by: int) -> None:
    """Keep which heading holds what: the next registers are read the same way."""
    async with transaction():
        row = await _one(number)
        if row.done_at is not None or not row.content or row.source == "api":
            raise NotYours
        mapping = msgspec.json.encode(dict(told)).decode()
        await RegisterFile.update({RegisterFile.mapping: mapping}).where(RegisterFile.id == number)
        await journal.record(
            "assmat.register_mapped", f"assmat.register:{number}", account=by, side="office"
        )


async def _said() -> str:
    """Return which heading holds what, as somebody last said it of a file."""
    row = (
        await RegisterFile.select(RegisterFile.mapping)
        .where((RegisterFile.mapping != "{}") & (RegisterFile.source != "api"))
        .order_by(RegisterFile.id, ascending=False)
        .first()
    )
    return str(row["mapping"]) if row else "{}"


async def stopped() -> RegisterFile | None:
    """Return the last register that came without anybody looking, when it was not brought in."""
    row = (
        await RegisterFile.objects()
        .where(RegisterFile.source.not_in(["desk"]))
        .order_by(RegisterFile.id, ascending=False)
        .first()
    )
    return row if row is not None and row.stopped else None


async def last(size: int = 10) -> list[RegisterFile]:
    """Return the last files sent."""
    return await RegisterFile.objects().order_by(RegisterFile.id, ascending=False).limit(size)


async def bring_in(number: int, now: datetime, *, by: int | None) -> None:
    """Write what a file says, in one transaction. Raises Refused: list_done, register_columns.

    What a childminder said of herself and of each place she keeps stays: only the register's own
    columns are written.
    """
    async with transaction():
        await advisory("assmat.register")
        row = await _one(number)
        if row.done_at is not None:
            raise Refused("list_done")
        plan = await _planned(row)
        await _create(list(plan.fresh.values()), now)
        for known, lines in plan.changed.items():
            await _change(known, lines, now)
        for start in range(0, len(plan.gone), 500):
            some = plan.gone[start : start + 500]
            await Childminder.update({Childminder.gone_at: now}).where(Childminder.id.is_in(some))
        await RegisterFile.update(
            {
                RegisterFile.done_at: now,
                RegisterFile.content: "",
                RegisterFile.stopped: "",
                RegisterFile.outcome: msgspec.json.encode(plan.counts).decode(),
                RegisterFile.refused: msgspec.json.encode(plan.refused).decode(),
            }
        ).where(RegisterFile.id == number)
        await later("assmat", "locate")
        await journal.record(
            "assmat.register_imported",
            f"assmat.register:{number}",
            account=by,
            side="office",
            **plan.counts,
        )


async def forget() -> None:
    """Forget the files of a week ago, and who was accredited a year ago; a job.

    A care is forgotten a year after its end with what was told of it; a meeting, a year after its day.
    """
    now = tenants.current().now()
    await RegisterFile.update({RegisterFile.content: ""}).where(
        RegisterFile.done_at.is_null() & (RegisterFile.created_at < now - KEPT_FOR)
    )
    await RegisterFile.update({RegisterFile.refused: "[]"}).where(
        RegisterFile.created_at < now - KEPT_FOR
    )
    past = now.date() - A_YEAR
    over = (Childminder.last < past) | (Childminder.gone_at < now - A_YEAR)
    await Childminder.delete().where(over)
    await Care.delete().where(Care.ended_on < past)
    old = Statement.care.is_null() & (Statement.sent_at < now - A_YEAR)
    await Statement.delete().where(old)
    await Event.delete().where(Event.day < past)


async def _one(number: int) -> RegisterFile:
    found = await RegisterFile.objects().get(RegisterFile.id == number)
    if found is None:
        raise NotYours
    return found


async def _planned(row: RegisterFile) -> Plan:
    content = msgspec.json.decode(row.content, type=Content)
    mapping = rule.mapped(content.headings, msgspec.json.decode(row.mapping, type=dict[str, str]))
    if left := columns.missing(mapping, rule.COLUMNS):
        raise Refused("register_columns", columns=", ".join(left))
    rows = await Childminder.select().order_by(Childminder.id)
    numbers = {one["id"]: one["number"] for one in rows}
    places: dict[int, list[dict[str, Any]]] = {}
    found: dict[tuple[str, ...], Point] = {}
    for place in await Place.select().order_by(Place.childminder, Place.rank):
        places.setdefault(place["childminder"], []).append(place)
        if place["latitude"] is not None:
            at = (numbers[place["childminder"]], place["line"], place["postcode"], place["city"])
            found[at] = Point(place["latitude"] / MILLION, place["longitude"] / MILLION)
    lines = await asyncio.to_thread(_read, content, mapping, found)
    return _plan(lines, {one["number"]: one for one in rows}, places)


def _read(
    content: Content, mapping: Mapping[str, int], found: Mapping[tuple[str, ...], Point]
) -> list[Line]:
    """Read every line.

    :param found: where we know addresses to be: a register without points keeps what was found.
    """
    table = TableFile(content.headings, content.rows, content.lines)
    lines = [
        rule.placed(
            rule.read(table.line(place), {code: cells[at] for code, at in mapping.items()}), found
        )
        for place, cells in enumerate(content.rows)
    ]
    return rule.together(lines)


def _plan(
    lines: Sequence[Line],
    known: Mapping[str, dict[str, Any]],
    places: Mapping[int, list[dict[str, Any]]],
) -> Plan:
    by_number: dict[str, list[Said]] = {}
    for line in lines:
        if line.said is not None:
            by_number.setdefault(line.said.number, []).append(line.said)
    unread = [line for line in lines if line.said is None]
    for line in unread:
        # half of what she may do is not known: nothing of hers moves until the line is right
        by_number.pop(line.number, None)
    fresh = {number: some for number, some in by_number.items() if number not in known}
    changed, same = {}, 0
    for number, some in by_number.items():
        if (row := known.get(number)) is None:
            continue
        if _is_same(row, places.get(row["id"], []), some):
            same += 1
        else:
            changed[row["id"]] = some
    # a line without a number that can be read may be anybody's: nobody leaves the directory for it
    is_whole = all(line.number for line in unread)
    there = by_number.keys() | {line.number for line in unread}
    gone = [
        row["id"]
        for number, row in known.items()
        if is_whole and number not in there and row["gone_at"] is None
    ]
    refused = [(line.rank, " ; ".join(line.wrong)) for line in unread]
    return Plan(fresh, changed, same, gone, refused)


def _is_same(
    row: Mapping[str, Any], places: Sequence[Mapping[str, Any]], said: Sequence[Said]
) -> bool:
    if row["gone_at"] is not None:
        return False
    values = _values(said[0])
    if any(row[name] != value for name, value in values.items()):
        return False
    told = sorted(_key(_place(one)) for one in said)
    return sorted(_key(place) for place in places) == told


def _values(said: Said) -> dict[str, Any]:
    one = said.accreditation
    names = f"{said.given_name} {said.family_name} {said.usual_name} {said.number}"
    return {
        **{"civility": said.civility, "accredited_since": said.accredited_since},
        **{"family_name": said.family_name, "usual_name": said.usual_name},
        **{"given_name": said.given_name, "folded": fold(names)[:250], "born_on": said.born_on},
        **{"status": one.status, "activity": one.activity, "first": one.first, "last": one.last},
        **_spot(said),
    }


def _spot(said: Said) -> dict[str, Any]:
    """Return where a line says she works."""
    return {
        **{"line": said.line, "postcode": said.postcode, "city": said.city},
        **{"city_folded": fold(said.city)[:80], "quartier": said.quartier},
        **{"insee": _insee(said), "micro_quartier": said.micro_quartier},
        "latitude": round(said.point.latitude * MILLION) if said.point else None,
        "longitude": round(said.point.longitude * MILLION) if said.point else None,
        "tile": tile(said.point) if said.point else None,
    }


def _insee(said: Said) -> str:
    """Return where she works by its official code: as written when it exists, else as it is named."""
    known = said.insee in communes.codes()
    return said.insee if known else communes.at(said.postcode, said.city)


PLACE = ("where", "children", "from_months", "to_months", "hours")
SITE = ("where", "line", "postcode", "city")
SPOT = (
    "city_folded",
    "insee",
    "quartier",
    "micro_quartier",
    "postal",
    "latitude",
    "longitude",
    "tile",
)
SAID = (*PLACE, *SITE[1:], *SPOT)


def _place(one: Said) -> dict[str, Any]:
    told = {name: getattr(one.place, name) for name in PLACE}
    return {**told, **_spot(one), "postal": one.postal or one.postcode}


def _key(place: Mapping[str, Any]) -> tuple[str, ...]:
    # what is not known sorts beside what is
    return tuple(f"{place[name]}" for name in SAID)


def paired(
    places: Sequence[Mapping[str, Any]], said: Sequence[Mapping[str, Any]]
) -> list[tuple[int | None, Mapping[str, Any]]]:
    """Return each accredited place with the one of ours that it is.

    The same, else one at the same address, else one of the same kind: she moved.

    >>> home = dict.fromkeys(SAID, "") | {"where": "home", "children": 3, "line": "3 rue Haute"}
    >>> mam = home | {"where": "mam", "children": 1, "line": "1 quai Neuf"}
    >>> ours = [{"id": 7, **home}, {"id": 8, **mam}]
    >>> [number for number, _ in paired(ours, [mam, home])]
    [8, 7]
    >>> [number for number, _ in paired(ours, [mam | {"children": 2}, mam])]
    [None, 8]
    >>> other = mam | {"line": "5 rue Basse"}
    >>> [number for number, _ in paired([*ours, {"id": 9, **other}], [other | {"children": 2}])]
    [9]
    """
    left = list(places)
    found: dict[int, int | None] = {}
    for names in (SAID, SITE, ("where",)):
        for at, one in enumerate(said):
            alike = (each for each in left if all(one[name] == each[name] for name in names))
            if at not in found and (mine := next(alike, None)) is not None:
                found[at] = int(mine["id"])
                left.remove(mine)
    return [(found.get(at), one) for at, one in enumerate(said)]


async def _create(fresh: Sequence[Sequence[Said]], now: datetime) -> None:
    """Write those who are new, all together: a département has fifteen thousand."""
    if not fresh:
        return
    values = [{"number": said[0].number, **_values(said[0]), "changed_at": now} for said in fresh]
    rows = await many.write(
        *("assmat_childminder", list(values[0])),
        [list(one.values()) for one in values],
        returning=("id", "number"),
    )
    known = {row["number"]: row["id"] for row in rows}
    places = [
        [known[said[0].number], rank, *(_place(each)[name] for name in SAID)]
        for said in fresh
        for rank, each in enumerate(said, start=1)
    ]
    await many.write("assmat_place", ("childminder", "rank", *SAID), places)


async def _change(number: int, said: Sequence[Said], now: datetime) -> None:
    told: dict[Any, Any] = {**_values(said[0]), "gone_at": None, "changed_at": now}
    await Childminder.update(told).where(Childminder.id == number)
    places = await Place.select().where(Place.childminder == number).order_by(Place.rank)
    pairs = paired(places, [_place(one) for one in said])
    kept = {known for known, _ in pairs if known is not None}
    gone = [int(place["id"]) for place in places if place["id"] not in kept]
    if gone:
        await Place.delete().where(Place.id.is_in(gone))
    rank = max((place["rank"] for place in places), default=0)
    for known, one in pairs:
        if known is not None:
            values: dict[Any, Any] = dict(one)
            await Place.update(values).where(Place.id == known)
        else:
            rank += 1
            await Place.insert(Place(childminder=number, rank=rank, **one))
