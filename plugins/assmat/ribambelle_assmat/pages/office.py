"""The register at the town hall and at the PMI: who is accredited, a file looked at then brought in."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.documents import shelf
from ribambelle.errors import Refused
from ribambelle.families import table_files
from ribambelle.families.table_files import LARGEST
from ribambelle.forms.files import sent as received
from ribambelle.identity import Person, limits
from ribambelle.search import fold
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_assmat import registering
from ribambelle_assmat.domain.accreditation import words
from ribambelle_assmat.domain.register import COLUMNS
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One
from ribambelle_assmat.registering import Seen
from ribambelle_assmat.tables import RegisterFile

DESK = "/bureau/assmat"
SIZE = 50
HOUR = timedelta(hours=1)
keeping = Holding("agent", "admin", "pmi")
SENTENCES = {
    **table_files.SENTENCES,
    "register_columns": "Il manque une colonne : {columns}. Dites où elle est.",
}
Columns = msgspec.defstruct("Columns", [(one.code, str, "") for one in COLUMNS], frozen=True)
"""Which column holds what: one field of a form for each thing a register may say."""


@dataclass(frozen=True)
class RegisterPage:
    """Who is in the register."""

    rows: list[One]
    total: int
    page: int
    name: str
    today: date
    may_change: bool

    def accreditation(self, one: One) -> str:
        """Where an accreditation stands."""
        if one.is_gone:
            return "Sortie du registre"
        return words(one.accreditation, self.today)

    @property
    def first(self) -> int:
        """Rank of the first shown."""
        return self.page * SIZE + 1

    @property
    def last(self) -> int:
        """Rank of the last shown."""
        return self.page * SIZE + len(self.rows)


@get(
    DESK,
    name="assmat.office.register",
    told="Voir le registre des assistantes maternelles agréées",
    guards=[keeping],
)
async def register(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the register by name, with who is in the directory."""
    told = request.query_params
    asked = str(told.get("page", ""))
    page = int(asked) if asked.isdecimal() and len(asked) < 5 else 0
    name = str(told.get("nom", ""))[:80].replace("\0", "")
    like = fold(name)
    shown = RegisterPage(
        await directory.every(like, page * SIZE, SIZE),
        await directory.count(like),
        page,
        name,
        now.date(),
        person.holds("agent", "admin"),
    )
    return Page("assmat/office/register.html", shown)


@dataclass(frozen=True)
class SendPage:
    """The file to send, and those already brought in."""

    before: list[RegisterFile]
    wrong: str = ""
    sources: dict[str, str] = field(default_factory=lambda: registering.SOURCES)


async def send_page(wrong: str = "") -> Page:
    """Return the page that asks for the register."""
    page = SendPage(await registering.last(), wrong)
    return Page("assmat/office/send.html", page, status=422 if wrong else 200)


@get(
    f"{DESK}/registre",
    name="assmat.office.send_page",
    told="Préparer l’import du registre des agréments",
    guards=[keeping],
)
async def begin() -> Page:
    """Ask for the file of the département."""
    return await send_page()


@post(
    f"{DESK}/registre",
    name="assmat.office.send",
    told="Envoyer le registre des agréments",
    guards=[keeping],
    request_max_body_size=2 * LARGEST,
)
async def send(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a file to be looked at; nothing of it is in the directory yet."""
    await limits.require(f"assmat-register:{person.account}", now, at_most=60, per=HOUR)
    try:
        async with received(request, shelf.reception(), largest=LARGEST) as form:
            content = form.require_file().read_bytes()
        number = await registering.keep(content, now, by=person.account)
    except Refused as refusal:
        if refusal.reason not in SENTENCES:
            raise
        return await send_page(SENTENCES[refusal.reason].format(**refusal.facts))
    return Redirect(f"{DESK}/registre/{number}", status_code=303)


@dataclass(frozen=True)
class LookPage:
    """A file, and what it would change or has changed."""

    seen: Seen
    shown: int = 100
    words: dict[str, str] = field(default_factory=lambda: registering.BECOMES)

    @property
    def address(self) -> str:
        """Where the file is."""
        return f"{DESK}/registre/{self.seen.number}"

    @property
    def source(self) -> str:
        """Where it came from."""
        return registering.SOURCES[self.seen.source]

    @property
    def is_of_a_program(self) -> bool:
        """Whether its columns are named by a program: nobody has to say which is which."""
        return self.seen.source == "api"

    @property
    def fields(self) -> list[tuple[str, str, str]]:
        """Each thing a register may say, with the column that holds it."""
        mapping = self.seen.mapping
        return [(one.code, one.label, str(mapping.get(one.code, ""))) for one in COLUMNS]

    @property
    def headings(self) -> list[tuple[str, str]]:
        """The columns of the file."""
        found = enumerate(self.seen.headings)
        return [(str(at), heading or f"Colonne {at + 1}") for at, heading in found]

    @property
    def warns_of_birth(self) -> str:
        """What nobody could do once it is brought in, for want of a birth date."""
        if self.seen.is_done or self.seen.missing or self.seen.born:
            return ""
        where = "au logiciel du département" if self.is_of_a_program else "à la PMI"
        or_say = "." if self.is_of_a_program else ", ou dites quelle colonne la contient."
        return (
            "Ce registre ne dit aucune date de naissance : personne ne pourrait ouvrir son compte."
            f" Demandez-la {where}{or_say}"
        )

    @property
    def warns(self) -> str:
        """What somebody should look at before bringing it in."""
        gone, known = self.seen.counts.get("gone", 0), sum(self.seen.counts.values())
        if self.seen.is_done or gone * 5 <= known:
            return ""
        return (
            f"{formats.pluriel(gone, 'assistante maternelle sort', 'assistantes maternelles sortent')}"
            " de l’annuaire : vérifiez que c’est le registre entier."
        )


@get(
    f"{DESK}/registre/{{register:int}}",
    name="assmat.office.look",
    told="Voir ce qu’un registre changerait",
    guards=[keeping],
)
async def look(register: FromPath[int]) -> Page:
    """Show what a file would change; nothing is written."""
    return Page("assmat/office/look.html", LookPage(await registering.seen(register)))


@post(
    f"{DESK}/registre/{{register:int}}/colonnes",
    name="assmat.office.columns",
    told="Dire quelle colonne du registre contient quoi",
    guards=[keeping],
)
async def choose(
    register: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Keep which column holds what: the next registers are read the same way, the night's too."""
    form, found = await forms.read(request, Columns), await registering.seen(register)
    asked = {one.code: str(form.raw.get(one.code, "")) for one in COLUMNS}
    told = {
        code: fold(found.headings[int(at)])
        for code, at in asked.items()
        if at.isdecimal() and int(at) < len(found.headings)
    }
    await registering.map_columns(register, told, by=person.account)
    seen.tell("ok", "Les colonnes sont gardées : les prochains registres se lisent de même.")
    return Redirect(f"{DESK}/registre/{register}", status_code=303)


@post(
    f"{DESK}/registre/{{register:int}}/importer",
    name="assmat.office.import",
    told="Importer un registre des agréments",
    guards=[keeping],
)
async def bring_in(
    register: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Write what a file says, all together; twice is once."""
    try:
        await registering.bring_in(register, now, by=person.account)
    except Refused as refusal:
        if refusal.reason == "register_columns":
            seen.tell("alerte", SENTENCES[refusal.reason].format(**refusal.facts))
        elif refusal.reason == "list_done":
            seen.tell("info", "Ce registre est déjà importé.")
        else:
            raise
    else:
        seen.tell("ok", "Le registre est importé. Ce qu’elles ont dit d’elles est gardé.")
    return Redirect(f"{DESK}/registre/{register}", status_code=303)


ROUTES = [register, begin, send, look, choose, bring_in]
