"""The lists of ONDE at the town hall: sent, homonyms decided by somebody, looked at, brought in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.documents import shelf
from ribambelle.errors import NotYours, Refused
from ribambelle.families import table_files
from ribambelle.families.lists import error_file
from ribambelle.families.table_files import LARGEST
from ribambelle.forms.files import sent as received
from ribambelle.identity import Person, limits, schools
from ribambelle.lists import CSV
from ribambelle.web import formats, guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import onde
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.enrolments import year_words
from ribambelle_periscolaire.domain.onde import BECOMES, Becomes, Matched
from ribambelle_periscolaire.onde import Sent
from ribambelle_periscolaire.tables import OndeList

DESK = "/bureau/periscolaire/onde"
HOUR = timedelta(hours=1)
SHOWN = 100
JULY = 7
SENTENCES = {
    **table_files.SENTENCES,
    "list_unreadable": "Ce fichier ne s’ouvre pas. Envoyez l’export d’ONDE tel quel, en CSV.",
    "onde_not_pupils": "C’est la liste des responsables. Envoyez d’abord celle des élèves.",
    "onde_not_parents": "Ce n’est pas la liste des responsables : il n’y a pas leurs prénoms.",
    "onde_columns": "Ce n’est pas un export d’ONDE : il manque {columns}. Rien n’est enregistré.",
    "onde_undecided": "Décidez d’abord des homonymes : rien n’est importé.",
}
ORDER: tuple[Becomes, ...] = ("refused", "homonym", "changed", "new", "skipped", "same")


@dataclass(frozen=True)
class SendPage:
    """The list to send, and those already brought in."""

    before: list[tuple[OndeList, str]]
    schools: list[tuple[int, str]]
    years: list[tuple[int, str]]
    year: int
    wrong: str = ""


@dataclass(frozen=True)
class LookPage:
    """A list, and what it would change, or has changed."""

    sent: Sent
    wrong: str = ""

    @property
    def base(self) -> str:
        """The address of its pages."""
        return f"{DESK}/{self.sent.number}"

    @property
    def year(self) -> str:
        """The school year, as people say it."""
        return year_words(self.sent.year)

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """How many pupils end each way."""
        return [(word, formats.nombre(self.sent.count(code)), "") for code, word in BECOMES.items()]

    @property
    def done(self) -> list[tuple[str, str, str]]:
        """How many ended each way, once brought in."""
        return [
            (word, formats.nombre(self.sent.outcome[code]), "")
            for code, word in BECOMES.items()
            if code in self.sent.outcome
        ]

    @property
    def shown(self) -> list[tuple[Matched, str]]:
        """The first pupils, what is refused first."""
        found = sorted(
            self.sent.matched, key=lambda one: (ORDER.index(one.becomes), one.pupil.rank)
        )
        return [(one, WORDS[one.becomes]) for one in found[:SHOWN]]

    @property
    def changes(self) -> bool:
        """Tell whether there is something to bring in, and nothing left to decide."""
        return not self.sent.count("homonym") and bool(
            self.sent.count("new") + self.sent.count("changed")
        )

    @property
    def homonyms(self) -> list[tuple[Matched, str, list[tuple[str, str, str]]]]:
        """Each pupil to decide of, what was decided, and what may be."""
        return [
            (one, self.sent.choices.get(one.pupil.rank, ""), options(one))
            for one in self.sent.homonyms
        ]


WORDS: dict[Becomes, str] = {
    "new": "Nouveau",
    "same": "Inchangé",
    "changed": "École ou classe changée",
    "homonym": "À décider",
    "skipped": "Laissé de côté",
    "refused": "Refusé",
}


def options(one: Matched) -> list[tuple[str, str, str]]:
    """Return what may be decided of a homonym: each child it may be, another one, or nothing."""
    found = []
    for child in one.candidates:
        born = formats.jour_du_mois(child.born_on, True) if child.born_on else "naissance inconnue"
        where = ", ".join(filter(None, (child.school, child.class_name)))
        told = ". ".join(filter(None, (where, f"Foyer : {child.parents}" if child.parents else "")))
        name = f"{child.given_name} {child.family_name}"
        found.append((f"child:{child.id}", f"C’est {name}, {born}", told))
    return [
        *found,
        ("new", "C’est un autre enfant, à ajouter", ""),
        ("skip", "Le laisser de côté", ""),
    ]


def told_of(row: OndeList) -> str:
    """Say what became of a list."""
    if row.done_at is None:
        return "pas encore importée" if row.content else "jamais importée, effacée"
    counts = msgspec.json.decode(row.outcome, type=dict[str, int])
    return ", ".join(
        f"{word.lower()} : {counts[code]}" for code, word in BECOMES.items() if code in counts
    )


async def send_page(now: datetime, wrong: str = "") -> Page:
    """Return the page that asks for a list."""
    year = school_year(now.date())
    page = SendPage(
        [(one, told_of(one)) for one in await onde.last()],
        list((await schools.names()).items()),
        [(one, year_words(one)) for one in (year, year + 1)],
        year + 1 if now.month in (JULY, JULY + 1) else year,
        wrong,
    )
    return Page("periscolaire/office/onde.html", page, status=422 if wrong else 200)


def sentence(refusal: Refused) -> str:
    """Return what is wrong with a file, in words; what is no file's fault goes on."""
    if refusal.reason not in SENTENCES:
        raise refusal
    return SENTENCES[refusal.reason].format(**refusal.facts)


@get(
    DESK,
    name="periscolaire.office.onde",
    told="Préparer l’import des élèves d’ONDE",
    guards=[guards.agent],
)
async def begin(now: NamedDependency[datetime]) -> Page:
    """Ask for the list of pupils."""
    return await send_page(now)


@post(
    DESK,
    name="periscolaire.office.onde_send",
    told="Envoyer la liste des élèves d’ONDE",
    guards=[guards.agent],
    request_max_body_size=2 * LARGEST,
)
async def send(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a list of pupils to be looked at; nothing of it is in the register yet."""
    await limits.require(f"onde:{person.account}", now, at_most=60, per=HOUR)
    try:
        async with received(request, shelf.reception(), largest=LARGEST) as form:
            content, fields = form.require_file().read_bytes(), form.fields
        named = await schools.names()
        asked = fields.get("ecole", "")
        school = named.get(int(asked), "") if asked.isdecimal() and len(asked) < 10 else ""
        year = school_year(now.date()) + (fields.get("annee") == str(school_year(now.date()) + 1))
        number = await onde.keep(content, school, year, now, by=person.account)
    except Refused as refusal:
        return await send_page(now, sentence(refusal))
    return Redirect(f"{DESK}/{number}", status_code=303)


async def look_page(number: int, now: datetime, wrong: str = "") -> Page:
    """Return the page of one list."""
    page = LookPage(await onde.sent(number, now.date()), wrong)
    return Page("periscolaire/office/onde_list.html", page, status=422 if wrong else 200)


@get(
    f"{DESK}/{{sent:int}}",
    name="periscolaire.office.onde_list",
    told="Voir ce qu’une liste d’élèves changerait",
    guards=[guards.agent],
)
async def look(sent: FromPath[int], now: NamedDependency[datetime]) -> Page:
    """Show what a list would change, pupil by pupil; nothing is written."""
    return await look_page(sent, now)


@post(
    f"{DESK}/{{sent:int}}/responsables",
    name="periscolaire.office.onde_parents",
    told="Ajouter la liste des responsables d’ONDE",
    guards=[guards.agent],
    request_max_body_size=2 * LARGEST,
)
async def add_parents(
    sent: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep the list of the adults beside the pupils."""
    await limits.require(f"onde:{person.account}", now, at_most=60, per=HOUR)
    try:
        async with received(request, shelf.reception(), largest=LARGEST) as form:
            await onde.add_parents(sent, form.require_file().read_bytes())
    except Refused as refusal:
        return await look_page(sent, now, sentence(refusal))
    seen.tell("ok", "Les responsables sont ajoutés. Voici ce que la liste changerait.")
    return Redirect(f"{DESK}/{sent}", status_code=303)


@post(
    f"{DESK}/{{sent:int}}/homonymes",
    name="periscolaire.office.onde_choose",
    told="Décider des homonymes d’une liste d’élèves",
    guards=[guards.agent],
)
async def choose(
    sent: FromPath[int],
    request: Request[Any, Any, Any],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Keep what somebody decided: this child, another one, or nobody."""
    found, form = await onde.sent(sent, now.date()), await request.form()
    if found.is_done:
        raise NotYours
    choices = {}
    for one in found.homonyms:
        told = str(form.get(f"ligne_{one.pupil.rank}", ""))
        if told in {code for code, _, _ in options(one)}:
            choices[one.pupil.rank] = told
    await onde.choose(sent, choices)
    left = len(found.homonyms) - len(choices)
    if left:
        seen.tell("info", f"C’est noté. Il reste {formats.pluriel(left, 'homonyme')} à décider.")
    else:
        seen.tell("ok", "C’est noté. Voici ce que la liste changerait.")
    return Redirect(f"{DESK}/{sent}", status_code=303)


@post(
    f"{DESK}/{{sent:int}}/importer",
    name="periscolaire.office.onde_import",
    told="Importer une liste d’élèves d’ONDE",
    guards=[guards.agent],
)
async def bring_in(
    sent: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write the lines that can be kept, all together; twice is once."""
    try:
        await onde.bring_in(sent, now, by=person.account)
    except Refused as refusal:
        if refusal.reason == "list_done":
            seen.tell("info", "Cette liste est déjà importée.")
            return Redirect(f"{DESK}/{sent}", status_code=303)
        return await look_page(sent, now, sentence(refusal))
    seen.tell("ok", "La liste est importée.")
    return Redirect(f"{DESK}/{sent}", status_code=303)


@get(
    f"{DESK}/{{sent:int}}/erreurs",
    name="periscolaire.office.onde_errors",
    told="Télécharger les lignes refusées d’une liste d’élèves",
    guards=[guards.agent],
)
async def errors(sent: FromPath[int], now: NamedDependency[datetime]) -> Response[bytes]:
    """Send the lines that were refused as they came, with why in a last column."""
    found = await onde.sent(sent, now.date())
    body = error_file(found.content.pupils.headings, found.refused)
    headers = {"content-disposition": f'attachment; filename="eleves-erreurs-{sent}.csv"'}
    return Response(body, media_type=CSV, headers=headers)


ROUTES = [begin, send, look, add_parents, choose, bring_in, errors]
