"""Paying on line: to the treasury's page and back, with words that promise nothing too early."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_paiement_tresor import paying, resolving
from ribambelle_paiement_tresor.domain.payment import STATES
from ribambelle_paiement_tresor.pages.invoices import HERE as INVOICES
from ribambelle_paiement_tresor.pages.refusals import words
from ribambelle_paiement_tresor.queries import mine, payments
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Payment

HERE = "/paiement/paiements"
IS_NUMBER = re.compile(r"[0-9]{1,9}")
WAITING = ("draft", "open", "awaiting")


@dataclass(frozen=True)
class PaymentPage:
    """Where one payment stands."""

    row: Payment
    invoices: list[Document]
    target: str | None
    treasury: str
    began: datetime
    paid: datetime | None

    @property
    def is_waiting(self) -> bool:
        """Tell whether the treasury has not said how it ended."""
        return self.row.state in WAITING

    @property
    def is_fictitious(self) -> bool:
        """Tell whether no money moves: a trial, or a demonstration."""
        return self.row.saisie == "T" or not self.row.is_real

    @property
    def words(self) -> dict[str, str]:
        """The states of a payment, in words."""
        return STATES


async def own(person: Person, number: int) -> Payment:
    """Return a payment of whoever is signed in, or behave as if it did not exist."""
    row = await payments.one(number)
    if not person.is_family or row.payer not in await mine.accounts(person.account or 0):
        raise NotYours
    return row


async def page_of(tenant: Tenant, row: Payment) -> PaymentPage:
    """Return what the page of a payment shows."""
    shares = await payments.shares(int(row.id))
    return PaymentPage(
        row,
        await mine.some([one.invoice for one in shares]),
        paying.page_of(tenant, row),
        tenant.of(Settings).treasury,
        row.created_at.astimezone(tenant.zone),
        (row.paid_at or row.settled_at).astimezone(tenant.zone)
        if row.paid_at or row.settled_at
        else None,
    )


@post(
    "/paiement/payer",
    name="paiement.pay",
    told="Payer une ou plusieurs factures en ligne",
    guards=[guards.in_person],
)
async def pay(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Open a payment of what was chosen; one already under way is shown instead."""
    form = await request.form()
    chosen = [int(one) for one in form.getall("facture", []) if IS_NUMBER.fullmatch(str(one))]
    try:
        number = await paying.start(tenant, person, chosen[:50])
    except Refused as refusal:
        seen.tell("info" if refusal.reason == "under_way" else "erreur", words(refusal))
        if held := refusal.facts.get("payment"):
            return Redirect(f"{HERE}/{held}", status_code=303)
        return Redirect(
            f"{INVOICES}/{chosen[0]}" if len(chosen) == 1 else INVOICES, status_code=303
        )
    return Redirect(f"{HERE}/{number}/tresor", status_code=303)


@get(
    f"{HERE}/{{number:int}}/tresor",
    name="paiement.to_treasury",
    told="Aller sur la page de paiement du Trésor public",
    guards=[guards.in_person],
)
async def to_treasury(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Response[Any]:
    """Lead to the treasury's page while it may be opened; to where the payment stands otherwise."""
    page = await page_of(tenant, await own(person, number))
    if page.target is None:
        return Redirect(f"{HERE}/{number}", status_code=303)
    # a redirection that answers a form may not leave the portal: the next page does
    return Page("paiement/to_treasury.html", page, refresh=f"1;url={page.target}")


@get(
    f"{HERE}/{{number:int}}",
    name="paiement.payment",
    told="Voir où en est un paiement en ligne",
    guards=[guards.family],
)
async def payment(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Show where a payment stands: paid once the treasury said so, never before."""
    return Page("paiement/payment.html", await page_of(tenant, await own(person, number)))


@post(
    f"{HERE}/{{number:int}}/verifier",
    name="paiement.check",
    told="Faire demander au Trésor où en est un paiement",
    act="paiement.asked_again",
    guards=[guards.family],
)
async def check(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Redirect:
    """Have the treasury asked soon; pressed again and again, it is asked once."""
    row = await own(person, number)
    async with transaction():
        await resolving.hint(tenant, row)
    return Redirect(f"{HERE}/{number}", status_code=303)


ROUTES = [pay, to_treasury, payment, check]
