"""Receipts of the counter: the next number, what a form already wrote, what CESU paid."""

from collections.abc import Sequence
from datetime import date

import msgspec

from ribambelle.database import locks
from ribambelle.errors import NotYours
from ribambelle_paiement_tresor.tables import Entry, Receipt


def called(row: Receipt) -> str:
    """Return the number a receipt bears."""
    return f"R{row.year}-{row.number:06}"


def allocations_of(row: Receipt) -> list[tuple[int, int]]:
    """Return what a receipt paid: invoices and cents."""
    return msgspec.json.decode(row.allocations, type=list[tuple[int, int]])


async def one(number: int) -> Receipt:
    """Return a receipt, or behave as if it did not exist."""
    found = await Receipt.objects().get(Receipt.id == number)
    if found is None:
        raise NotYours
    return found


async def of_key(key: str) -> int | None:
    """Return the receipt a form already wrote."""
    row = await Receipt.select(Receipt.id).where(Receipt.key == key).first()
    return int(row["id"]) if row else None


async def next_number(regie: str, year: int) -> int:
    """Return the next number; nobody else takes it before our transaction ends."""
    await locks.advisory(f"paiement.receipt:{regie}:{year}")
    row = (
        await Receipt.select(Receipt.number)
        .where((Receipt.regie == regie) & (Receipt.year == year))
        .order_by(Receipt.number, ascending=False)
        .first()
    )
    return int(row["number"]) + 1 if row else 1


async def of_payer(payer: int) -> list[Receipt]:
    """Return the receipts of a family, the last first."""
    return (
        await Receipt.objects().where(Receipt.payer == payer).order_by(Receipt.id, ascending=False)
    )


async def on(day: date) -> list[Receipt]:
    """Return the receipts of a day, in order."""
    return await Receipt.objects().where(Receipt.day == day).order_by(Receipt.id)


async def undone(numbers: Sequence[int]) -> set[int]:
    """Return which of these receipts were taken back."""
    if not numbers:
        return set()
    keys = {f"receipt-undone:{one}": one for one in numbers}
    rows = await Entry.select(Entry.key).where(Entry.key.is_in(list(keys)))
    return {keys[row["key"]] for row in rows}


async def cesu_paid(payer: int, invoices: Sequence[int]) -> int:
    """Return what CESU already paid of some invoices of a family, in cents."""
    given = [row for row in await of_payer(payer) if row.means == "cesu"]
    gone = await undone([int(row.id) for row in given])
    wanted = set(invoices)
    return sum(
        cents
        for row in given
        if int(row.id) not in gone
        for invoice, cents in allocations_of(row)
        if invoice in wanted
    )
