"""The lists of families that were sent: kept while they are looked at, and never longer."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ribambelle.errors import NotYours, Refused
from ribambelle.families import columns, table_files
from ribambelle.families.planning import DONE, ROWS_DONE, Plan
from ribambelle.families.table_files import TableFile
from ribambelle.families.tables import FamilyImport
from ribambelle.lists import as_csv
from ribambelle.search import fold
from ribambelle.workflow import journal

RefusedRows = list[tuple[list[str], str]]
ERROR = "Erreur"


class Kept(msgspec.Struct, frozen=True):
    """What is kept of a list: its headings and its rows, then only what was refused of it."""

    headings: list[str]
    rows: list[list[str]]
    refused: RefusedRows = []
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SentList:
    """A list as it was sent; `told` says what became of it, once it was brought in."""

    table: TableFile
    mapping: dict[str, int]
    refused: RefusedRows
    told: str


async def keep(content: bytes, now: datetime, *, by: int | None) -> int:
    """Keep a list to be looked at, with the columns a list like it was read by; return its number."""
    table = await asyncio.to_thread(table_files.read, content)
    mapping = msgspec.json.encode(await mapping_of(table)).decode()
    rows = [list(row) for row in table.rows]
    kept = Kept(list(table.headings), rows, lines=table.lines)
    row = FamilyImport(
        headings=_key(table.headings),
        mapping=mapping,
        content=msgspec.json.encode(kept).decode(),
        created_at=now,
        created_by=by,
    )
    number = int((await FamilyImport.insert(row).returning(FamilyImport.id))[0]["id"])
    await journal.record(
        "families.list_sent",
        f"family_import:{number}",
        account=by,
        side="office",
        rows=len(table.rows),
    )
    return number


async def mapping_of(table: TableFile) -> dict[str, int]:
    """Return which column holds what: as the last list with these headings was read, or guessed."""
    before = (
        await FamilyImport.select(FamilyImport.mapping)
        .where(FamilyImport.headings == _key(table.headings))
        .order_by(FamilyImport.id, ascending=False)
        .first()
    )
    if before is None:
        return columns.guess(table.headings)
    return msgspec.json.decode(before["mapping"], type=dict[str, int])


def _key(headings: Sequence[str]) -> str:
    """Return what tells lists of one kind from others: their headings, in order."""
    return hashlib.sha256("\0".join(fold(one) for one in headings).encode()).hexdigest()


async def kept(number: int) -> SentList:
    """Return a list that was sent; one whose rows are gone does not exist any more."""
    found = await FamilyImport.objects().get(FamilyImport.id == number)
    if found is None or not found.content:
        raise NotYours
    content = msgspec.json.decode(found.content, type=Kept)
    rows = tuple(tuple(row) for row in content.rows)
    table = TableFile(tuple(content.headings), rows, content.lines)
    mapping = msgspec.json.decode(found.mapping, type=dict[str, int])
    width = len(content.headings)
    fitting = {code: at for code, at in mapping.items() if at < width and code in columns.BY_CODE}
    return SentList(table, fitting, content.refused, told(found) if found.done_at else "")


async def last(most: int = 10) -> list[FamilyImport]:
    """Return the last lists, the latest first."""
    return await FamilyImport.objects().order_by(FamilyImport.id, ascending=False).limit(most)


def told(one: FamilyImport) -> str:
    """Say what became of a list."""
    if one.done_at is None:
        return "pas encore importée" if one.content else "jamais importée, effacée"
    counts = msgspec.json.decode(one.outcome, type=dict[str, int])
    return ", ".join(f"{word.lower()} : {counts.get(done, 0)}" for done, word in ROWS_DONE.items())


async def map_columns(number: int, mapping: dict[str, int]) -> None:
    """Keep which column holds what."""
    text = msgspec.json.encode(mapping).decode()
    await FamilyImport.update({FamilyImport.mapping: text}).where(FamilyImport.id == number)


def refused(table: TableFile, made: Plan) -> RefusedRows:
    """Return the rows that were refused, as they came, with why."""
    return [
        (list(table.rows[one.rank - 2]), one.told) for one in made.outcomes if one.done == "refused"
    ]


async def close(number: int, found: SentList, made: Plan, now: datetime) -> None:
    """Forget the rows of a list that was brought in, but those to correct."""
    left = Kept(list(found.table.headings), [], refused(found.table, made))
    outcome = {done: made.count(done) for done in DONE}
    closed = (
        await FamilyImport.update(
            {
                FamilyImport.content: msgspec.json.encode(left).decode(),
                FamilyImport.outcome: msgspec.json.encode(outcome).decode(),
                FamilyImport.done_at: now,
            }
        )
        .where((FamilyImport.id == number) & FamilyImport.done_at.is_null())
        .returning(FamilyImport.id)
    )
    if not closed:
        raise Refused("list_done")


def error_file(headings: Sequence[str], rows: RefusedRows) -> bytes:
    """Return the rows to correct as a file that may be sent again, with why in a last column.

    >>> error_file(["Nom"], [(["Payet"], "il manque le prénom")]).decode("utf-8-sig")
    'Nom;Erreur\\r\\nPayet;il manque le prénom\\r\\n'
    """
    return as_csv([*headings, ERROR], ([*cells, why] for cells, why in rows))
