"""Paying on line: what a family chose is written first, then the treasury is asked for a page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from ribambelle.clock import after
from ribambelle.database import REFUSED, locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor import treasury
from ribambelle_paiement_tresor.domain import payment as rule
from ribambelle_paiement_tresor.domain import request
from ribambelle_paiement_tresor.domain.accounts import Share
from ribambelle_paiement_tresor.domain.words import span
from ribambelle_paiement_tresor.payfip import (
    Created,
    PayfipError,
    PayfipFunctional,
)
from ribambelle_paiement_tresor.queries import books, debits, mine, payments
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Payment

NOTICE, RETURN = "/paiement/tresor/avis", "/paiement/retour"
TRIES = 2
SOON = timedelta(seconds=20)


async def start(tenant: Tenant, person: Person, numbers: Sequence[int]) -> int:
    """Open a payment of some invoices at the treasury; return its number.

    Raises Refused: nothing_due, several_regies, not_on_line, payments_closed, under_way, in_a_batch,
    amount_too_small, amount_too_large, email_missing, email_refused_by_treasury,
    treasury_refuses, treasury_silent. Nothing is held when it does.
    """
    letter = await treasury.saisie(tenant, person.email)
    chosen = await _payable(tenant, person, numbers)
    shares = [Share(one.id, one.owed) for one in chosen]
    failed: PayfipError | None = None
    for _ in range(TRIES):
        number = await _opened(tenant, person, chosen, shares, letter)
        try:
            await _ask_for_a_page(tenant, chosen, number)
        except PayfipFunctional as error:
            _refuse(error)
        except PayfipError as error:
            failed = error
        else:
            return number
    raise Refused("treasury_silent") from failed


async def _payable(tenant: Tenant, person: Person, numbers: Sequence[int]) -> list[Document]:
    """Return the invoices chosen, each of this person and still due."""
    found = [await mine.of_person(person, number) for number in dict.fromkeys(numbers)]
    chosen = [one for one in found if one.owed > 0]
    if not chosen:
        raise Refused("nothing_due")
    if len({one.regie for one in chosen}) > 1:
        raise Refused("several_regies")
    regie = tenant.of(Settings).regie(chosen[0].regie)
    if regie is None or not regie.payfip or "card" not in regie.means:
        raise Refused("not_on_line")
    request.checked_amount(sum(one.owed for one in chosen))
    request.checked_email(person.email)
    return chosen


async def _opened(
    tenant: Tenant, person: Person, chosen: list[Document], shares: list[Share], letter: str
) -> int:
    now, first = after(tenant.now()), chosen[0]
    regie = tenant.of(Settings).regie(first.regie)
    assert regie
    try:
        async with transaction():
            # the comptable may have taken one since it was read: it is not paid here any more
            await locks.advisory(*(f"paiement.payer:{one.payer}" for one in chosen))
            await _require_still_due(shares)
            await debits.require_free([one.id for one in chosen])
            attempt = await payments.attempts(first.id) + 1
            row = Payment(
                payer=first.payer,
                account=person.account,
                regie=first.regie,
                client=regie.payfip,
                reference=request.reference(first.year, first.id, attempt),
                saisie=letter,
                is_real=tenant.of(Settings).mode != "demo",
                cents=sum(one.cents for one in shares),
                email=person.email,
                state="draft",
                created_at=now,
                ask_at=now + rule.WINDOW,
            )
            number = await payments.open_one(row, shares)
            await ask_later(number, now + rule.WINDOW)
            return number
    except REFUSED as error:
        await _elsewhere([one.invoice for one in shares], error)


async def _require_still_due(shares: Sequence[Share]) -> None:
    """Refuse what is owed no more to the régie, or less than was read."""
    left = await books.standing([one.invoice for one in shares])
    if any(left.get(one.invoice, books.Standing()).owed < one.cents for one in shares):
        raise Refused("nothing_due")


async def _elsewhere(invoices: list[int], error: Exception) -> NoReturn:
    """Refuse a second payment of the same invoices, and say which one is under way."""
    held = await payments.holding(invoices)
    raise Refused("under_way", payment=held[0].id if held else 0) from error


async def _ask_for_a_page(tenant: Tenant, chosen: list[Document], number: int) -> None:
    """Ask the treasury for a page; the payment is open, or failed and lets its invoices go."""
    row = await payments.one(number)
    at = treasury.reached(tenant)
    try:
        created = await at.create(
            request.payment_request(
                numcli=row.client,
                year=chosen[0].year,
                refdet=row.reference,
                subject=_subject(chosen),
                cents=row.cents,
                email=row.email,
                saisie=row.saisie,
                notify_url=tenant.url(NOTICE),
                return_url=tenant.url(RETURN),
            )
        )
    except PayfipError as error:
        await _failed(tenant, number, error)
        raise
    await _open(tenant, number, created)


async def _open(tenant: Tenant, number: int, created: Created) -> None:
    now = after(tenant.now())
    async with transaction():
        await payments.keep(number, "create", "created", created.exchange, now)
        # the treasury may have written before its answer was read
        heard = await payments.was_heard(created.idop)
        at = now + (SOON if heard else rule.PLAN[0][1])
        told = {Payment.operation: created.idop, Payment.state: "open", Payment.ask_at: at}
        await payments.change(number, told | ({Payment.seen_at: now} if heard else {}))
        await ask_later(number, at)


async def _failed(tenant: Tenant, number: int, error: PayfipError) -> None:
    now = tenant.now()
    refused = isinstance(error, PayfipFunctional)
    code = error.code if isinstance(error, PayfipFunctional) else type(error).__name__[6:]
    async with transaction():
        await payments.keep(number, "create", code, error.exchange, now)
        await payments.change(
            number,
            {
                Payment.state: "failed",
                Payment.code: code[:20],
                Payment.ask_at: None,
                Payment.alert: "refused_by_treasury" if refused else "",
            },
        )
        await payments.release(number)


def _refuse(error: PayfipFunctional) -> NoReturn:
    raise Refused("treasury_refuses", told=error.label or error.code) from error


async def ask_later(number: int, at: datetime) -> None:
    """Have the treasury asked about a payment at a moment; in the open transaction."""
    await later("paiement", "ask", once=f"ask:{number}:{at.isoformat()}", at=at, payment=number)


def page_of(tenant: Tenant, row: Payment) -> str | None:
    """Return the treasury's page of a payment while it may be opened."""
    still = tenant.now() < after(row.created_at, rule.WINDOW)
    if row.state != "open" or not row.operation or not still:
        return None
    return treasury.reached(tenant).page(row.operation)


def _subject(chosen: list[Document]) -> str:
    first = chosen[0]
    if len(chosen) > 1:
        return f"{len(chosen)} factures dont {first.called}"
    days = f" {span(first.first, first.last)}" if first.first and first.last else ""
    return f"Facture {first.called}{days}"
