"""Payments on line: opened before anything is asked, claimed before the treasury is, moved once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ribambelle.database import Prepared, locks, many
from ribambelle.errors import NotYours
from ribambelle_paiement_tresor.domain.accounts import Share
from ribambelle_paiement_tresor.domain.payment import SETTLED, Move
from ribambelle_paiement_tresor.payfip import Exchange as Said
from ribambelle_paiement_tresor.queries import mine, people
from ribambelle_paiement_tresor.tables import Allocation, Exchange, Notice, Payment

ALLOCATED = ("payment", "invoice", "cents", "holds")
HOLDING = Prepared(
    lambda given: Payment.raw(
        "SELECT DISTINCT p.* FROM paiement_payment p"  # noqa: S608 - a name of ours
        " JOIN paiement_allocation a ON a.payment = p.id WHERE " + many.among("a.holds"),
        given.some,
    )
)


async def open_one(row: Payment, shares: Sequence[Share]) -> int:
    """Write a payment and what it would settle; each invoice is held by one payment at a time.

    Raises one of REFUSED when another payment holds one of them.
    """
    number = int((await Payment.insert(row).returning(Payment.id))[0]["id"])
    rows = [(number, one.invoice, one.cents, one.invoice) for one in shares]
    await many.write("paiement_allocation", ALLOCATED, rows)
    return number


async def holding(invoices: Sequence[int]) -> list[Payment]:
    """Return the payments under way for some invoices."""
    rows = await HOLDING.ask(some=many.listed(invoices))
    return [Payment(_exists_in_db=True, **row) for row in rows]


async def settling(invoice: int) -> list[Payment]:
    """Return the payments on line that settled an invoice, or part of it, the first one first."""
    rows = await Allocation.select(Allocation.payment).where(Allocation.invoice == invoice)
    numbers = [row["payment"] for row in rows]
    if not numbers:
        return []
    paid = Payment.id.is_in(numbers) & (Payment.state == "paid") & (Payment.saisie != "T")
    return await Payment.objects().where(paid).order_by(Payment.id)


async def attempts(invoice: int) -> int:
    """Return how many times somebody tried to pay an invoice on line."""
    return int(await Allocation.count().where(Allocation.invoice == invoice))


async def one(number: int) -> Payment:
    """Return a payment, or behave as if it did not exist."""
    found = await Payment.objects().get(Payment.id == number)
    if found is None:
        raise NotYours
    return found


async def of_operation(operation: str) -> Payment | None:
    """Return the payment the treasury calls so."""
    return await Payment.objects().get(Payment.operation == operation)


async def of_account(account: int) -> list[Payment]:
    """Return the payments somebody began, the last first."""
    return (
        await Payment.objects()
        .where(Payment.account == account)
        .order_by(Payment.id, ascending=False)
    )


async def taken(number: int) -> Payment:
    """Return a payment nobody else may move before our transaction ends."""
    query = Payment.objects().where(Payment.id == number)
    found = await locks.for_update(query)
    if not found:
        raise NotYours
    row: Payment = found[0]
    return row


async def shares(payment: int) -> list[Share]:
    """Return what a payment settles, invoice by invoice."""
    rows = await Allocation.select().where(Allocation.payment == payment).order_by(Allocation.id)
    return [Share(row["invoice"], row["cents"]) for row in rows]


async def claim(number: int, now: datetime, until: datetime) -> bool:
    """Take the right to ask the treasury about a payment now; False when somebody else just did."""
    due = Payment.ask_at.is_null() | (Payment.ask_at <= now)
    rows = (
        await Payment.update({Payment.ask_at: until})
        .where((Payment.id == number) & due & Payment.state.not_in(sorted(SETTLED)))
        .returning(Payment.id)
    )
    return bool(rows)


async def change(number: int, values: dict[Any, Any]) -> bool:
    """Change a payment that is not settled; return whether it was not."""
    rows = (
        await Payment.update(values)
        .where((Payment.id == number) & Payment.state.not_in(sorted(SETTLED)))
        .returning(Payment.id)
    )
    return bool(rows)


async def move(
    number: int, told: Move, ask_at: datetime | None, now: datetime, **more: Any
) -> bool:
    """Move a payment once: a settled one stays as it is; return whether it moved."""
    values: dict[Any, Any] = {
        Payment.state: told.state,
        Payment.ask_at: ask_at,
        Payment.failures: told.failures,
        Payment.means: told.means,
        Payment.asked: Payment.asked + 1,
        **{getattr(Payment, name): value for name, value in more.items()},
    }
    if told.alert:
        values[Payment.alert] = told.alert
    if not told.failures:
        values[Payment.asked_at] = now
    moved = await change(number, values)
    if moved and not told.holds:
        await release(number)
    return moved


async def counted(number: int, means: str, now: datetime) -> None:
    """Write that the money of a payment given up came after all, by a report of the treasury."""
    values = {Payment.state: "paid", Payment.settled_at: now, Payment.ask_at: None}
    await change(number, values | {Payment.means: means, Payment.alert: ""})


async def release(number: int) -> None:
    """Let others pay the invoices of a payment."""
    await Allocation.update({Allocation.holds: None}).where(Allocation.payment == number)


async def keep(number: int | None, trigger: str, outcome: str, said: Said, now: datetime) -> None:
    """Keep what was said to the treasury and what it answered."""
    row = Exchange(
        payment=number,
        at=now,
        trigger=trigger,
        outcome=outcome[:20],
        request=said.request,
        answer=said.answer[:20_000],
    )
    await Exchange.insert(row)


async def exchanges(number: int) -> list[Exchange]:
    """Return what was said about a payment, in order."""
    return await Exchange.objects().where(Exchange.payment == number).order_by(Exchange.id)


async def notice(
    operation: str, came_from: str, address: str, now: datetime, *, is_known: bool
) -> int:
    """Keep that somebody said a payment moved."""
    row = Notice(
        operation=operation[:64],
        came_from=came_from,
        address=address[:45],
        at=now,
        is_known=is_known,
    )
    return int((await Notice.insert(row).returning(Notice.id))[0]["id"])


async def was_heard(operation: str) -> bool:
    """Tell whether somebody said already that a payment moved."""
    return await Notice.exists().where(Notice.operation == operation)


@dataclass(frozen=True, slots=True)
class OnLine:
    """One payment on line, as the régie reads it."""

    row: Payment
    name: str
    called: tuple[str, ...]
    owed: int
    """What its invoices still owe, in cents."""

    @property
    def counts(self) -> bool:
        """Tell whether its money is in the books."""
        return self.row.state == "paid" and self.row.saisie != "T"

    @property
    def means(self) -> str:
        """How it was paid."""
        return {"card": "Carte", "debit": "Prélèvement unique"}.get(self.row.means, "")


async def told(rows: Sequence[Payment]) -> list[OnLine]:
    """Return payments as the régie reads them, in the same order."""
    if not rows:
        return []
    shares = await Allocation.select(Allocation.payment, Allocation.invoice).where(
        Allocation.payment.is_in([int(row.id) for row in rows])
    )
    documents = {one.id: one for one in await mine.some(sorted({s["invoice"] for s in shares}))}
    names = await people.payer_names({row.payer for row in rows})
    of: dict[int, list[mine.Document]] = {}
    for share in shares:
        of.setdefault(share["payment"], []).append(documents[share["invoice"]])
    return [
        OnLine(
            row,
            names.get(row.payer, ""),
            tuple(one.called for one in of.get(int(row.id), [])),
            sum(one.owed for one in of.get(int(row.id), [])),
        )
        for row in rows
    ]


async def to_look_at() -> list[OnLine]:
    """Return the payments a person must look at."""
    return await told(await Payment.objects().where(Payment.alert != "").order_by(Payment.id))


async def count_to_look_at() -> int:
    """Return how many payments a person must look at."""
    return int(await Payment.count().where(Payment.alert != ""))


async def on(first: datetime, last: datetime) -> list[OnLine]:
    """Return the payments begun between two moments, the last excluded, the latest first."""
    return await told(
        await Payment.objects()
        .where((Payment.created_at >= first) & (Payment.created_at < last))
        .order_by(Payment.id, ascending=False)
    )


OLD = timedelta(days=396)
"""Exchanges and notices are forgotten after thirteen months."""


async def forget(now: datetime) -> None:
    """Forget what was said to the treasury thirteen months ago."""
    await Exchange.delete().where(Exchange.at < now - OLD)
    await Notice.delete().where(Notice.at < now - OLD)
