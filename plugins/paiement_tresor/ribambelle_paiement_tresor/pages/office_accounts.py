"""The account of one family at the régie: what it owes, taking its money, giving some back."""

import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours, Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.messages import printing
from ribambelle.messages.printing import Addressed
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.page import Page
from ribambelle.web.printed import sent
from ribambelle.web.visit import Visit
from ribambelle_paiement_tresor import crediting, till
from ribambelle_paiement_tresor.declared_papers import TILL
from ribambelle_paiement_tresor.domain.counter import MEANS
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.pages.amounts import AMOUNT, cents_of
from ribambelle_paiement_tresor.pages.office_guards import reading
from ribambelle_paiement_tresor.pages.office_guards import till as at_till
from ribambelle_paiement_tresor.pages.statement import StatementPage, statement_of
from ribambelle_paiement_tresor.queries import books, mine, people, receipts
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.tables import Receipt
from ribambelle_paiement_tresor.till import TOLD, Taken

DESK = "/bureau/paiement/comptes"
REFUSALS = {
    "nothing_due": "Rien n’est à payer dans ce que vous avez coché.",
    "several_regies": "Ces factures ne vont pas à la même régie : encaissez-les séparément.",
    "in_a_batch": "Une de ces factures est dans une remise de prélèvements : elle sera débitée.",
    "no_credit": "Cette famille n’a pas autant d’avance.",
}

UNDONE = "Ce reçu est annulé : ce qu’il payait est de nouveau dû."


class TakenForm(msgspec.Struct, frozen=True):
    """What is put on the counter."""

    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    invoices: tuple[int, ...] = ()
    means: str = ""
    amount: str = ""
    reference: Annotated[str, msgspec.Meta(max_length=80)] = ""


class RefundForm(msgspec.Struct, frozen=True):
    """What is given back, and how."""

    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    refund: str = ""
    why: Annotated[str, msgspec.Meta(max_length=200)] = ""


class UseForm(msgspec.Struct, frozen=True):
    """Which invoice the credit pays."""

    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    invoice: int = 0


@dataclass(frozen=True)
class AccountPage:
    """One family's account."""

    payer: int
    name: str
    due: list[Document]
    credit: int
    statement: StatementPage
    given: list[Receipt]
    undone: set[int]
    may_change: bool
    means: list[tuple[str, str]]
    today: date
    taking: Bound[TakenForm] | None = None
    refunding: Bound[RefundForm] | None = None
    key: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def called(self, row: Receipt) -> str:
        """The number a receipt bears."""
        return receipts.called(row)

    @property
    def by_means(self) -> dict[str, str]:
        """How money is taken, in words."""
        return dict(self.means)

    @property
    def cents(self) -> int:
        """What is due, all together."""
        return sum(one.owed for one in self.due)

    @property
    def amount(self) -> str:
        """What is due, as a form writes it."""
        return f"{self.cents // 100},{self.cents % 100:02}"


async def account_page(tenant: Tenant, person: Person, payer: int, **wrong: Any) -> Page:
    """Show an account; with a form, what is wrong in it."""
    name = await people.payer_name(payer)
    found = await mine.of_payer(payer)
    given = await receipts.of_payer(payer)
    page = AccountPage(
        payer,
        name,
        sorted((one for one in found if one.owed), key=lambda one: (one.due_on, one.id)),
        await books.credit([payer]),
        await statement_of([payer]),
        given,
        await receipts.undone([int(row.id) for row in given]),
        person.holds("regisseur", "admin"),
        list(MEANS.items()),
        tenant.now().date(),
        **wrong,
    )
    return Page("paiement/office/account.html", page, status=422 if wrong else 200)


@get(
    f"{DESK}/{{payer:int}}",
    name="paiement.office.account",
    reads="paiement.payer:{payer}",
    told="Voir le compte d’une famille à la régie",
    guards=[reading],
)
async def account(
    payer: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show what a family owes, what it paid, and its receipts."""
    return await account_page(tenant, person, payer)


@post(
    f"{DESK}/{{payer:int}}/encaisser",
    name="paiement.office.take",
    told="Encaisser au guichet, et donner un reçu",
    guards=[at_till],
)
async def take(
    payer: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Take money for some invoices; what is over becomes the family's credit."""
    await people.payer_name(payer)
    form = await forms.read(request, TakenForm)
    told, wrong = form.told, {}
    cents = cents_of(told.amount)
    if cents is None or cents <= 0:
        wrong["amount"] = AMOUNT
    if told.means not in MEANS:
        wrong["means"] = "Choisissez comment la famille paie."
    if not told.invoices:
        wrong["invoices"] = "Cochez au moins une facture."
    if wrong or form.struct is None or cents is None:
        return await account_page(tenant, person, payer, taking=form.wrong(**wrong))
    regie = (await mine.one(told.invoices[0])).regie
    key = told.key or secrets.token_urlsafe(12)
    what = Taken(payer, regie, told.means, cents, told.invoices, key, told.reference)
    try:
        number = await till.take(tenant, person, what)
    except Refused as refusal:
        words = REFUSALS.get(refusal.reason, "")
        if refusal.reason == "cesu_for_care_only":
            left = euros(refusal.facts["left"])
            words = f"Un CESU ne paie que la garde, jamais la cantine : {left} au plus ici."
        return await account_page(tenant, person, payer, taking=form.wrong(amount=words))
    row = await receipts.one(number)
    seen.tell("ok", f"Reçu {receipts.called(row)} : {euros(row.cents)} encaissés.")
    return Redirect(f"{DESK}/{payer}", status_code=303)


@post(
    f"{DESK}/{{payer:int}}/recus/{{number:int}}/annuler",
    name="paiement.office.undo_receipt",
    told="Annuler un reçu du guichet : chèque rejeté, erreur",
    guards=[at_till],
)
async def undo(
    payer: FromPath[int],
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Take a receipt back: what it paid is due again, and both stay in the books."""
    if (await receipts.one(number)).payer != payer:
        raise NotYours
    try:
        await till.undo(tenant, person, number, "Reçu annulé au guichet")
    except Refused as refusal:
        cents = euros(refusal.facts["cents"])
        words = f"L’avance de ce reçu a déjà servi, ou a été rendue : encaissez d’abord {cents}."
        seen.tell("erreur", words)
    else:
        seen.tell("ok", "Reçu annulé : ce qu’il payait est de nouveau dû.")
    return Redirect(f"{DESK}/{payer}", status_code=303)


@post(
    f"{DESK}/{{payer:int}}/recus/{{number:int}}/pdf",
    name="paiement.office.print_receipt",
    told="Imprimer un reçu du guichet",
    guards=[at_till],
)
async def print_receipt(
    payer: FromPath[int], number: FromPath[int], person: NamedDependency[Person]
) -> Response[bytes]:
    """Print a receipt, again if need be: it says when it was taken back."""
    row = await receipts.one(number)
    if row.payer != payer:
        raise NotYours
    paid = receipts.allocations_of(row)
    known = {one.id: one for one in await mine.some([invoice for invoice, _ in paid])}
    over = row.cents - sum(cents for _, cents in paid)
    name = await people.payer_name(payer)
    facts = {
        "parent": name,
        "number": receipts.called(row),
        "day": formats.jour_du_mois(row.day, True),
        "cents": euros(row.cents),
        "means": TOLD[row.means],
        "reference": row.reference,
        "paid": [f"{known[one].called} : {euros(cents)}" for one, cents in paid],
        "over": euros(over) if over else "",
        "undone": UNDONE if await receipts.undone([number]) else "",
    }
    paper = await printing.printed(
        TILL, Addressed(name), f"paiement.receipt:{number}", person, "office", facts
    )
    return sent(paper, f"recu-{receipts.called(row)}")


@post(
    f"{DESK}/{{payer:int}}/avance",
    name="paiement.office.use_credit",
    told="Payer une facture avec l’avance d’une famille",
    guards=[at_till],
)
async def use_credit(
    payer: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Use the credit of a family for one invoice, as far as it goes."""
    told = (await forms.read(request, UseForm)).told
    cents = await _tried(
        seen,
        crediting.use(tenant, person, payer, told.invoice, told.key or secrets.token_urlsafe(12)),
    )
    if cents:
        seen.tell("ok", f"{euros(cents)} déduits de l’avance.")
    return Redirect(f"{DESK}/{payer}", status_code=303)


async def _tried(seen: Visit, act: Awaitable[int]) -> int:
    try:
        return await act
    except Refused as refusal:
        seen.tell("erreur", REFUSALS.get(refusal.reason, "Ce n’est plus possible."))
        return 0


@post(
    f"{DESK}/{{payer:int}}/rembourser",
    name="paiement.office.refund",
    told="Rembourser l’avance d’une famille",
    guards=[at_till],
)
async def refund(
    payer: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[Any]:
    """Write that money goes back to a family, how and why."""
    await people.payer_name(payer)
    form = await forms.read(request, RefundForm)
    told, wrong = form.told, {}
    cents = cents_of(told.refund)
    if cents is None or cents <= 0:
        wrong["refund"] = AMOUNT
    if not told.why:
        wrong["why"] = "Écrivez comment et pourquoi : le comptable lira cette phrase."
    if not wrong and form.struct is not None and cents is not None:
        try:
            key = told.key or secrets.token_urlsafe(12)
            await crediting.refund(tenant, person, payer, cents, told.why, key)
        except Refused as refusal:
            left = euros(refusal.facts.get("left", 0))
            wrong["refund"] = f"Cette famille n’a que {left} d’avance."
    if wrong or form.struct is None:
        return await account_page(tenant, person, payer, refunding=form.wrong(**wrong))
    seen.tell("ok", "Remboursement écrit. Il reste à faire le virement.")
    return Redirect(f"{DESK}/{payer}", status_code=303)


ROUTES = [account, take, undo, print_receipt, use_credit, refund]
