"""What a childminder declares to the PMI: the children she takes, and what changes at home."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_assmat import caring
from ribambelle_assmat.caring import AHEAD, BEHIND, Begun
from ribambelle_assmat.domain.accreditation import CIVILITIES, PLACES
from ribambelle_assmat.domain.cares import KINDS, PLANNINGS, TOLD, WARNINGS
from ribambelle_assmat.domain.slots import DAYS, MOMENTS, keys_of, mask_of, told
from ribambelle_assmat.pages.space import SPACE
from ribambelle_assmat.queries import cares as asked
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.cares import Capacity
from ribambelle_assmat.queries.directory import ROLE, SCOPE, One
from ribambelle_assmat.tables import Care, Statement

alone = Holding(ROLE)
"""Herself and nobody else: these pages speak of children."""
REFUSALS = {
    "ended": "Cet accueil est déjà terminé.",
    "end_too_far": "Écrivez un jour dans l’année qui vient.",
    "end_before_start": "Écrivez un jour après le début de l’accueil.",
    "same": "Rien n’a changé : corrigez ce qui est faux.",
}
Name = Annotated[str, msgspec.Meta(max_length=80)]


class CareForm(msgspec.Struct, frozen=True):
    """A care that begins, as it is typed."""

    given_name: Name = ""
    born_on: date | None = None
    guardian: Annotated[str, msgspec.Meta(max_length=160)] = ""
    began_on: date | None = None
    planning: str = ""
    moments: tuple[str, ...] = ()


class CorrectForm(CareForm, frozen=True):
    """A care as it should have been declared."""

    ended_on: date | None = None


class EndForm(msgspec.Struct, frozen=True):
    """The last day of a care."""

    ended_on: date | None = None


class NoticeForm(msgspec.Struct, frozen=True):
    """What changes, as it is typed."""

    kind: str = ""
    day: date | None = None
    words: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class CaresPage:
    """The children she takes."""

    one: One
    rows: list[Care]
    capacity: Capacity
    today: date
    form: Bound[CareForm] | None = None
    wrong: tuple[int, Bound[EndForm]] | None = None
    plannings: list[tuple[str, str]] = field(default_factory=lambda: list(PLANNINGS.items()))
    days: tuple[tuple[str, str, str], ...] = DAYS
    moments: tuple[tuple[str, str, str], ...] = MOMENTS
    warnings: dict[str, str] = field(default_factory=lambda: WARNINGS)

    @property
    def address(self) -> str:
        """Where her pages are."""
        return f"{SPACE}/{self.one.id}"

    def form_of(self, care: Care) -> Bound[EndForm] | None:
        """What was typed for a care, when it was wrong."""
        return self.wrong[1] if self.wrong and self.wrong[0] == care.id else None

    def when(self, care: Care) -> str:
        """When a child is there, in words."""
        return told(care.moments) if care.moments else "planning variable"


@dataclass(frozen=True)
class CarePage:
    """One care, to be corrected or cancelled."""

    one: One
    care: Care
    form: Bound[CorrectForm] | None = None
    plannings: list[tuple[str, str]] = field(default_factory=lambda: list(PLANNINGS.items()))
    days: tuple[tuple[str, str, str], ...] = DAYS
    moments: tuple[tuple[str, str, str], ...] = MOMENTS

    @property
    def address(self) -> str:
        """Where this care is."""
        return f"{SPACE}/{self.one.id}/accueils/{self.care.id}"

    @property
    def chosen(self) -> list[str]:
        """The moments she declared."""
        return keys_of(self.care.moments)


@dataclass(frozen=True)
class StatementsPage:
    """What she told the PMI, and one more thing to tell."""

    one: One
    rows: list[Statement]
    form: Bound[NoticeForm] | None = None
    kinds: dict[str, str] = field(default_factory=lambda: KINDS)
    choices: list[tuple[str, str]] = field(
        default_factory=lambda: [(code, KINDS[code]) for code in TOLD]
    )

    @property
    def address(self) -> str:
        """Where her pages are."""
        return f"{SPACE}/{self.one.id}"

    def number(self, one: Statement) -> str:
        """The number of a receipt."""
        return caring.number_of(one)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What the register says of her, so that she sees what is false in it."""
        return told_of(self.one)


def told_of(one: One) -> list[tuple[str, str]]:
    """Return what the register says of a childminder, as she reads it."""
    places = [
        f"{PLACES[place.where]}, {formats.pluriel(place.children, 'enfant')}, {place.address}"
        for place in one.places
    ]
    until, since = formats.jour_du_mois(one.accreditation.last, True), one.accredited_since
    return [
        ("Nom", " ".join(filter(None, (CIVILITIES.get(one.civility), one.name)))),
        ("Agrément", f"{one.number}, jusqu’au {until}"),
        *([("Premier agrément", formats.jour_du_mois(since, True))] if since else []),
        ("Adresse", one.told.address),
        *(("Place", place) for place in places),
    ]


@dataclass(frozen=True)
class ReceiptPage:
    """The receipt of one declaration."""

    one: One
    row: Statement
    what: str
    number: str


async def hers(person: Person, number: int) -> One:
    """Return the childminder whose own account this is; anybody else's does not exist."""
    if number not in person.numbers(ROLE, SCOPE):
        raise NotYours
    return await directory.one(number)


async def cares_page(one: One, today: date, **wrong: Any) -> Page:
    """Return the page of the children she takes."""
    rows = await asked.of(one.id)
    page = CaresPage(one, rows, await asked.capacity(one.id, rows, today), today, **wrong)
    return Page("assmat/cares.html", page, status=422 if wrong else 200)


@get(
    f"{SPACE}/{{childminder:int}}/accueils",
    name="assmat.cares",
    told="Voir les accueils que l’on a déclarés",
    guards=[alone],
)
async def cares(
    childminder: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show the children she takes, and ask for another."""
    return await cares_page(await hers(person, childminder), now.date())


@post(
    f"{SPACE}/{{childminder:int}}/accueils",
    name="assmat.cares.start",
    told="Déclarer le début d’un accueil",
    guards=[alone],
)
async def start(
    childminder: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Declare a care that begins: a receipt follows."""
    one = await hers(person, childminder)
    form = _checked(await forms.read(request, CareForm), now.date())
    said = form.told
    if form.errors or said.born_on is None or said.began_on is None:
        return await cares_page(one, now.date(), form=form)
    begun = Begun(
        *(said.given_name.strip(), said.born_on, said.guardian.strip(), said.began_on),
        *(said.planning, mask_of(said.moments)),
    )
    number = await caring.start(person, childminder, begun, now)
    seen.tell("ok", "C’est déclaré. Voici votre reçu, à garder.")
    return Redirect(f"{SPACE}/{childminder}/declarations/{number}", status_code=303)


Form = TypeVar("Form", bound=CareForm)


def _checked(form: Bound[Form], today: date) -> Bound[Form]:
    said, wrong = form.told, {}
    if not said.given_name.strip() and "given_name" not in form.errors:
        wrong["given_name"] = "Écrivez le prénom de l’enfant."
    if not said.guardian.strip() and "guardian" not in form.errors:
        wrong["guardian"] = "Écrivez le nom de son parent, ou de qui répond de lui."
    if "born_on" not in form.errors and (said.born_on is None or said.born_on > today):
        wrong["born_on"] = "Écrivez sa date de naissance."
    near = said.began_on is not None and today - BEHIND <= said.began_on <= today + AHEAD
    if "began_on" not in form.errors and not near:
        wrong["began_on"] = "Écrivez le premier jour de l’accueil."
    if near and said.born_on and said.began_on and said.began_on < said.born_on:
        wrong["began_on"] = "Cet accueil commencerait avant la naissance : relisez les deux dates."
    if said.planning not in PLANNINGS:
        wrong["planning"] = "Choisissez : régulier, ou variable."
    if said.planning == "regular" and not mask_of(said.moments):
        wrong["moments"] = "Cochez les moments où l’enfant est là."
    return form.wrong(**wrong) if wrong else form


@post(
    f"{SPACE}/{{childminder:int}}/accueils/{{care:int}}/fin",
    name="assmat.cares.end",
    told="Déclarer la fin d’un accueil",
    guards=[alone],
)
async def end(
    childminder: FromPath[int],
    care: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Declare the last day of a care: a receipt follows."""
    one, form = await hers(person, childminder), await forms.read(request, EndForm)
    day = form.told.ended_on
    if form.errors or day is None:
        form = form if form.errors else form.wrong(ended_on="Écrivez le dernier jour de l’accueil.")
        return await cares_page(one, now.date(), wrong=(care, form))
    try:
        number = await caring.end(person, childminder, care, day, now)
    except Refused as refusal:
        if refusal.reason not in REFUSALS:
            raise
        form = form.wrong(ended_on=REFUSALS[refusal.reason])
        return await cares_page(one, now.date(), wrong=(care, form))
    seen.tell("ok", "C’est déclaré. Voici votre reçu, à garder.")
    return Redirect(f"{SPACE}/{childminder}/declarations/{number}", status_code=303)


@get(
    f"{SPACE}/{{childminder:int}}/accueils/{{care:int}}",
    name="assmat.care",
    told="Relire un accueil que l’on a déclaré, pour le corriger",
    guards=[alone],
)
async def care_page(
    childminder: FromPath[int], care: FromPath[int], person: NamedDependency[Person]
) -> Page:
    """Show one care as it was declared."""
    one = await hers(person, childminder)
    return Page("assmat/care.html", CarePage(one, await caring.hers(childminder, care)))


@post(
    f"{SPACE}/{{childminder:int}}/accueils/{{care:int}}",
    name="assmat.cares.correct",
    told="Corriger un accueil que l’on a déclaré",
    guards=[alone],
)
async def correct(
    childminder: FromPath[int],
    care: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Correct what she declared: another receipt follows, with what it was."""
    one, row = await hers(person, childminder), await caring.hers(childminder, care)
    form = _checked(await forms.read(request, CorrectForm), now.date())
    said = form.told
    if form.errors or said.born_on is None or said.began_on is None:
        return Page("assmat/care.html", CarePage(one, row, form), status=422)
    told = Begun(
        *(said.given_name.strip(), said.born_on, said.guardian.strip(), said.began_on),
        *(said.planning, mask_of(said.moments)),
    )
    try:
        number = await caring.correct(person, childminder, care, told, said.ended_on, now)
    except Refused as refusal:
        if refusal.reason not in REFUSALS:
            raise
        name = "given_name" if refusal.reason == "same" else "ended_on"
        form = form.wrong(**{name: REFUSALS[refusal.reason]})
        return Page("assmat/care.html", CarePage(one, row, form), status=422)
    seen.tell("ok", "C’est corrigé. Voici votre nouveau reçu, à garder.")
    return Redirect(f"{SPACE}/{childminder}/declarations/{number}", status_code=303)


@post(
    f"{SPACE}/{{childminder:int}}/accueils/{{care:int}}/annuler",
    name="assmat.cares.cancel",
    told="Annuler un accueil déclaré par erreur",
    guards=[alone],
)
async def cancel(
    childminder: FromPath[int],
    care: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Cancel what was declared by mistake: another receipt follows."""
    await hers(person, childminder)
    number = await caring.cancel(person, childminder, care, now)
    seen.tell("ok", "C’est annulé. Voici votre reçu, à garder.")
    return Redirect(f"{SPACE}/{childminder}/declarations/{number}", status_code=303)


@get(
    f"{SPACE}/{{childminder:int}}/declarations",
    name="assmat.statements",
    told="Voir ce que l’on a déclaré à la PMI, avec les reçus",
    guards=[alone],
)
async def statements(childminder: FromPath[int], person: NamedDependency[Person]) -> Page:
    """Show what she told, and ask for more."""
    one = await hers(person, childminder)
    page = StatementsPage(one, await asked.statements(childminder))
    return Page("assmat/statements.html", page)


@post(
    f"{SPACE}/{{childminder:int}}/declarations",
    name="assmat.statements.tell",
    told="Prévenir la PMI d’un déménagement, d’un changement ou d’une erreur",
    guards=[alone],
)
async def tell(
    childminder: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Tell the PMI what changes: a receipt follows."""
    one, form = await hers(person, childminder), await forms.read(request, NoticeForm)
    said, wrong = form.told, {}
    if said.kind not in TOLD:
        wrong["kind"] = "Choisissez ce qui change."
    if not said.words.strip() and "words" not in form.errors:
        wrong["words"] = "Écrivez ce que la PMI doit savoir."
    if form.errors or wrong:
        page = StatementsPage(one, await asked.statements(childminder), form.wrong(**wrong))
        return Page("assmat/statements.html", page, status=422)
    day = said.day or now.date()
    number = await caring.tell(person, childminder, said.kind, day, said.words.strip(), now)
    seen.tell("ok", "C’est envoyé à la PMI. Voici votre reçu, à garder.")
    return Redirect(f"{SPACE}/{childminder}/declarations/{number}", status_code=303)


@get(
    f"{SPACE}/{{childminder:int}}/declarations/{{statement:int}}",
    name="assmat.receipt",
    told="Lire le reçu d’une déclaration",
    guards=[alone],
)
async def receipt(
    childminder: FromPath[int], statement: FromPath[int], person: NamedDependency[Person]
) -> Page:
    """Show a receipt: its number, its day, and whether the PMI read it."""
    one = await hers(person, childminder)
    row = await asked.statement(childminder, statement)
    page = ReceiptPage(one, row, KINDS[row.kind], caring.number_of(row))
    return Page("assmat/receipt.html", page)


ROUTES = [cares, start, care_page, correct, cancel, end, statements, tell, receipt]
