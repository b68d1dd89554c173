"""Reconciling: the treasury's reports sent and counted, what they miss, what nobody knows here."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.documents import shelf
from ribambelle.errors import NotYours, Refused
from ribambelle.forms.files import sent
from ribambelle.identity import Person, limits
from ribambelle.tenants import Tenant
from ribambelle.web import spreadsheets
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_paiement_tresor import reconciling
from ribambelle_paiement_tresor.domain import reconciling as rule
from ribambelle_paiement_tresor.domain import report as reading
from ribambelle_paiement_tresor.domain.reconciling import Day
from ribambelle_paiement_tresor.pages.office_guards import reading as may_read
from ribambelle_paiement_tresor.pages.office_guards import till as at_till
from ribambelle_paiement_tresor.queries import reports
from ribambelle_paiement_tresor.queries.reports import Absent, Matched, Unknown
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Report

DESK = "/bureau/paiement/rapprochement"
HOUR = timedelta(hours=1)
SHOWN_DAYS = 31
SHOWN_LINES = 100
SENTENCES = {
    "empty": "Choisissez le relevé à lire.",
    "too_big": "Ce fichier est trop grand pour un relevé : 4 Mo au plus.",
    "form_unreadable": "L’envoi s’est interrompu. Recommencez.",
}


@dataclass(frozen=True)
class ReconcilingPage:
    """What the treasury told, and what differs from the portal."""

    today: date
    day: date | None
    first: date
    last: date
    days: list[Day]
    absent: list[Absent]
    unknown: list[Unknown]
    sent: list[Report]
    regies: dict[str, str]
    may_change: bool
    wrong: str = ""
    leads: dict[str, str] = field(default_factory=lambda: rule.LEADS)

    @property
    def sums(self) -> Day:
        """What the days shown come to together."""
        return rule.whole(self.days)

    @property
    def gap(self) -> int:
        """How much the portal and the treasury differ by, in cents."""
        return self.sums.told - self.sums.paid

    @property
    def late(self) -> int:
        """How many payments have been missing for too long."""
        return sum(one.missing.is_late(self.today) for one in self.absent)

    def regie(self, code: str) -> str:
        """What a régie is called; a line may name none of ours."""
        return self.regies.get(code, "Régie inconnue") if code else "Sans régie connue"


def asked(request: Request[Any, Any, Any]) -> date | None:
    """Return the day asked for; none: the last month."""
    try:
        return date.fromisoformat(str(request.query_params.get("jour", "")))
    except ValueError:
        return None


async def page_of(
    tenant: Tenant, person: Person, day: date | None, wrong: str = ""
) -> ReconcilingPage:
    """Return what the page shows: one day, or all that happened for a month."""
    today = tenant.now().date()
    first, last = (day, day) if day else (today - timedelta(days=SHOWN_DAYS), today)
    absent = [
        one for one in await reports.absent(tenant.zone) if day is None or one.missing.day == day
    ]
    unknown = [one for one in await reports.unknown() if day is None or one.row.day == day]
    shown = [one.missing for one in absent if first <= one.missing.day <= last]
    return ReconcilingPage(
        today,
        day,
        first,
        last,
        rule.by_day(await reports.between(first, last), shown),
        absent,
        unknown,
        await reports.last(),
        {one.code: one.label for one in tenant.of(Settings).known},
        person.holds("regisseur", "admin"),
        wrong,
    )


@get(
    DESK,
    name="paiement.office.reconciling",
    told="Rapprocher les paiements en ligne des relevés du Trésor",
    guards=[may_read],
)
async def desk(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
) -> Page:
    """Show both directions of difference, and the sums that explain them."""
    page = await page_of(tenant, person, asked(request))
    return Page("paiement/office/reconciling.html", page)


@post(
    DESK,
    name="paiement.office.send_report",
    told="Envoyer un relevé du Trésor, pour le relire",
    guards=[at_till],
    request_max_body_size=2 * reading.LARGEST,
)
async def send(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Read a report, and show what it would change; nothing counts yet."""
    await limits.require(f"paiement-report:{person.account}", now, at_most=60, per=HOUR)
    try:
        async with sent(request, shelf.reception(), largest=reading.LARGEST) as form:
            content = form.require_file().read_bytes()
        number = await reconciling.keep(tenant, person, content)
    except Refused as refusal:
        page = await page_of(tenant, person, None, sentence(refusal))
        return Page("paiement/office/reconciling.html", page, status=422)
    return Redirect(f"{DESK}/releves/{number}", status_code=303)


def sentence(refusal: Refused) -> str:
    """Return why a file was refused, in words; what is no file's fault goes on."""
    if refusal.reason == "report":
        return reading.sentence(refusal)
    if refusal.reason not in SENTENCES:
        raise refusal
    return SENTENCES[refusal.reason]


@dataclass(frozen=True)
class ReportPage:
    """One report: what it would change, or has changed."""

    row: Report
    lines: list[Matched]
    regie: str
    may_change: bool
    wrong: str = ""
    leads: dict[str, str] = field(default_factory=lambda: rule.LEADS)

    def number(self, state: str) -> int:
        """How many lines end so."""
        return sum(one.is_new and one.state == state for one in self.lines)

    @property
    def fresh(self) -> int:
        """How many lines no other report told."""
        return sum(one.is_new for one in self.lines)

    @property
    def shown(self) -> list[Matched]:
        """The first lines, what is not ours first."""
        found = sorted(self.lines, key=lambda one: (not one.lead, one.is_new, one.line.line))
        return found[:SHOWN_LINES]


@get(
    f"{DESK}/releves/{{number:int}}",
    name="paiement.office.report",
    told="Relire un relevé du Trésor avant de le compter",
    guards=[may_read],
)
async def report(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show what each line of a report is; once counted, only what it came to."""
    row = await reports.one(number)
    lines: list[Matched] = []
    wrong = ""
    if row.content:
        try:
            lines = await reconciling.lines_of(tenant, row)
        except Refused as refusal:
            wrong = sentence(refusal)
    regies = {one.code: one.label for one in tenant.of(Settings).known}
    page = ReportPage(
        row, lines, regies.get(row.regie, ""), person.holds("regisseur", "admin"), wrong
    )
    return Page("paiement/office/report.html", page)


@post(
    f"{DESK}/releves/{{number:int}}/compter",
    name="paiement.office.count_report",
    told="Compter un relevé du Trésor",
    guards=[at_till],
)
async def count(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Count each line once; what is unknown waits for a decision."""
    await reconciling.count(tenant, person, number)
    seen.tell("ok", "Relevé compté. Une ligne déjà lue ne compte pas une seconde fois.")
    return Redirect(DESK, status_code=303)


@post(
    f"{DESK}/lignes/{{number:int}}/{{how:str}}",
    name="paiement.office.report_line",
    told="Créditer la famille d’une ligne du relevé, ou la signaler",
    guards=[at_till],
)
async def decide(
    number: FromPath[int],
    how: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Give a line's money to the family it names, or write that somebody looks for it."""
    row = await reports.line(number)
    match how:
        case "crediter":
            try:
                state = await reconciling.credit(tenant, person, row)
            except Refused:
                seen.tell("info", "Cette ligne n’attend plus de décision.")
            else:
                seen.tell("ok", DECIDED[state])
        case "signaler":
            await reconciling.signal(tenant, person, row)
            seen.tell("ok", "Signalée. L’argent reste sur le compte d’attente.")
        case _:
            raise NotYours
    return Redirect(DESK, status_code=303)


DECIDED = {
    "matched": "Le Trésor confirme ce paiement : il est compté, et rapproché.",
    "credited": "Compté : les factures d’abord, le reste en avance de la famille.",
}


@get(
    f"{DESK}/liste",
    name="paiement.office.reconciling_sheet",
    told="Télécharger le rapprochement affiché",
    guards=[may_read],
)
async def sheet(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
) -> Response[bytes]:
    """Send what the page shows: sums by day, both queues."""
    page = await page_of(tenant, person, asked(request))
    days = spreadsheets.Sheet(
        "Jours",
        ("Jour", "Régie", "Portail €", "Relevé €", "Absent du relevé €", "Inconnu ici €", "Lignes"),
        [
            [one.day.isoformat(), page.regie(one.regie)]
            + [cents / 100 for cents in (one.paid, one.told, one.missing, one.unknown)]
            + [one.lines]
            for one in page.days
        ],
    )
    absent = spreadsheets.Sheet(
        "Payé ici, absent du relevé",
        ("Référence", "Famille", "Jour", "Jours ouvrés", "€"),
        [
            [
                *(one.reference, one.name, one.missing.day.isoformat()),
                *(one.missing.age(page.today), one.missing.cents / 100),
            ]
            for one in page.absent
        ],
    )
    unknown = spreadsheets.Sheet(
        "Au relevé, inconnu ici",
        ("Référence", "Jour", "Famille", "Piste", "État", "€"),
        [
            [
                *(one.row.reference, one.row.day.isoformat(), one.name),
                *(page.leads.get(one.lead, ""), rule.STATES[one.row.state], one.row.cents / 100),
            ]
            for one in page.unknown
        ],
    )
    return spreadsheets.book(f"rapprochement-{page.last}", [days, absent, unknown])


ROUTES = [desk, send, report, count, decide, sheet]
