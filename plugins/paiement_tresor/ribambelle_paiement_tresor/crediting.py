"""What the régie gives back: a credit note, money used for another invoice, money returned."""

from datetime import datetime

from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain.accounts import Entry
from ribambelle_paiement_tresor.domain.drafting import Line
from ribambelle_paiement_tresor.issuing import told_of
from ribambelle_paiement_tresor.queries import books, debits, invoices, mine
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Settings


async def credit_note(
    tenant: Tenant,
    person: Person,
    wrong: Document,
    cents: int,
    why: str,
    key: str,
    kind: str = "other",
) -> int:
    """Give back some of an invoice by a new document; return its number in the base.

    :param kind: what it corrects: meal, care or other.

    What was paid already becomes the family's credit. Sent twice, it is written once.
    Raises Refused("more_than_billed", left=…), or "at_the_comptable" once a titre claims it: the
    comptable alone lowers it.
    """
    line_key = f"{invoices.GIVEN}{key}"[:160]
    async with transaction():
        await locks.advisory(f"paiement.payer:{wrong.payer}")
        if (known := await invoices.of_line(line_key)) is not None:
            return known
        standing = (await books.standing([wrong.id])).get(wrong.id, books.Standing())
        await _require_correctable(wrong, cents, standing)
        day = tenant.now().date()
        line = Line(line_key, 0, day, why, kind, 1, -cents, -cents, False)
        note, number = await _written(tenant, wrong, line)
        name = f"invoice:{wrong.regie}:{day.year}:{number}"
        postings = accounts.corrected(wrong.id, wrong.payer, cents, standing.owed)
        entry = Entry(name, "corrected", day, postings, wrong.regie, why)
        await books.write([entry], tenant.now(), person.account)
        await journal.record(
            "paiement.credit_note",
            f"paiement.invoice:{note}",
            account=person.account,
            side="office",
            corrects=wrong.id,
            cents=cents,
        )
        await _tell(tenant, note)
        return note


async def _require_correctable(wrong: Document, cents: int, standing: books.Standing) -> None:
    left = wrong.cents + sum(one.cents for one in await mine.corrections(wrong.id))
    if wrong.kind != "invoice" or not 0 < cents <= left:
        raise Refused("more_than_billed", left=left)
    if standing.titre > 0:
        raise Refused("at_the_comptable")


async def _written(tenant: Tenant, wrong: Document, line: Line) -> tuple[int, int]:
    """Write a credit note of one line; return its number in the base, and the one it bears."""
    regie = tenant.of(Settings).regie(wrong.regie) or tenant.of(Settings).known[0]
    number = await invoices.next_number(wrong.regie, line.day.year)
    row = (
        *("credit", wrong.regie, line.day.year, number, None, wrong.payer, wrong.id),
        *(line.day, line.day, line.cents, wrong.recipient_text),
        await invoices.terms(told_of(tenant, regie)),
    )
    (note,) = await invoices.write([row], [[line]], {})
    return note, number


async def _tell(tenant: Tenant, note: int) -> None:
    one = await mine.one(note)
    if one.email:
        await post(
            "paiement/messages/credit_note",
            one.email,
            account=one.account,
            name=one.given_name,
            number=one.called,
            cents=-one.cents,
            link=tenant.url(f"/paiement/factures/{note}"),
        )


async def use(tenant: Tenant, person: Person, payer: int, invoice: int, key: str) -> int:
    """Pay an invoice with the family's credit, as far as it goes; return the cents used."""
    now = tenant.now()
    async with transaction():
        await locks.advisory(f"paiement.payer:{payer}")
        one = await mine.one(invoice)
        if one.payer != payer:
            raise NotYours
        await debits.require_free([invoice])
        if await books.postings(f"credit-used:{key}"):
            return 0
        cents = min(await books.credit([payer]), one.owed)
        if cents <= 0:
            raise Refused("no_credit")
        postings = accounts.moved("families", "credit", cents, payer, invoice)
        entry = Entry(f"credit-used:{key}", "credit_used", now.date(), postings, one.regie)
        if not await books.write([entry], now, person.account):
            return 0
        await journal.record(
            "paiement.credit_used",
            f"paiement.invoice:{invoice}",
            account=person.account,
            side="office",
            cents=cents,
        )
        return cents


async def take_back(
    person: Person, payer: int, name: str, now: datetime, is_real: bool = True
) -> int:
    """Make due again what credit paid that a bank took back since; return what nothing explains.

    Asked in the transaction of the reversal, under the lock of the payer. What is left was given
    back in money: nothing but the régie can ask for it.
    """
    short = -await books.credit([payer])
    if short <= 0:
        return 0
    postings = accounts.due_again(payer, short, await books.credit_uses(payer))
    if postings:
        entry = Entry(f"credit-undone:{name}", "credit_undone", now.date(), postings)
        await books.write([entry], now, person.account, is_real=is_real)
    return short - sum(one.cents for one in postings if one.ledger == "families")


async def refund(
    tenant: Tenant, person: Person, payer: int, cents: int, why: str, key: str
) -> None:
    """Write that the régie gives money back to a family. Raises Refused("no_credit", left=…)."""
    now = tenant.now()
    async with transaction():
        await locks.advisory(f"paiement.payer:{payer}")
        if await books.postings(f"refund:{key}"):
            return
        left = await books.credit([payer])
        if not 0 < cents <= left:
            raise Refused("no_credit", left=left)
        postings = accounts.moved("treasury", "credit", cents, payer)
        entry = Entry(f"refund:{key}", "refunded", now.date(), postings, note=why)
        if await books.write([entry], now, person.account):
            await journal.record(
                "paiement.refund",
                f"paiement.payer:{payer}",
                account=person.account,
                side="office",
                cents=cents,
            )
