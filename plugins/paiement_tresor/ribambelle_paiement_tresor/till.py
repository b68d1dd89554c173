"""Money taken at the counter: a receipt with a number, once, and its entry in the books."""

from dataclasses import dataclass

import msgspec

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor.domain import accounts, counter
from ribambelle_paiement_tresor.domain.accounts import Entry, Share
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.queries import books, debits, mine, receipts
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.tables import Receipt

TOLD = {
    "cash": "en espèces",
    "cheque": "par chèque",
    "cesu": "en CESU",
    "terminal": "par carte, au guichet",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody puts on the counter, for what."""

    payer: int
    regie: str
    means: str
    cents: int
    invoices: tuple[int, ...]
    key: str
    """Of the form: sent twice, it is taken once."""
    reference: str = ""


async def take(tenant: Tenant, person: Person, what: Taken, *, tells: bool = True) -> int:
    """Write what was taken, its entry and its receipt; return the receipt's number in the base.

    :param tells: send the receipt to the family.

    Raises Refused: nothing_due, several_regies, cesu_for_care_only, in_a_batch.
    """
    async with transaction():
        await locks.advisory(f"paiement.payer:{what.payer}")
        if (known := await receipts.of_key(what.key)) is not None:
            return known
        chosen = await _chosen(what)
        if what.means == "cesu":
            await _require_care(what, chosen)
        shares = counter.spread(what.cents, [(one.id, one.owed) for one in chosen])
        row = await _receipt(tenant, person, what, shares)
        await _book(tenant, person, what, row, shares)
        if tells:
            await _tell(tenant, chosen, what, row, shares)
        return int(row.id)


async def _chosen(what: Taken) -> list[Document]:
    """Return the invoices paid, the oldest first, each of this payer and still due."""
    found = await mine.some(sorted(set(what.invoices)))
    if any(one.payer != what.payer for one in found) or len(found) != len(set(what.invoices)):
        raise NotYours
    await debits.require_free([one.id for one in found])
    due = sorted((one for one in found if one.owed), key=lambda one: (one.due_on, one.id))
    if not due:
        raise Refused("nothing_due")
    if any(one.regie != what.regie for one in due):
        raise Refused("several_regies")
    return due


async def _require_care(what: Taken, chosen: list[Document]) -> None:
    documents = [*chosen]
    for one in chosen:
        documents += await mine.corrections(one.id)
    lines = [line for one in documents for line in await mine.lines(one.id)]
    care = counter.care_cents((line.kind, line.cents) for line in lines)
    paid = await receipts.cesu_paid(what.payer, [one.id for one in chosen])
    owed = sum(one.owed for one in chosen)
    counter.require_cesu(what.cents, min(care, paid + owed), paid)


async def _receipt(
    tenant: Tenant, person: Person, what: Taken, shares: list[tuple[int, int]]
) -> Receipt:
    now = tenant.now()
    row = Receipt(
        regie=what.regie,
        year=now.year,
        number=await receipts.next_number(what.regie, now.year),
        key=what.key,
        payer=what.payer,
        means=what.means,
        cents=what.cents,
        reference=what.reference,
        allocations=msgspec.json.encode(shares).decode(),
        day=now.date(),
        at=now,
        account=person.account,
    )
    row.id = (await Receipt.insert(row).returning(Receipt.id))[0]["id"]
    return row


async def _book(
    tenant: Tenant, person: Person, what: Taken, row: Receipt, shares: list[tuple[int, int]]
) -> None:
    now = tenant.now()
    postings = accounts.settled(
        counter.LEDGERS[what.means],
        what.payer,
        what.cents,
        [Share(*one) for one in shares],
        dict(shares),
    )
    entry = Entry(f"receipt:{row.id}", "counter", now.date(), postings, what.regie)
    await books.write([entry], now, person.account)
    await journal.record(
        "paiement.receipt",
        f"paiement.receipt:{row.id}",
        account=person.account,
        side="office",
        cents=what.cents,
        means=what.means,
    )


async def _tell(
    tenant: Tenant, chosen: list[Document], what: Taken, row: Receipt, shares: list[tuple[int, int]]
) -> None:
    first, called = chosen[0], {one.id: one.called for one in chosen}
    if not first.email:
        return
    await post(
        "paiement/messages/receipt",
        first.email,
        account=first.account,
        name=first.given_name,
        cents=what.cents,
        day=tenant.now(),
        means=TOLD[what.means],
        reference=receipts.called(row),
        lines="\n".join(f"Facture {called[one]} : {euros(cents)}" for one, cents in shares),
        link=tenant.url("/paiement/factures"),
    )


async def undo(tenant: Tenant, person: Person, number: int, why: str) -> None:
    """Take back a receipt, a cheque that bounced or a slip of the hand; what it paid is due again.

    What it had left in advance must still be there: raises Refused("credit_spent", cents=…).
    """
    now = tenant.now()
    row = await receipts.one(number)
    async with transaction():
        await locks.advisory(f"paiement.payer:{row.payer}")
        written = await books.postings(f"receipt:{number}")
        if not written:
            raise NotYours
        over = -sum(one.cents for one in written if one.ledger == "credit")
        if over and await books.postings(f"receipt-undone:{number}") == []:
            left = await books.credit([row.payer])
            if left < over:
                raise Refused("credit_spent", cents=over - left)
        postings = accounts.undone(written, counter.LEDGERS[row.means])
        entry = Entry(
            f"receipt-undone:{number}", "counter_undone", now.date(), postings, row.regie, why
        )
        if await books.write([entry], now, person.account):
            await journal.record(
                "paiement.receipt_undone",
                f"paiement.receipt:{number}",
                account=person.account,
                side="office",
                cents=row.cents,
            )


async def deposit(tenant: Tenant, person: Person, ledger: str, key: str) -> int:
    """Write that all the régie keeps of one kind goes to the treasury; return how much, in cents."""
    now = tenant.now()
    async with transaction():
        await locks.advisory(f"paiement.till:{ledger}")
        held = (await books.balances()).get(ledger, 0)
        if held <= 0 or ledger not in accounts.HELD:
            return 0
        postings = accounts.moved(ledger, "treasury", held)
        entry = Entry(f"deposit:{key}", "deposited", now.date(), postings)
        if not await books.write([entry], now, person.account):
            return 0
        await journal.record(
            "paiement.deposit",
            f"paiement.ledger:{ledger}",
            account=person.account,
            side="office",
            cents=held,
        )
        return held
