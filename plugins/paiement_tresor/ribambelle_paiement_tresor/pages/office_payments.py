"""The treasury desk: the payments of a day, what to decide, what the régie keeps."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import spreadsheets
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_paiement_tresor import deciding, till
from ribambelle_paiement_tresor.domain.accounts import LEDGERS
from ribambelle_paiement_tresor.domain.counter import MEANS
from ribambelle_paiement_tresor.domain.payment import ALERTS, STATES
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.pages.office_guards import reading
from ribambelle_paiement_tresor.pages.office_guards import till as at_till
from ribambelle_paiement_tresor.queries import books, payments, people, receipts, reports
from ribambelle_paiement_tresor.queries.payments import OnLine
from ribambelle_paiement_tresor.tables import Payment, Receipt

DESK = "/bureau/paiement"
PAID = ("card", "debit")
SHAPES = {
    **{"paid": ("coche", "ok"), "disputed": ("triangle", "erreur"), "reversed": ("croix", "")},
    **dict.fromkeys(("draft", "open", "awaiting"), ("moitie", "info")),
    **dict.fromkeys(("refused", "abandoned", "expired", "failed"), ("croix", "")),
}


@dataclass(frozen=True)
class DayPage:
    """The payments of one day."""

    day: date
    today: date
    decide: list[OnLine]
    rows: list[OnLine]
    given: list[Receipt]
    undone: set[int]
    names: dict[int, str]
    kept: list[tuple[str, str, int]]
    may_change: bool
    told: int | None = None
    """What the treasury's report says of this day, in cents; None before it is counted."""
    means: dict[str, str] = field(default_factory=lambda: MEANS)
    states: dict[str, str] = field(default_factory=lambda: STATES)
    alerts: dict[str, str] = field(default_factory=lambda: ALERTS)
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    @property
    def paid(self) -> int:
        """What was paid on line this day, in cents."""
        return sum(one.row.cents for one in self.rows if one.counts)

    @property
    def taken(self) -> int:
        """What was taken at the counter this day, in cents."""
        return sum(row.cents for row in self.given if int(row.id) not in self.undone)

    @property
    def awaited(self) -> int:
        """How many payments the treasury has not answered yet."""
        return sum(one.row.state in ("draft", "open", "awaiting") for one in self.rows)

    @property
    def around(self) -> tuple[date, date | None]:
        """The day before, and the day after unless it is to come."""
        after = self.day + timedelta(days=1)
        return self.day - timedelta(days=1), after if after <= self.today else None

    def called(self, row: Receipt) -> str:
        """The number a receipt bears."""
        return receipts.called(row)


def asked_day(request: Request[Any, Any, Any], today: date) -> date:
    """Return the day asked for, or today."""
    try:
        asked = date.fromisoformat(str(request.query_params.get("jour", "")))
    except ValueError:
        return today
    return asked if 2000 <= asked.year <= today.year + 1 else today


async def day_page(tenant: Tenant, person: Person, day: date) -> DayPage:
    """Return what the desk shows of a day."""
    first = datetime(day.year, day.month, day.day, tzinfo=tenant.zone)
    given = await receipts.on(day)
    rows = await payments.on(first, first + timedelta(days=1))
    balances = await books.balances()
    return DayPage(
        day,
        tenant.now().date(),
        await payments.to_look_at(),
        rows,
        given,
        await receipts.undone([int(row.id) for row in given]),
        await people.payer_names({row.payer for row in given}),
        [
            (code, LEDGERS[code], balances[code])
            for code in ("cash", "cheques", "cesu", "terminal")
            if balances.get(code)
        ],
        person.holds("regisseur", "admin"),
        await reports.told_of(day),
    )


@get(
    DESK,
    name="paiement.office.desk",
    told="Voir les paiements d’un jour, ce qui est à décider, la caisse",
    guards=[reading],
)
async def desk(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show what was paid on a day, what somebody must decide, what the régie keeps."""
    day = asked_day(request, now.date())
    return Page("paiement/office/desk.html", await day_page(tenant, person, day))


@get(
    f"{DESK}/jour",
    name="paiement.office.day_sheet",
    told="Télécharger les paiements d’un jour",
    guards=[reading],
)
async def day_sheet(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send the payments of a day, on line and at the counter."""
    page = await day_page(tenant, person, asked_day(request, now.date()))
    heads = ["Heure", "Référence", "Famille", "Factures", "Moyen", "État", "Autorisation", "€"]
    lines: list[list[Any]] = [
        [
            one.row.created_at.astimezone(tenant.zone).strftime("%H:%M"),
            one.row.reference,
            one.name,
            ", ".join(one.called),
            one.means,
            STATES[one.row.state],
            one.row.authorisation,
            one.row.cents / 100,
        ]
        for one in page.rows
    ]
    lines += [
        [
            row.at.astimezone(tenant.zone).strftime("%H:%M"),
            receipts.called(row),
            page.names.get(row.payer, ""),
            "",
            MEANS[row.means],
            "Annulé" if int(row.id) in page.undone else "Encaissé",
            row.reference,
            row.cents / 100,
        ]
        for row in page.given
    ]
    return spreadsheets.answer("xlsx", f"paiements-{page.day}", heads, lines)


@get(
    f"{DESK}/paiements/{{number:int}}",
    name="paiement.office.payment",
    reads="paiement.payment:{number}",
    told="Voir un paiement en ligne, et ce que le Trésor en a dit",
    guards=[reading],
)
async def payment(number: FromPath[int], person: NamedDependency[Person]) -> Page:
    """Show one payment with everything that was said to the treasury."""
    return Page("paiement/office/payment.html", await payment_page(number, person))


@dataclass(frozen=True)
class PaymentPage:
    """One payment, and what was said about it."""

    one: OnLine
    exchanges: list[Any]
    may_change: bool
    states: dict[str, str] = field(default_factory=lambda: STATES)
    alerts: dict[str, str] = field(default_factory=lambda: ALERTS)
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)


async def payment_page(number: int, person: Person) -> PaymentPage:
    """Return what the page of a payment shows."""
    row = await payments.one(number)
    (one,) = await payments.told([row])
    return PaymentPage(one, await payments.exchanges(number), person.holds("regisseur", "admin"))


@post(
    f"{DESK}/paiements/{{number:int}}/decider/{{how:str}}",
    name="paiement.office.decide",
    told="Décider d’un paiement en litige, ou écrire qu’une banque l’a rejeté",
    guards=[at_till],
)
async def decide(
    number: FromPath[int],
    how: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Credit, give back, note as seen, or write that the bank took it back."""
    row = await payments.one(number)
    try:
        words = await _decided(tenant, person, row, how)
    except Refused as refusal:
        words = "Ce paiement n’attend plus de décision. Voici où il en est."
        if refusal.reason == "to_decide":
            words = "Le Trésor vient d’annoncer autre chose : décidez d’abord de cet argent."
        seen.tell("info", words)
        return Redirect(f"{DESK}/paiements/{number}", status_code=303)
    seen.tell("ok", words)
    return Redirect(f"{DESK}/paiements/{number}" if how == "rejeter" else DESK, status_code=303)


async def _decided(tenant: Tenant, person: Person, row: Payment, how: str) -> str:
    match how:
        case "crediter":
            await deciding.credit(tenant, person, row)
            return "Compté : la facture d’abord, le reste en avance de la famille."
        case "rembourser":
            await deciding.refund(tenant, person, row)
            return "Remboursement écrit. Il reste à le faire au Trésor."
        case "rejeter":
            await deciding.reverse(tenant, person, row)
            return "Rejet écrit : la facture est de nouveau due, la famille est prévenue."
        case "vu":
            await deciding.seen(person, row)
            return "Noté : plus rien à faire pour ce paiement."
    raise Refused("not_disputed")


@post(
    f"{DESK}/caisse/{{ledger:str}}",
    name="paiement.office.deposit",
    told="Verser au Trésor ce que la régie a en caisse",
    guards=[at_till],
)
async def deposit(
    ledger: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Write that what is kept of one kind goes to the treasury."""
    form = await request.form()
    cents = await till.deposit(tenant, person, ledger, str(form.get("key", ""))[:64])
    if cents:
        seen.tell("ok", f"{euros(cents)} versés au Trésor.")
    else:
        seen.tell("info", "Rien à verser : c’était déjà fait.")
    return Redirect(DESK, status_code=303)


ROUTES = [desk, day_sheet, payment, decide, deposit]
