"""Bringing in a list of families: sent, its columns shown, looked at row by row, then written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.documents import shelf
from ribambelle.errors import NotYours, Refused
from ribambelle.families import columns, importing, lists
from ribambelle.families.lists import SentList
from ribambelle.families.planning import DONE, ROWS_DONE, Outcome, Plan
from ribambelle.families.table_files import LARGEST, SENTENCES
from ribambelle.families.tables import FamilyImport
from ribambelle.forms.files import sent
from ribambelle.identity import Person, limits
from ribambelle.lists import CSV
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.sign_in import HOUR
from ribambelle.web.visit import Visit

PAGE = "/bureau/familles/import"
SHOWN = 100
Columns = msgspec.defstruct(
    "Columns", [(field.code, str, "") for field in columns.FIELDS], frozen=True
)
"""Which column holds what: one field of a form for each thing a list may say."""


@dataclass(frozen=True)
class SendPage:
    """The file to send, and the lists already brought in."""

    before: list[tuple[FamilyImport, str]]
    wrong: str = ""


@dataclass(frozen=True)
class ListPage:
    """A list: its columns, and what it would change, or has changed."""

    number: int
    sent: SentList
    mapping: dict[str, int]
    missing: list[str]
    plan: Plan | None = None
    done: str = ""
    refused: int = 0

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """Each thing a list may say, with the column that holds it."""
        return [
            (field.code, field.label, str(self.mapping.get(field.code, "")))
            for field in columns.FIELDS
        ]

    @property
    def headings(self) -> list[tuple[str, str]]:
        """The columns of the list."""
        return [
            (str(at), heading or f"Colonne {at + 1}")
            for at, heading in enumerate(self.sent.table.headings)
        ]

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """How many rows end each way."""
        assert self.plan
        return [
            (word, formats.nombre(self.plan.count(done)), "") for done, word in ROWS_DONE.items()
        ]

    @property
    def shown(self) -> list[tuple[int, Outcome, str, str]]:
        """The first rows, what is refused first: line, what becomes of it, whom it speaks of."""
        assert self.plan
        order = ["refused", "updated", "created", "same"]
        found = sorted(self.plan.outcomes, key=lambda one: (order.index(one.done), one.rank))
        return [
            (self.sent.table.line(one.rank - 2), one, DONE[one.done], self._whom(one.rank))
            for one in found[:SHOWN]
        ]

    @property
    def changes(self) -> bool:
        """Tell whether there is something to bring in."""
        assert self.plan
        return bool(self.plan.steps)

    def _whom(self, rank: int) -> str:
        cells = self.sent.table.rows[rank - 2]
        names = ("given_name", "family_name", "child_given_name")
        told = [cells[self.mapping[one]] if one in self.mapping else "" for one in names]
        return f"{told[0]} {told[1]}".strip() + (f", {told[2]}" if told[2] else "")


async def _send_page(wrong: str = "") -> Page:
    page = SendPage([(one, lists.told(one)) for one in await lists.last()], wrong)
    return Page("office/families_import.html", page, status=422 if wrong else 200)


@get(
    PAGE,
    name="families.send_page",
    told="Préparer l’import d’une liste de familles",
    guards=[guards.agent],
)
async def send_page() -> Page:
    """Ask for a file, and show the lists already brought in."""
    return await _send_page()


@post(
    PAGE,
    name="families.send",
    told="Envoyer une liste de familles",
    guards=[guards.agent],
    request_max_body_size=2 * LARGEST,
)
async def send(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a list to be looked at; nothing of it is a family yet."""
    await limits.require(f"family-import:{person.account}", now, at_most=30, per=HOUR)
    try:
        async with sent(request, shelf.reception(), largest=LARGEST) as form:
            content = form.require_file().read_bytes()
        number = await lists.keep(content, now, by=person.account)
    except Refused as refusal:
        if refusal.reason not in SENTENCES:
            raise
        return await _send_page(SENTENCES[refusal.reason])
    return Redirect(f"{PAGE}/{number}", status_code=303)


@get(
    f"{PAGE}/{{number:int}}",
    name="families.list",
    told="Voir ce qu’une liste de familles changerait",
    guards=[guards.agent],
)
async def look(number: FromPath[int], now: NamedDependency[datetime]) -> Page:
    """Show what a list would change, row by row; nothing is written."""
    found = await lists.kept(number)
    mapping = found.mapping
    missing = columns.missing(mapping)
    page = ListPage(number, found, mapping, missing, done=found.told, refused=len(found.refused))
    if not found.told and not missing:
        made = await importing.planned(found.table, mapping, now.date())
        page = ListPage(number, found, mapping, missing, made)
    return Page("office/families_list.html", page)


@post(
    f"{PAGE}/{{number:int}}/colonnes",
    name="families.columns",
    told="Dire quelle colonne contient quoi",
    guards=[guards.agent],
)
async def choose(
    request: Request[Any, Any, Any], number: FromPath[int], seen: NamedDependency[Visit]
) -> Redirect:
    """Keep which column holds what: the next list with the same headings is read the same way."""
    found = await lists.kept(number)
    if found.told:
        raise NotYours
    form = await forms.read(request, Columns)
    told = {field.code: str(form.raw.get(field.code, "")) for field in columns.FIELDS}
    await lists.map_columns(number, columns.kept(told, len(found.table.headings)))
    seen.tell("ok", "Les colonnes sont enregistrées. Voici ce que la liste changerait.")
    return Redirect(f"{PAGE}/{number}", status_code=303)


@post(
    f"{PAGE}/{{number:int}}/importer",
    name="families.import",
    told="Importer une liste de familles",
    guards=[guards.agent],
)
async def bring_in(
    number: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Write the rows that can be kept, all together; what is refused stays to be corrected."""
    found = await lists.kept(number)
    if found.told:
        raise Refused("list_done")
    if columns.missing(found.mapping):
        return Redirect(f"{PAGE}/{number}", status_code=303)
    async with transaction():
        made = await importing.bring_in(found.table, found.mapping, now, by=person.account)
        await lists.close(number, found, made, now)
    seen.tell("ok", "La liste est importée.")
    return Redirect(f"{PAGE}/{number}", status_code=303)


@get(
    f"{PAGE}/{{number:int}}/erreurs",
    name="families.errors",
    told="Télécharger les lignes refusées d’une liste",
    guards=[guards.agent],
)
async def errors(number: FromPath[int], now: NamedDependency[datetime]) -> Response[bytes]:
    """Send the rows that were refused as they came, with why in a last column."""
    found = await lists.kept(number)
    refused = found.refused
    if not found.told and not columns.missing(found.mapping):
        made = await importing.planned(found.table, found.mapping, now.date())
        refused = lists.refused(found.table, made)
    headers = {"content-disposition": f'attachment; filename="erreurs-{number}.csv"'}
    body = lists.error_file(found.table.headings, refused)
    return Response(body, media_type=CSV, headers=headers)


ROUTES = [send_page, send, look, choose, bring_in, errors]
