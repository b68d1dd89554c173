"""What the régie decides of a payment the treasury tells otherwise than we asked."""

from typing import Any

from piccolo.columns import Column

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor import crediting
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain.accounts import Entry
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.queries import books, mine, payments
from ribambelle_paiement_tresor.tables import Payment


async def credit(tenant: Tenant, person: Person, row: Payment) -> None:
    """Count disputed money for its invoices as far as they go, and the rest as credit."""
    await _settle(tenant, person, row, "credit")


async def refund(tenant: Tenant, person: Person, row: Payment) -> None:
    """Write that disputed money goes back to whoever paid it."""
    await _settle(tenant, person, row, "refund")


async def _settle(tenant: Tenant, person: Person, row: Payment, how: str) -> None:
    """Decide once. Raises Refused("not_disputed") when nothing waits for a decision."""
    now = tenant.now()
    async with transaction():
        await locks.advisory(f"paiement.payer:{row.payer}")
        held = await books.postings(f"payfip:{row.operation}")
        cents = -sum(one.cents for one in held if one.ledger == "suspense")
        if row.state != "disputed" or cents <= 0:
            raise Refused("not_disputed")
        postings = accounts.moved("payfip", "suspense", cents)
        if how == "credit":
            shares = await payments.shares(int(row.id))
            owed = await books.standing([one.invoice for one in shares])
            left = {number: one.owed for number, one in owed.items()}
            postings = accounts.settled("suspense", row.payer, cents, shares, left)
        entry = Entry(
            f"dispute:{row.operation}", "dispute_settled", now.date(), postings, row.regie
        )
        if not await books.write([entry], now, person.account, is_real=row.is_real):
            raise Refused("not_disputed")
        await payments.release(int(row.id))
        await _seen(person, row, how)


async def seen(person: Person, row: Payment) -> None:
    """Write that somebody of the régie looked at an alert, and that nothing more is to do.

    Money that waits for a decision is not seen away: raises Refused("to_decide").
    """
    async with transaction():
        await locks.advisory(f"paiement.payer:{row.payer}")
        if (await payments.one(int(row.id))).state == "disputed":
            raise Refused("to_decide")
        await _seen(person, row, "seen")


async def _seen(person: Person, row: Payment, how: str) -> None:
    await Payment.update({Payment.alert: ""}).where(Payment.id == row.id)
    await journal.record(
        "paiement.decided",
        f"paiement.payment:{row.id}",
        account=person.account,
        side="office",
        how=how,
        alert=row.alert,
    )


async def reverse(tenant: Tenant, person: Person, row: Payment) -> None:
    """Write that a bank took back what was paid: the invoices are due again, the family is told.

    Raises Refused("not_paid") for a payment nobody counted.
    """
    now = tenant.now()
    async with transaction():
        await locks.advisory(f"paiement.payer:{row.payer}")
        written = await books.postings(f"payfip:{row.operation}")
        if (await payments.one(int(row.id))).state != "paid" or not written:
            raise Refused("not_paid")
        postings = accounts.undone(written, "payfip")
        entry = Entry(f"reversed:{row.operation}", "reversed", now.date(), postings, row.regie)
        await books.write([entry], now, person.account, is_real=row.is_real)
        short = await crediting.take_back(person, row.payer, row.operation or "", now, row.is_real)
        told: dict[Column | str, Any] = {
            Payment.state: "reversed",
            Payment.alert: "credit_gone" if short else "",
        }
        await Payment.update(told).where(Payment.id == row.id)
        await journal.record(
            "paiement.reversed",
            f"paiement.payment:{row.id}",
            account=person.account,
            side="office",
            cents=row.cents,
        )
        await _tell(tenant, row)


async def _tell(tenant: Tenant, row: Payment) -> None:
    shares = await payments.shares(int(row.id))
    documents = {one.id: one for one in await mine.some([one.invoice for one in shares])}
    first = next(iter(documents.values()), None)
    if first is None or not first.email:
        return
    await post(
        "paiement/messages/reversed",
        first.email,
        account=first.account,
        name=first.given_name,
        cents=row.cents,
        day=(row.paid_at or row.created_at).astimezone(tenant.zone),
        lines="\n".join(
            f"Facture {documents[one.invoice].called} : {euros(one.cents)}" for one in shares
        ),
        link=tenant.url("/paiement/factures"),
    )
