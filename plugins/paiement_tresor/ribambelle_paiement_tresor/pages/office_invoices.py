"""Every invoice, at the town hall: found, read, corrected."""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms, tenants
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import spreadsheets
from ribambelle.web.home import Found
from ribambelle.web.page import Page
from ribambelle.web.printed import sent
from ribambelle.web.visit import Visit
from ribambelle_paiement_tresor import crediting, printing
from ribambelle_paiement_tresor.domain.invoices import STANDINGS
from ribambelle_paiement_tresor.domain.summary import Part, by_child
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.pages.amounts import AMOUNT, cents_of
from ribambelle_paiement_tresor.pages.office_guards import reading, till
from ribambelle_paiement_tresor.queries import mine, registry, titres
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.queries.registry import Wanted
from ribambelle_paiement_tresor.queries.titres import Claimed

DESK = "/bureau/paiement/factures"
SIZE = 50
KINDS = [("meal", "Des repas"), ("care", "De la garde"), ("other", "Autre chose")]
AT_THE_COMPTABLE = (
    "Un titre la réclame déjà : demandez au comptable un titre de réduction, l’avoir suivra."
)


@dataclass(frozen=True)
class InvoicesPage:
    """Some invoices of the town."""

    rows: list[Document]
    wanted: Wanted
    total: int
    page: int
    today: date
    words: dict[str, str] = field(default_factory=lambda: STANDINGS)

    @property
    def first(self) -> int:
        """Rank of the first line shown."""
        return self.page * SIZE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Rank of the last line shown."""
        return min(self.total, (self.page + 1) * SIZE)

    def at(self, page: int) -> str:
        """Return the address of another page of the same list."""
        return f"?{self.wanted.query}&page={page}"


def wanted_of(request: Request[Any, Any, Any]) -> Wanted:
    """Return what somebody looks for."""
    told = request.query_params
    period = str(told.get("periode", ""))
    return Wanted(
        str(told.get("q", "")).replace("\0", "").strip()[:100],
        str(told.get("etat", "")),
        int(period) if period.isdecimal() and len(period) < 10 else 0,
    )


@get(
    DESK,
    name="paiement.office.invoices",
    told="Chercher une facture, par famille, numéro ou état",
    guards=[reading],
)
async def every(request: Request[Any, Any, Any], now: NamedDependency[datetime]) -> Page:
    """Show invoices, the latest first."""
    wanted = wanted_of(request)
    asked = str(request.query_params.get("page", "0"))
    number = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    total = await registry.count(wanted, now.date())
    number = min(number, max(0, (total - 1) // SIZE))
    rows = await registry.found(wanted, now.date(), number * SIZE, SIZE)
    return Page(
        "paiement/office/invoices.html", InvoicesPage(rows, wanted, total, number, now.date())
    )


@get(
    f"{DESK}/liste",
    name="paiement.office.invoices_sheet",
    told="Télécharger la liste des factures affichées",
    guards=[reading],
)
async def sheet(request: Request[Any, Any, Any], now: NamedDependency[datetime]) -> Response[bytes]:
    """Send the invoices looked for, all of them."""
    today = now.date()
    rows = await registry.found(wanted_of(request), today, 0, 100_000)
    heads = [
        *("Numéro", "Nature", "Famille", "Période", "Émise le", "À payer avant le"),
        *("Montant (€)", "Reste dû (€)", "État"),
    ]
    lines = [
        [
            *(one.called, one.kind_word, one.recipient.name, one.days, one.issued_on, one.due_on),
            *(one.cents / 100, one.owed / 100, STANDINGS[one.standing(today)]),
        ]
        for one in rows
    ]
    return spreadsheets.answer("xlsx", "factures", heads, lines)


class CreditForm(msgspec.Struct, frozen=True):
    """What is given back of an invoice, and why."""

    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    amount: str = ""
    kind: Literal["meal", "care", "other"] = "other"
    why: Annotated[str, msgspec.Meta(max_length=180)] = ""


@dataclass(frozen=True)
class InvoicePage:
    """One invoice, at the town hall."""

    one: Document
    parts: list[Part]
    corrections: list[Document]
    corrected: Document | None
    today: date
    may_change: bool
    titre: Claimed | None = None
    form: Bound[CreditForm] | None = None
    words: dict[str, str] = field(default_factory=lambda: STANDINGS)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    kinds: list[tuple[str, str]] = field(default_factory=lambda: KINDS)

    @property
    def left(self) -> int:
        """What may still be given back, in cents."""
        return self.one.cents + sum(one.cents for one in self.corrections)


async def invoice_page(
    tenant: Tenant, person: Person, number: int, form: Bound[CreditForm] | None = None
) -> Page:
    """Show an invoice; with a form, what is wrong in it."""
    one = await mine.one(number)
    page = InvoicePage(
        one,
        by_child(await mine.lines(number)),
        await mine.corrections(number),
        await mine.one(one.corrects) if one.corrects else None,
        tenant.now().date(),
        person.holds("regisseur", "admin"),
        await titres.of_invoice(number),
        form,
    )
    return Page("paiement/office/invoice.html", page, status=422 if form else 200)


@get(
    f"{DESK}/{{number:int}}",
    name="paiement.office.invoice",
    reads="paiement.invoice:{number}",
    told="Lire la facture d’une famille",
    guards=[reading],
)
async def invoice(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show the same lines as the family's page, and what the régie may do."""
    return await invoice_page(tenant, person, number)


@get(
    f"{DESK}/{{number:int}}/pdf",
    name="paiement.office.invoice_pdf",
    reads="paiement.invoice:{number}",
    told="Télécharger la facture d’une famille",
    guards=[reading],
)
async def invoice_pdf(number: FromPath[int], tenant: NamedDependency[Tenant]) -> Response[bytes]:
    """Send the invoice on paper."""
    one = await mine.one(number)
    paper = await printing.paper(tenant, one, await mine.lines(number))
    return sent(paper, f"{one.kind_word.lower()}-{one.called}")


@post(
    f"{DESK}/{{number:int}}/avoir",
    name="paiement.office.credit_note",
    told="Rectifier une facture par un avoir",
    guards=[till],
)
async def credit_note(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Give back some of an invoice by a new document: the invoice itself never changes."""
    one = await mine.one(number)
    form = await forms.read(request, CreditForm)
    told, wrong = form.told, {}
    cents = cents_of(told.amount)
    if cents is None or cents <= 0:
        wrong["amount"] = AMOUNT
    if not told.why and "why" not in form.errors:
        wrong["why"] = "Écrivez pourquoi : la famille lira cette phrase."
    note = 0
    if not wrong and form.struct is not None and cents is not None:
        try:
            key = told.key or secrets.token_urlsafe(12)
            note = await crediting.credit_note(tenant, person, one, cents, told.why, key, told.kind)
        except Refused as refusal:
            wrong["amount"] = AT_THE_COMPTABLE
            if refusal.reason == "more_than_billed":
                left = euros(refusal.facts["left"])
                wrong["amount"] = f"Cette facture ne porte plus que {left}."
    if wrong or form.struct is None:
        return await invoice_page(tenant, person, number, form.wrong(**wrong))
    seen.tell("ok", "Avoir émis. La famille est prévenue.")
    return Redirect(f"{DESK}/{note}", status_code=303)


async def find(person: Person, words: str) -> list[Found]:
    """Return the invoices whose family or number bears these words, the latest first."""
    if not person.holds(*reading.roles):
        return []
    today = tenants.current().now().date()
    return [
        Found(
            one.kind_word,
            f"{one.called}, {one.recipient.name}",
            f"{one.days or one.kind_word}, {STANDINGS[one.standing(today)].lower()}",
            f"{DESK}/{one.id}",
        )
        for one in await registry.found(Wanted(words), today, 0, 5)
    ]


ROUTES = [every, sheet, invoice, invoice_pdf, credit_note]
