"""The only way a payment is paid: the treasury is asked, and its own answer is checked and booked."""

from datetime import date, datetime, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.clock import after
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor import treasury
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain import payment as rule
from ribambelle_paiement_tresor.domain.accounts import Entry, Share
from ribambelle_paiement_tresor.domain.payment import Asked, Heard, Move
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.payfip import Exchange, PayfipError, PayfipFunctional, Result
from ribambelle_paiement_tresor.payfip.answers import PARIS
from ribambelle_paiement_tresor.paying import SOON, ask_later
from ribambelle_paiement_tresor.queries import books, mine, payments, reports
from ribambelle_paiement_tresor.tables import Payment

LEASE = timedelta(seconds=60)
MEANS = {"card": "par carte bancaire", "debit": "par prélèvement"}


async def ask(payment: int, trigger: str = "poll") -> None:
    """Ask the treasury about a payment, unless somebody just did; a job."""
    tenant = tenants.current()
    try:
        row = await payments.one(payment)
    except NotYours:
        return
    await resolve(tenant, row, trigger)


async def forget() -> None:
    """Forget what was said to the treasury thirteen months ago, and reports left aside; a job."""
    await payments.forget(tenants.current().now())
    await reports.forget(tenants.current().now())


async def hint(tenant: Tenant, row: Payment) -> None:
    """Somebody says a payment moved: have the treasury asked soon; in the open transaction.

    A settled payment has nothing to say any more, and twenty notices at once make one question.
    """
    now = after(tenant.now())
    first = row.seen_at is None
    soon = now if first else now + SOON
    if row.ask_at is not None and row.ask_at <= soon:
        soon = row.ask_at
    changed = await payments.change(
        int(row.id), {Payment.seen_at: row.seen_at or now, Payment.ask_at: soon}
    )
    if changed:
        await ask_later(int(row.id), soon)


async def resolve(tenant: Tenant, row: Payment, trigger: str) -> None:
    """Ask the treasury how a payment stands, and write what comes of it.

    Asked by a page, a notice and the worker at once, it is asked once. Killed anywhere, it is asked
    again: what is booked is known by the treasury's own name of the payment.
    """
    now = after(tenant.now())
    if row.operation is None:
        await _never_asked(row, now)
        return
    if not await payments.claim(int(row.id), now, now + LEASE):
        return
    heard, said, result = await _heard(tenant, row.operation)
    async with transaction():
        # what it settles is not handed over to the comptable meanwhile
        await locks.advisory(*await _payers(row))
        current = await payments.taken(int(row.id))
        move = rule.moved(asked(current), heard, tenant.now().astimezone(PARIS))
        await _write(tenant, current, move, result)
        outcome = heard.letter or heard.code or move.state
        await payments.keep(int(row.id), trigger, outcome, said, tenant.now())


async def _payers(row: Payment) -> list[str]:
    """Return the names under which whoever else settles these invoices waits."""
    shares = await payments.shares(int(row.id))
    found = {one.payer for one in await mine.some([one.invoice for one in shares])}
    return [f"paiement.payer:{payer}" for payer in sorted(found | {row.payer})]


async def _heard(tenant: Tenant, operation: str) -> tuple[Heard, Exchange, Result | None]:
    try:
        told = await treasury.reached(tenant).result(operation)
    except PayfipFunctional as error:
        return Heard("functional", code=error.code), error.exchange, None
    except PayfipError as error:
        return Heard("silence", code=type(error).__name__[6:]), error.exchange, None
    heard = Heard("result", told.letter, told.cents, told.refdet, told.numcli, told.saisie)
    return heard, told.exchange, told


async def _never_asked(row: Payment, now: datetime) -> None:
    """End a payment whose page was never given: stopped before the treasury's answer was read."""
    if row.state == "draft" and now >= after(row.created_at, rule.WINDOW):
        async with transaction():
            if await payments.change(int(row.id), {Payment.state: "failed", Payment.ask_at: None}):
                await payments.release(int(row.id))


def asked(row: Payment) -> Asked:
    """Return a payment as its rule reads it."""
    return Asked(
        row.state,
        row.cents,
        row.reference,
        row.client,
        row.saisie,
        row.created_at.astimezone(PARIS),
        seen=row.seen_at is not None,
        failures=row.failures,
    )


async def _write(tenant: Tenant, row: Payment, move: Move, told: Result | None) -> None:
    """Write a move with its entry, its receipt and the next question, together."""
    now = tenant.now()
    more: dict[str, Any] = {}
    if move.state in ("paid", "disputed") and told:
        more = {
            "authorisation": told.authorisation,
            "paid_at": told.moment,
            "settled_at": now if move.state == "paid" else None,
        }
    ask_at = after(now, move.ask_in) if move.ask_in else None
    if not await payments.move(int(row.id), move, ask_at, now, **more):
        return
    if ask_at:
        await ask_later(int(row.id), ask_at)
    if move.state == "disputed":
        await _suspend(row, told, now)
    if move.state == "paid" and row.saisie != "T":
        await _settle(tenant, row, move, told, now)


async def _suspend(row: Payment, told: Result | None, now: datetime) -> None:
    """Keep money that does not match apart, until somebody of the régie decides."""
    if row.saisie == "T" or not told or not told.cents:
        return
    postings = accounts.moved("suspense", "payfip", told.cents)
    entry = Entry(f"payfip:{row.operation}", "disputed", now.date(), postings, row.regie)
    await books.write([entry], now, is_real=row.is_real)


def paid_on(row: Payment, told: Result | None, now: datetime) -> date:
    """Return the day a payment counts: the treasury's own, unless it cannot be."""
    said = told.moment.astimezone(now.tzinfo) if told and told.moment else now
    began = row.created_at.astimezone(now.tzinfo).date()
    return said.date() if began <= said.date() <= now.date() else now.date()


async def _settle(
    tenant: Tenant, row: Payment, move: Move, told: Result | None, now: datetime
) -> None:
    """Book a payment once, and write its receipt."""
    documents = await mine.some([one.invoice for one in await payments.shares(int(row.id))])
    payers = {one.id: one.payer for one in documents}
    shares = [
        Share(one.invoice, one.cents, payers.get(one.invoice))
        for one in await payments.shares(int(row.id))
    ]
    owed = await books.standing([one.invoice for one in shares])
    left = {number: one.owed for number, one in owed.items()}
    postings = accounts.settled("payfip", row.payer, row.cents, shares, left)
    day = paid_on(row, told, now)
    entry = Entry(f"payfip:{row.operation}", "paid", day, postings, row.regie)
    if not await books.write([entry], now, is_real=row.is_real):
        return
    if any(one.ledger == "credit" for one in postings):
        await Payment.update({Payment.alert: "surplus"}).where(Payment.id == row.id)
    if not documents or not documents[0].email:
        return
    await post(
        "paiement/messages/receipt",
        documents[0].email,
        account=documents[0].account,
        name=documents[0].given_name,
        cents=row.cents,
        day=(told.moment if told and told.moment else now).astimezone(now.tzinfo),
        means=MEANS[move.means],
        reference=row.reference,
        lines="\n".join(
            f"Facture {one.called} : {euros(share.cents)}"
            for one, share in zip(documents, sorted(shares, key=lambda s: s.invoice), strict=False)
        ),
        link=tenant.url("/paiement/factures"),
    )
