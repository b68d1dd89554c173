"""The desk of the PMI: pages to read, accreditations that end, capacities exceeded, declarations."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.identity import Person
from ribambelle.messages.handed import Handed
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_assmat import caring, contacting, registering, validating
from ribambelle_assmat.domain.accreditation import CIVILITIES, PLACES, words
from ribambelle_assmat.domain.cares import KINDS, PLANNINGS, WARNINGS
from ribambelle_assmat.domain.slots import told
from ribambelle_assmat.queries import cares, directory
from ribambelle_assmat.queries.cares import Capacity, Over
from ribambelle_assmat.queries.directory import One
from ribambelle_assmat.tables import Care, Childminder, RegisterFile, Statement

DESK = "/bureau/assmat"
keeping = Holding("agent", "admin", "pmi")
SOON, LATER = timedelta(days=91), timedelta(days=183)
"""Three months, six months."""


@dataclass(frozen=True)
class DeskPage:
    """What waits for the PMI."""

    today: date
    waiting: list[dict[str, Any]]
    ending: list[Childminder]
    over: list[Over]
    statements: list[dict[str, Any]]
    """To the town hall, what is false in the register alone: the others speak of children."""
    stopped: RegisterFile | None
    kinds: dict[str, str] = field(default_factory=lambda: KINDS)
    warnings: dict[str, str] = field(default_factory=lambda: WARNINGS)
    reasons: dict[str, str] = field(default_factory=lambda: registering.STOPPED)

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """How many of each."""
        soon = self.today + SOON
        return [
            (label, str(count), "")
            for label, count in (
                ("Fiches à valider", len(self.waiting)),
                ("Finissent sous 3 mois", sum(one.last <= soon for one in self.ending)),
                ("Finissent sous 6 mois", len(self.ending)),
                ("Dépassements", len(self.over)),
                ("Déclarations à lire", len(self.statements)),
            )
        ]


@dataclass(frozen=True)
class SheetPage:
    """One childminder, as the PMI sees her."""

    one: One
    today: date
    why: str
    waits: bool
    may_help: bool
    capacity: Capacity
    cares: list[Care] | None
    statements: list[Statement]
    sms: list[Handed]
    wrong: str = ""
    places: dict[str, str] = field(default_factory=lambda: PLACES)
    civilities: dict[str, str] = field(default_factory=lambda: CIVILITIES)
    kinds: dict[str, str] = field(default_factory=lambda: KINDS)
    plannings: dict[str, str] = field(default_factory=lambda: PLANNINGS)
    warnings: dict[str, str] = field(default_factory=lambda: WARNINGS)

    @property
    def accreditation(self) -> str:
        """Where her accreditation stands."""
        return (
            "Sortie du registre" if self.one.is_gone else words(self.one.accreditation, self.today)
        )

    def number(self, one: Statement) -> str:
        """The number of a receipt."""
        return caring.number_of(one)

    def when(self, care: Care) -> str:
        """When a child is there, in words."""
        return told(care.moments) if care.moments else "variable"


@get(
    f"{DESK}/suivi",
    name="assmat.pmi.desk",
    told="Voir ce qui attend la PMI : fiches, fins d’agrément, dépassements",
    guards=[keeping],
)
async def desk(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    """Show what waits; declarations that speak of a child only to the PMI itself."""
    today = now.date()
    page = DeskPage(
        today,
        await validating.waiting(),
        await cares.ending(today, today + LATER),
        await cares.over(today),
        await cares.unread(errors_only=not person.holds("pmi")),
        await registering.stopped(),
    )
    return Page("assmat/office/pmi.html", page)


async def sheet_page(person: Person, number: int, now: datetime, wrong: str = "") -> Page:
    """Return one childminder's page; the PMI's look at the children is journalled."""
    one, rows = await directory.one(number), await cares.of(number)
    is_pmi = person.holds("pmi")
    if is_pmi and rows:
        await journal.record(
            "assmat.cares_read",
            f"assmat.childminder:{number}",
            account=person.account,
            side="office",
            read_only=True,
        )
    page = SheetPage(
        one,
        now.date(),
        await validating.why_hidden(number),
        "listed" in one.consents and not one.is_listed,
        person.holds("agent", "admin"),
        await cares.capacity(number, rows, now.date()),
        rows if is_pmi else None,
        await cares.statements(number, errors_only=not is_pmi),
        await contacting.sms(one),
        wrong,
    )
    return Page("assmat/office/sheet.html", page, status=422 if wrong else 200)


@get(
    f"{DESK}/{{childminder:int}}",
    name="assmat.pmi.sheet",
    told="Voir l’agrément d’une assistante maternelle et où en est sa fiche",
    guards=[keeping],
)
async def sheet(
    childminder: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show one childminder's accreditation; to the PMI, the children she declares."""
    return await sheet_page(person, childminder, now)


@post(
    f"{DESK}/{{childminder:int}}/valider",
    name="assmat.pmi.validate",
    told="Valider la fiche d’une assistante maternelle",
    guards=[keeping],
)
async def validate(
    childminder: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Let a page into the directory: pressed twice, the same."""
    one = await directory.one(childminder)
    await validating.validate(person, childminder, now)
    seen.tell("ok", f"La fiche de {one.name} est validée.")
    return Redirect(f"{DESK}/{childminder}", status_code=303)


@post(
    f"{DESK}/{{childminder:int}}/masquer",
    name="assmat.office.hide",
    told="Retirer une assistante maternelle de l’annuaire, ou l’y remettre",
    guards=[keeping],
)
async def hide(
    childminder: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep her out of the directory with a reason she reads, or let her in again."""
    one, form = await directory.one(childminder), await request.form()
    if str(form.get("remettre", "")) == "oui":
        await validating.show(person, childminder)
        seen.tell("ok", f"{one.name} paraît de nouveau si elle le veut dans l’annuaire.")
        return Redirect(f"{DESK}/{childminder}", status_code=303)
    why = str(form.get("why", "")).strip()[:300]
    if not why:
        return await sheet_page(person, childminder, now, "Écrivez pourquoi : elle le lit.")
    await validating.hide(person, childminder, why)
    seen.tell("ok", f"{one.name} ne paraît plus dans l’annuaire.")
    return Redirect(f"{DESK}/{childminder}", status_code=303)


@post(
    f"{DESK}/declarations/{{statement:int}}/lu",
    name="assmat.pmi.read",
    told="Dire qu’une déclaration est lue",
    guards=[keeping],
)
async def read(
    statement: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Note that a declaration is read: it leaves the desk, and stays on her page.

    The town hall reads what is false in the register; what speaks of a child is the PMI's.
    """
    row = await caring.read(person, statement, now)
    seen.tell("ok", "C’est noté comme lu.")
    return Redirect(f"{DESK}/{row.childminder}", status_code=303)


ROUTES = [desk, sheet, validate, hide, read]
