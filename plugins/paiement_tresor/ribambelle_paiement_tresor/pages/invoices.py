"""The invoices of a family: what is due, what was paid, each one explained line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.printed import sent
from ribambelle_paiement_tresor import claiming, mandating, noticing, printing, treasury
from ribambelle_paiement_tresor.claiming import Payable
from ribambelle_paiement_tresor.domain.invoices import STANDINGS
from ribambelle_paiement_tresor.domain.summary import Part, by_child
from ribambelle_paiement_tresor.queries import books, debits, mine, payments, titres
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Regie, Settings
from ribambelle_paiement_tresor.tables import Payment

HERE = "/paiement/factures"
ASIDE = {
    "card": ("mairie", "Carte bancaire, à la régie"),
    "cash": ("mairie", "Espèces, à la régie"),
    "cheque": ("lettre", "Chèque"),
    "cesu": ("bebe", "CESU, sauf pour la cantine"),
    "transfer": ("euro", "Virement"),
    "debit": ("agenda", "Prélèvement automatique"),
}


@dataclass(frozen=True)
class InvoicesPage:
    """What a family owes, and every invoice it had."""

    due: list[Document]
    others: list[Document]
    credit: int
    is_open: bool
    today: date

    @property
    def cents(self) -> int:
        """What is due, all together."""
        return sum(one.owed for one in self.due)

    @property
    def words(self) -> dict[str, str]:
        """Where an invoice stands, in words."""
        return STANDINGS


@get(
    HERE,
    name="paiement.invoices",
    told="Voir ses factures",
    guards=[guards.family],
)
async def every(
    person: NamedDependency[Person], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Page:
    """Show what is due first, the most urgent on top; then the others."""
    found = await mine.of_account(person.account) if person.account else []
    due = sorted((one for one in found if one.owed), key=lambda one: (one.due_on, one.id))
    accounts = await mine.accounts(person.account) if person.account else []
    page = InvoicesPage(
        due,
        [one for one in found if not one.owed],
        await books.credit(accounts),
        await treasury.is_open(tenant, person.email),
        now.date(),
    )
    return Page("paiement/invoices.html", page)


@dataclass(frozen=True)
class InvoicePage:
    """One invoice, explained."""

    one: Document
    parts: list[Part]
    regie: Regie | None
    is_open: bool
    today: date
    under_way: Payment | None
    paid: Sequence[Payment]
    corrected: Document | None
    corrections: Sequence[Document]
    debited_on: date | None = None
    """When the account of the family is debited for it."""
    may_debit: bool = False
    """A mandate may be signed for it."""
    titre: Payable | None = None

    @property
    def standing(self) -> str:
        """Where it stands, as a code of STANDINGS."""
        return self.one.standing(self.today)

    @property
    def on_line(self) -> bool:
        """Tell whether it may be paid from here."""
        regie = self.regie
        return bool(self.is_open and regie and regie.payfip and "card" in regie.means)

    @property
    def aside(self) -> list[tuple[str, str]]:
        """How else it may be paid."""
        return [ASIDE[one] for one in self.one.told.means]

    @property
    def words(self) -> dict[str, str]:
        """Where an invoice stands, in words."""
        return STANDINGS


async def page_of(tenant: Tenant, person: Person, one: Document, today: date) -> InvoicePage:
    """Return what the page of an invoice shows."""
    held = await payments.holding([one.id])
    others = await mine.corrections(one.id)
    corrected = await mine.some([one.corrects]) if one.corrects else []
    return InvoicePage(
        one,
        by_child(await mine.lines(one.id)),
        tenant.of(Settings).regie(one.regie),
        await treasury.is_open(tenant, person.email),
        today,
        held[0] if held else None,
        await payments.settling(one.id),
        corrected[0] if corrected else None,
        others,
        (await debits.held([one.id])).get(one.id),
        await _may_debit(tenant, person, one),
        await claiming.of(tenant, one, person.email),
    )


async def _may_debit(tenant: Tenant, person: Person, one: Document) -> bool:
    """Tell whether a family may sign a mandate for an invoice, and has none."""
    regie = mandating.debiting(tenant)
    if regie is None or one.regie != regie.code or not person.is_family or person.behalf:
        return False
    signed = await debits.live(one.payer)
    return signed is None or signed.state != "active"


@get(
    f"{HERE}/{{number:int}}",
    name="paiement.invoice",
    told="Lire une facture, ligne par ligne",
    guards=[guards.family],
)
async def invoice(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show what is left to pay, then each child, each day, and why these prices."""
    one = await mine.of_person(person, number)
    return Page("paiement/invoice.html", await page_of(tenant, person, one, now.date()))


@get(
    f"{HERE}/{{number:int}}/pdf",
    name="paiement.invoice_pdf",
    told="Télécharger une facture",
    guards=[guards.family],
)
async def invoice_pdf(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Send the same words on paper."""
    one = await mine.of_person(person, number)
    paper = await printing.paper(tenant, one, await mine.lines(one.id))
    return sent(paper, f"{one.kind_word.lower()}-{one.called}")


@get(
    f"{HERE}/{{number:int}}/avis",
    name="paiement.titre_notice",
    told="Télécharger l’avis des sommes à payer d’une facture que le comptable réclame",
    guards=[guards.family],
)
async def notice(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Send the notice of the titre, once the treasury took it."""
    one = await mine.of_person(person, number)
    claimed = await titres.of_invoice(one.id)
    if claimed is None or not claimed.is_known:
        raise NotYours
    if (await titres.left([claimed.id])).get(claimed.id, 0) <= 0:
        raise NotYours
    row, piece = await titres.one(claimed.bordereau), await titres.piece(claimed.id)
    return sent(await noticing.papers(tenant, row, [piece]), f"avis-{row.exercise}-{piece.number}")


ROUTES = [every, invoice, invoice_pdf, notice]
