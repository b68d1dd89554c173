"""Billing at the town hall: periods, what each would bill, what to look at, and issuing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import spreadsheets
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_paiement_tresor import issuing, trying
from ribambelle_paiement_tresor.domain.drafting import ADVICE, DOUBTS, Doubt
from ribambelle_paiement_tresor.domain.words import day, span
from ribambelle_paiement_tresor.pages.office_guards import reading, till
from ribambelle_paiement_tresor.queries import invoices, people, periods
from ribambelle_paiement_tresor.queries.invoices import Totals
from ribambelle_paiement_tresor.settings import Regie, Settings
from ribambelle_paiement_tresor.tables import Period, Trial, Waiver

DESK = "/bureau/paiement/facturation"
LONGEST = timedelta(days=366)
SHOWN = 100
"""Lines of one kind shown on the page; the spreadsheet has them all."""


class PeriodForm(msgspec.Struct, frozen=True):
    """The days to bill, and the last day to pay."""

    regie: str = ""
    first: date | None = None
    last: date | None = None
    due_on: date | None = None


class WaiverForm(msgspec.Struct, frozen=True):
    """Why some doubts are no obstacle."""

    doubts: tuple[str, ...] = ()
    why: Annotated[str, msgspec.Meta(max_length=200)] = ""


@dataclass(frozen=True)
class PeriodsPage:
    """Every period, and the form of the next."""

    rows: list[Period]
    totals: dict[int, Totals]
    trials: dict[int, Trial]
    regies: list[tuple[str, str]]
    proposed: PeriodForm
    form: Bound[PeriodForm] | None = None

    def titled(self, row: Period) -> str:
        """What a period is called."""
        return periods.titled(row)

    def regie(self, row: Period) -> str:
        """What the régie of a period is called."""
        return dict(self.regies).get(row.regie, row.regie)


async def periods_page(tenant: Tenant, today: date, form: Bound[PeriodForm] | None = None) -> Page:
    """Show the periods; with a form, what is wrong in it."""
    rows, known = await periods.every(), tenant.of(Settings).known
    page = PeriodsPage(
        rows,
        await invoices.totals([row.id for row in rows if row.state != "open"]),
        await periods.last_trials([row.id for row in rows if row.state == "open"]),
        [(one.code, one.label) for one in known],
        proposed(known[0], today),
        form,
    )
    return Page("paiement/office/periods.html", page, status=422 if form else 200)


def proposed(regie: Regie, today: date) -> PeriodForm:
    """Return the month that ended last, to be paid in the days the régie gives.

    >>> one = proposed(Regie("regie", "Régie", due_days=30), date(2026, 11, 25))
    >>> one.first, one.last, one.due_on
    (datetime.date(2026, 10, 1), datetime.date(2026, 10, 31), datetime.date(2026, 12, 25))
    """
    last = today.replace(day=1) - timedelta(days=1)
    return PeriodForm(regie.code, last.replace(day=1), last, today + timedelta(days=regie.due_days))


@get(
    DESK,
    name="paiement.office.periods",
    told="Voir les périodes de facturation",
    guards=[reading],
)
async def every(tenant: NamedDependency[Tenant], now: NamedDependency[datetime]) -> Page:
    """Show the periods, the latest first, and propose the next."""
    return await periods_page(tenant, now.date())


@post(
    DESK,
    name="paiement.office.open_period",
    told="Ouvrir une période de facturation",
    guards=[till],
)
async def open_period(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Open a period and try it at once: nothing leaves, what it would bill is shown."""
    form = await forms.read(request, PeriodForm)
    told = form.told
    wrong = await _wrong(tenant, told, form, now.date())
    if wrong or not (told.first and told.last and told.due_on):
        return await periods_page(tenant, now.date(), form.wrong(**wrong))
    async with transaction():
        await locks.advisory(f"paiement.periods:{told.regie}")
        if await periods.overlapping(told.regie, told.first, told.last):
            return Redirect(DESK, status_code=303)
        number = await periods.open_one(
            told.regie, told.first, told.last, told.due_on, person.account, now
        )
        await journal.record(
            "paiement.open_period",
            f"paiement.period:{number}",
            account=person.account,
            side="office",
        )
    await trying.one(tenant, await periods.one(number))
    seen.tell("ok", "Période ouverte et essayée. Rien n’est envoyé aux familles.")
    return Redirect(f"{DESK}/{number}", status_code=303)


async def _wrong(
    tenant: Tenant, told: PeriodForm, form: Bound[PeriodForm], today: date
) -> dict[str, str]:
    found = {
        name: "Écrivez le jour, le mois et l’année."
        for name in ("first", "last", "due_on")
        if getattr(told, name) is None and name not in form.errors
    }
    if told.regie not in {one.code for one in tenant.of(Settings).known}:
        found["regie"] = "Choisissez une régie de la liste."
    if not (told.first and told.last):
        return found
    if told.last < told.first:
        found["last"] = "Le dernier jour vient avant le premier."
    elif told.last - told.first > LONGEST:
        found["last"] = "Une période dure un an au plus."
    elif abs((told.first - today).days) > 10 * LONGEST.days:
        found["first"] = "Ce jour est trop loin : vérifiez l’année."
    elif told.due_on and told.due_on <= told.last:
        found["due_on"] = "La date limite tombe avant la fin de la période."
    elif other := await periods.overlapping(told.regie, told.first, told.last):
        found["first"] = f"Ces jours sont déjà dans la période « {periods.titled(other)} »."
    return found


@dataclass(frozen=True)
class Change:
    """What changed for one family between two trials, in cents."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Kind:
    """The doubts of one kind."""

    code: str
    label: str
    advice: str
    doubts: list[Doubt]


@dataclass(frozen=True)
class PeriodPage:
    """One period: what it would bill, or what it billed."""

    row: Period
    title: str
    regie: str
    trial: Trial | None
    before: Trial | None
    kinds: list[Kind]
    answered: list[tuple[Doubt, Waiver]]
    changes: list[Change]
    totals: Totals | None
    names: dict[int, str]
    children: dict[int, str]
    is_over: bool
    may_change: bool
    form: Bound[WaiverForm] | None = None
    shown: int = field(default=SHOWN)

    @property
    def left(self) -> int:
        """How many doubts nobody answered."""
        return sum(len(kind.doubts) for kind in self.kinds)


async def period_page(
    tenant: Tenant, person: Person, number: int, form: Bound[WaiverForm] | None = None
) -> Page:
    """Show a period; with a form, what is wrong in it."""
    row = await periods.one(number)
    trials = await periods.trials(number)
    trial, before = (*trials, None, None)[:2]
    answers = await periods.waivers(number)
    doubts = periods.doubts_of(trial) if trial else []
    left = [one for one in doubts if one.key not in answers]
    regie = tenant.of(Settings).regie(row.regie)
    page = PeriodPage(
        row,
        periods.titled(row),
        regie.label if regie else row.regie,
        trial,
        before,
        _by_kind(left),
        [(one, answers[one.key]) for one in doubts if one.key in answers],
        await _changes(trial, before),
        (await invoices.totals([number])).get(number),
        await people.called({one.payer for one in doubts if one.payer}),
        await people.names({one.child for one in doubts if one.child}),
        tenant.now().date() > row.last,
        person.holds("regisseur", "admin"),
        form,
    )
    return Page("paiement/office/period.html", page, status=422 if form else 200)


def _by_kind(doubts: list[Doubt]) -> list[Kind]:
    count = Counter(one.code for one in doubts)
    return [
        Kind(code, label, ADVICE[code], [one for one in doubts if one.code == code])
        for code, label in DOUBTS.items()
        if count[code]
    ]


async def _changes(last: Trial | None, before: Trial | None) -> list[Change]:
    if last is None or before is None:
        return []
    new, old = periods.totals_of(last), periods.totals_of(before)
    moved = {one for one in new.keys() | old.keys() if new.get(one, 0) != old.get(one, 0)}
    known = await people.called(moved)
    found = [Change(known.get(one, "—"), old.get(one, 0), new.get(one, 0)) for one in moved]
    return sorted(found, key=lambda one: -abs(one.after - one.before))


@get(
    f"{DESK}/{{number:int}}",
    name="paiement.office.period",
    told="Voir ce qu’une période facturerait, et ce qui reste à vérifier",
    guards=[reading],
)
async def period(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show what a period would bill, what somebody should look at, what changed since yesterday."""
    return await period_page(tenant, person, number)


@post(
    f"{DESK}/{{number:int}}/essai",
    name="paiement.office.try",
    told="Refaire l’essai d’une période",
    guards=[till],
)
async def try_again(
    number: FromPath[int], tenant: NamedDependency[Tenant], seen: NamedDependency[Visit]
) -> Redirect:
    """Try a period again, after something was mended."""
    row = await periods.one(number)
    if row.state == "open":
        await trying.one(tenant, row)
        seen.tell("ok", "Essai refait. Rien n’est envoyé aux familles.")
    return Redirect(f"{DESK}/{number}", status_code=303)


@post(
    f"{DESK}/{{number:int}}/repondre",
    name="paiement.office.waive",
    told="Dire pourquoi une anomalie n’empêche pas de facturer",
    guards=[till],
)
async def waive(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep why some doubts are no obstacle, with who said so."""
    row = await periods.one(number)
    form = await forms.read(request, WaiverForm)
    told, wrong = form.told, {}
    if not told.doubts:
        wrong["doubts"] = "Cochez au moins une ligne."
    if not told.why.strip() and "why" not in form.errors:
        wrong["why"] = "Écrivez pourquoi : le comptable lira cette phrase."
    if wrong or form.struct is None or row.state != "open":
        return await period_page(tenant, person, number, form.wrong(**wrong))
    trials = await periods.trials(number)
    known = {one.key for one in periods.doubts_of(trials[0])} if trials else set()
    chosen = [one for one in told.doubts if one in known]
    async with transaction():
        await periods.waive(number, chosen, told.why.strip(), person.account, now)
        await journal.record(
            "paiement.waive",
            f"paiement.period:{number}",
            account=person.account,
            side="office",
            doubts=len(chosen),
        )
    seen.tell("ok", "Réponse gardée avec votre nom.")
    return Redirect(f"{DESK}/{number}", status_code=303)


class DueForm(msgspec.Struct, frozen=True):
    """Another last day to pay."""

    due_on: date | None = None


@post(
    f"{DESK}/{{number:int}}/echeance",
    name="paiement.office.move_due",
    told="Changer la date limite d’une période qui n’est pas émise",
    guards=[till],
)
async def move_due(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Give the invoices of a period another last day to pay, before they leave."""
    row = await periods.one(number)
    due = (await forms.read(request, DueForm)).told.due_on
    if due is None or not row.last < due or not now.date() < due <= now.date() + LONGEST:
        seen.tell("erreur", "Donnez un jour à venir, après la fin de la période.")
        return Redirect(f"{DESK}/{number}", status_code=303)
    async with transaction():
        await Period.update({Period.due_on: due}).where(
            (Period.id == number) & (Period.state == "open")
        )
        await journal.record(
            "paiement.move_due",
            f"paiement.period:{number}",
            account=person.account,
            side="office",
            due=str(due),
        )
    seen.tell("ok", f"Les factures seront à payer avant le {day(due)}.")
    return Redirect(f"{DESK}/{number}", status_code=303)


@post(
    f"{DESK}/{{number:int}}/emettre",
    name="paiement.office.issue",
    told="Émettre les factures d’une période",
    guards=[till],
)
async def issue(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Have the invoices issued and told, once nothing is left to look at."""
    try:
        await issuing.begin(tenant, number, person.account)
    except Refused as refusal:
        row = await periods.one(number)
        if row.state == "open":
            await trying.one(tenant, row)
        seen.tell("erreur", _why(refusal))
    else:
        seen.tell("ok", "Les factures partent. Chaque famille reçoit un message.")
    return Redirect(f"{DESK}/{number}", status_code=303)


def _why(refusal: Refused) -> str:
    if refusal.reason == "too_early":
        return f"La période finit le {day(refusal.facts['last'])} : attendez le lendemain."
    if refusal.reason == "due_past":
        return (
            f"Rien n’est émis : la date limite, le {day(refusal.facts['due'])}, est passée. "
            "Donnez-en une autre en bas de cette page."
        )
    count = refusal.facts["count"]
    return f"Rien n’est émis : {count} anomalie{'s' * (count > 1)} sans réponse."


@get(
    f"{DESK}/{{number:int}}/anomalies",
    name="paiement.office.doubts",
    told="Télécharger les anomalies d’une période",
    guards=[reading],
)
async def doubts_sheet(number: FromPath[int]) -> Response[bytes]:
    """Send every doubt of the last trial, answered or not."""
    row = await periods.one(number)
    trials = await periods.trials(number)
    found = periods.doubts_of(trials[0]) if trials else []
    answers = await periods.waivers(number)
    known = await people.called({one.payer for one in found if one.payer})
    children = await people.names({one.child for one in found if one.child})
    lines = [
        [
            DOUBTS[one.code],
            known.get(one.payer, ""),
            children.get(one.child, ""),
            one.day,
            one.label,
            one.cents / 100,
            answers[one.key].reason if one.key in answers else "",
        ]
        for one in found
    ]
    heads = [
        "Anomalie",
        "Famille",
        "Enfant",
        "Jour",
        "Ce qui est facturé",
        "Montant (€)",
        "Réponse",
    ]
    name = f"anomalies-{span(row.first, row.last).replace(' ', '-')}"
    return spreadsheets.answer("xlsx", name, heads, lines)


ROUTES = [every, open_period, period, try_again, waive, move_due, issue, doubts_sheet]
