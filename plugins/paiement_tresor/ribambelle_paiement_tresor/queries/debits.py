"""Direct debits: mandates with their history, invoices that may be debited, batches and returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from ribambelle.database import Prepared, locks, many
from ribambelle.errors import NotYours, Refused
from ribambelle_paiement_tresor import sealing
from ribambelle_paiement_tresor.domain import mandates as rule
from ribambelle_paiement_tresor.domain.accounts import Share
from ribambelle_paiement_tresor.domain.mandates import Account
from ribambelle_paiement_tresor.queries import mine, people
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.tables import Batch, Debit, DebitShare, Invoice, Mandate

HELD = Prepared(
    lambda given: DebitShare.raw(
        'SELECT s.holds, b."on" FROM paiement_debit_share s'  # noqa: S608 - a name of ours
        " JOIN paiement_debit d ON d.id = s.debit JOIN paiement_batch b ON b.id = d.batch"
        " WHERE " + many.among("s.holds") + " ORDER BY s.holds",
        given.some,
    )
)
DUE = Prepared(
    lambda given: Invoice.raw(
        "SELECT i.id FROM paiement_invoice i JOIN paiement_mandate m ON m.live_for = i.payer"
        " WHERE i.kind = 'invoice' AND i.regie = {} AND m.state = 'active'"
        " AND (SELECT SUM(o.cents) FROM paiement_posting o"
        " WHERE o.invoice = i.id AND o.ledger = 'families') > 0"
        " AND NOT EXISTS (SELECT 1 FROM paiement_allocation a WHERE a.holds = i.id)"
        " AND NOT EXISTS (SELECT 1 FROM paiement_debit_share s WHERE s.holds = i.id)"
        " ORDER BY i.payer, i.due_on, i.id",
        given.regie,
    )
)
PAST = Prepared(
    lambda given: Debit.raw(
        'SELECT d.mandate, d.state, b."on" FROM paiement_debit d'  # noqa: S608 - a name of ours
        " JOIN paiement_batch b ON b.id = d.batch WHERE d.state <> 'cancelled' AND "
        + many.among("d.mandate")
        + " ORDER BY d.id",
        given.some,
    )
)
DEBIT = ("batch", "mandate", "payer", "cents", "sequence", "end_to_end", "state")
SHARE = ("debit", "invoice", "cents", "holds")


async def held(invoices: Sequence[int]) -> dict[int, date]:
    """Return the day each of these invoices will be debited, for those in a batch."""
    rows = await HELD.ask(some=many.listed(invoices)) if invoices else []
    return {int(row["holds"]): row["on"] for row in rows}


async def require_free(invoices: Sequence[int]) -> None:
    """Refuse to pay what a batch will debit; ask it under the lock of the payer.

    Raises Refused("in_a_batch", on=…).
    """
    if found := await held(invoices):
        raise Refused("in_a_batch", on=min(found.values()))


async def mandate(number: int) -> Mandate:
    """Return a mandate, or behave as if it did not exist."""
    found = await Mandate.objects().get(Mandate.id == number)
    if found is None:
        raise NotYours
    return found


async def live(payer: int) -> Mandate | None:
    """Return the mandate a family has now, suspended or not."""
    return await Mandate.objects().get(Mandate.live_for == payer)


async def mandates(payer: int) -> list[Mandate]:
    """Return every mandate of a family, the last first."""
    return (
        await Mandate.objects().where(Mandate.payer == payer).order_by(Mandate.id, ascending=False)
    )


async def every_live() -> list[tuple[Mandate, str]]:
    """Return the mandates that hold, with whose each is."""
    rows = await Mandate.objects().where(Mandate.live_for.is_not_null()).order_by(Mandate.id)
    names = await people.payer_names({row.payer for row in rows})
    return [(row, names.get(row.payer, "")) for row in rows]


def account_of(row: Mandate) -> Account:
    """Open the bank account of a mandate."""
    return msgspec.json.decode(sealing.opened(row.sealed, row.name), type=Account)


async def end(number: int, state: str, now: Any) -> None:
    """End a mandate: its family may sign another."""
    await Mandate.update(
        {Mandate.state: state, Mandate.live_for: None, Mandate.ended_at: now}
    ).where(Mandate.id == number)


async def known(rows: Sequence[Mandate]) -> dict[int, rule.Mandate]:
    """Return mandates as their rule reads them, with the history of each."""
    past: dict[int, list[tuple[str, date]]] = {}
    for row in await PAST.ask(some=many.listed([int(one.id) for one in rows])) if rows else []:
        past.setdefault(row["mandate"], []).append((row["state"], row["on"]))
    found = {}
    for one in rows:
        told = past.get(int(one.id), [])
        found[int(one.id)] = rule.Mandate(
            one.kind,
            one.state,
            one.signed_at.date(),
            tuple(state for state, _ in told),
            max((on for _, on in told), default=None),
        )
    return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """A family that may be debited: its mandate, and what it owes."""

    mandate: Mandate
    rule: rule.Mandate
    documents: tuple[Document, ...]

    @property
    def cents(self) -> int:
        """What it owes, all together."""
        return sum(one.owed for one in self.documents)

    @property
    def payer(self) -> int:
        """Its account in the books."""
        return int(self.mandate.payer)


async def candidates(regie: str, on: date) -> list[Candidate]:
    """Return the families of a régie that may be debited on a day, and their invoices due.

    A mandate for one time debits only what was issued before it was signed.
    """
    rows = await DUE.ask(regie=regie)
    documents = await mine.some([row["id"] for row in rows])
    payers = sorted({one.payer for one in documents})
    signed = await Mandate.objects().where(Mandate.live_for.is_in(payers)) if payers else []
    told = await known(signed)
    found = []
    for row in sorted(signed, key=lambda one: int(one.id)):
        own = tuple(
            one
            for one in documents
            if one.payer == row.payer
            and (row.kind != "once" or one.issued_on <= row.signed_at.date())
        )
        if own and rule.is_usable(told[int(row.id)], on):
            found.append(Candidate(row, told[int(row.id)], own))
    return found


async def next_rank(made_on: date) -> int:
    """Return the next number of a batch of a day; nobody else takes it before our transaction ends."""
    await locks.advisory("paiement.debits")
    row = (
        await Batch.select(Batch.rank)
        .where(Batch.made_on == made_on)
        .order_by(Batch.rank, ascending=False)
        .first()
    )
    return int(row["rank"]) + 1 if row else 1


async def of_key(key: str) -> int | None:
    """Return the batch a form already made."""
    row = await Batch.select(Batch.id).where(Batch.key == key).first()
    return int(row["id"]) if row else None


async def batch(number: int) -> Batch:
    """Return a batch, or behave as if it did not exist."""
    found = await Batch.objects().get(Batch.id == number)
    if found is None:
        raise NotYours
    return found


async def batches() -> list[Batch]:
    """Return the batches, the last first."""
    return await Batch.objects().order_by(Batch.id, ascending=False).limit(50)


async def write(
    number: int, rows: Sequence[tuple[Any, ...]], shares: Sequence[Sequence[Share]]
) -> None:
    """Write the debits of a batch; each invoice is held until its account is debited.

    Raises one of REFUSED when another batch holds one of them.
    """
    written = await many.write(
        "paiement_debit",
        DEBIT,
        [(number, *row) for row in rows],
        returning=("id", "end_to_end"),
    )
    ids = {row["end_to_end"]: row["id"] for row in written}
    await many.write(
        "paiement_debit_share",
        SHARE,
        [
            (ids[row[4]], one.invoice, one.cents, one.invoice)
            for row, some in zip(rows, shares, strict=True)
            for one in some
        ],
    )


async def debits(batch: int) -> list[Debit]:
    """Return the debits of a batch, in order."""
    return await Debit.objects().where(Debit.batch == batch).order_by(Debit.id)


async def debit(number: int) -> Debit:
    """Return a debit, or behave as if it did not exist."""
    found = await Debit.objects().get(Debit.id == number)
    if found is None:
        raise NotYours
    return found


async def by_reference(references: Sequence[str]) -> dict[str, Debit]:
    """Return the debits that bear these references."""
    found: dict[str, Debit] = {}
    for start in range(0, len(references), 500):
        some = list(references[start : start + 500])
        rows = await Debit.objects().where(Debit.end_to_end.is_in(some))
        found |= {row.end_to_end: row for row in rows}
    return found


async def shares(debits: Sequence[int]) -> dict[int, list[Share]]:
    """Return what each debit settles, invoice by invoice."""
    found: dict[int, list[Share]] = {}
    if debits:
        rows = (
            await DebitShare.select()
            .where(DebitShare.debit.is_in(list(debits)))
            .order_by(DebitShare.id)
        )
        for row in rows:
            found.setdefault(row["debit"], []).append(Share(row["invoice"], row["cents"]))
    return found


async def release(debit: int) -> None:
    """Let others pay the invoices of a debit."""
    await DebitShare.update({DebitShare.holds: None}).where(DebitShare.debit == debit)


async def move(number: int, states: Sequence[str], values: dict[Any, Any]) -> bool:
    """Change a debit that is in one of these states; return whether it was."""
    rows = (
        await Debit.update(values)
        .where((Debit.id == number) & Debit.state.is_in(list(states)))
        .returning(Debit.id)
    )
    return bool(rows)


@dataclass(frozen=True, slots=True)
class Told:
    """One debit, as the régie or its family reads it."""

    row: Debit
    name: str
    rum: str
    shown: str
    called: tuple[str, ...]
    on: date


async def told(rows: Sequence[Debit]) -> list[Told]:
    """Return debits with whose they are and what they pay, in the same order."""
    if not rows:
        return []
    of = await shares([int(row.id) for row in rows])
    numbers = sorted({one.invoice for some in of.values() for one in some})
    documents = {one.id: one for one in await mine.some(numbers)}
    names = await people.payer_names({row.payer for row in rows})
    signed = {
        int(one.id): one
        for one in await Mandate.objects().where(
            Mandate.id.is_in(sorted({row.mandate for row in rows}))
        )
    }
    days = {
        row["id"]: row["on"]
        for row in await Batch.select(Batch.id, Batch.on).where(
            Batch.id.is_in(sorted({row.batch for row in rows}))
        )
    }
    return [
        Told(
            row,
            names.get(row.payer, ""),
            signed[row.mandate].rum,
            signed[row.mandate].shown,
            tuple(documents[one.invoice].called for one in of.get(int(row.id), [])),
            days[row.batch],
        )
        for row in rows
    ]


async def of_payer(payer: int) -> list[Told]:
    """Return the debits of a family, the last first."""
    return await told(
        await Debit.objects().where(Debit.payer == payer).order_by(Debit.id, ascending=False)
    )
