"""Issuing a period: every doubt answered, numbers without a gap, lines and books written together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ribambelle import billing, tenants
from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor import slices
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain.accounts import Entry
from ribambelle_paiement_tresor.domain.drafting import Doubt, Draft, Line, held_back
from ribambelle_paiement_tresor.domain.terms import AFTER, DISPUTES, Told
from ribambelle_paiement_tresor.queries import books, invoices, people, periods
from ribambelle_paiement_tresor.queries.books import Standing
from ribambelle_paiement_tresor.settings import Regie, Settings
from ribambelle_paiement_tresor.slices import Slice
from ribambelle_paiement_tresor.tables import Period
from ribambelle_paiement_tresor.trying import looked_at


@dataclass(frozen=True, slots=True)
class Issued:
    """What one slice of a period wrote."""

    invoices: int = 0
    credits: int = 0
    cents: int = 0


async def require_answered(tenant: Tenant, period: Period) -> None:
    """Refuse to issue while something is to look at that nobody answered.

    Raises Refused("doubts", count=…, first=…), "too_early" while days of it are to come, or
    "due_past" when an invoice would be late the day it leaves.
    """
    today = tenant.now().date()
    if today <= period.last:
        raise Refused("too_early", last=period.last)
    if period.due_on <= today:
        raise Refused("due_past", due=period.due_on)
    answered = await periods.waivers(int(period.id))
    left: list[Doubt] = []
    gaps = await billing.gaps(billing.Period(period.first, period.last))
    left += [one for gap in gaps if (one := held_back(gap)).key not in answered]
    async for some in slices.every(tenant, period):
        left += [one for one in looked_at(tenant, some) if one.key not in answered]
    if left:
        raise Refused("doubts", count=len(left), first=left[0].label)


async def begin(tenant: Tenant, number: int, account: int | None) -> None:
    """Have a period issued by a job, once nothing is left to look at."""
    period = await periods.one(number)
    await require_answered(tenant, period)
    async with transaction():
        await locks.advisory(f"paiement.period:{number}")
        period = await periods.one(number)
        if period.state != "open":
            return
        await Period.update({Period.state: "issuing"}).where(Period.id == number)
        await journal.record(
            "paiement.issue", f"paiement.period:{number}", account=account, side="office"
        )
        await later("paiement", "issue", once=f"issue:{number}", period=number)


async def issue(period: int, *, tells: bool = True) -> None:
    """Issue a period slice by slice; a job: stopped anywhere, it goes on where it was.

    :param tells: write to the families that their invoice is there.
    """
    tenant = tenants.current()
    for low, high in await slices.bounds():
        await one_slice(tenant, period, low, high)
    async with transaction():
        row = await periods.one(period)
        if row.state == "issuing":
            now = tenant.now()
            await Period.update({Period.state: "issued", Period.issued_at: now}).where(
                Period.id == period
            )
            if tells:
                once = f"told:{period}:0"
                await later("paiement", "tell_issued", once=once, period=period, after=0)


async def one_slice(tenant: Tenant, number: int, low: int, high: int) -> Issued:
    """Write the invoices of some adults: lines, numbers and books in one transaction, once."""
    async with transaction():
        await locks.advisory(f"paiement.period:{number}")
        period = await periods.one(number)
        if period.state != "issuing":
            return Issued()
        return await _write(tenant, period, await slices.one(tenant, period, low, high))


async def _write(tenant: Tenant, period: Period, some: Slice) -> Issued:
    if not some.drafts:
        return Issued()
    now = tenant.now()
    today = now.date()
    regie = tenant.of(Settings).regie(period.regie) or tenant.of(Settings).known[0]
    known = await people.payers(some.low, some.high, sorted(some.drafts))
    # who pays or is paid back meanwhile waits: what is left of a corrected invoice is read below
    corrected_ones = sorted(known[adult] for adult, draft in some.drafts.items() if draft.credits)
    if corrected_ones:
        await locks.advisory(*(f"paiement.payer:{payer}" for payer in corrected_ones))
    children = await people.names(
        {line.child for draft in some.drafts.values() for line in _lines(draft)}
    )
    terms = await invoices.terms(told_of(tenant, regie))
    number = await invoices.next_number(period.regie, today.year)
    rows: list[tuple[Any, ...]] = []
    lines: list[list[Line]] = []
    for adult, draft in sorted(some.drafts.items()):
        found = some.recipients.get(adult)
        recipient = msgspec.json.encode(found).decode() if found else "[]"
        documents: list[tuple[str, int | None, list[Line]]] = [
            ("credit", corrected, given_back) for corrected, given_back in draft.credits.items()
        ]
        if draft.lines:
            documents.append(("invoice", None, draft.lines))
        for kind, corrected, some_lines in documents:
            cents = sum(line.cents for line in some_lines)
            rows.append(
                (
                    *(kind, period.regie, today.year, number, period.id, known[adult], corrected),
                    *(today, period.due_on, cents, recipient, terms),
                )
            )
            lines.append(some_lines)
            number += 1
    numbers = await invoices.write(rows, lines, children)
    owed = await books.standing([row[CORRECTS] for row in rows if row[CORRECTS]])
    entries = [entry_of(row, invoice, owed) for row, invoice in zip(rows, numbers, strict=True)]
    await books.write(entries, now)
    kinds = [row[0] for row in rows]
    return Issued(kinds.count("invoice"), kinds.count("credit"), sum(row[CENTS] for row in rows))


CORRECTS, CENTS = invoices.INVOICE.index("corrects"), invoices.INVOICE.index("cents")


def entry_of(row: Sequence[Any], invoice: int, owed: Mapping[int, Standing]) -> Entry:
    """Return what a document changes in the books."""
    kind, regie, year, number, _, payer, wrong, day, _, cents, *_ = row
    key = f"invoice:{regie}:{year}:{number}"
    if kind == "invoice":
        return Entry(key, "issued", day, accounts.issued(invoice, payer, cents), regie)
    left = owed.get(wrong, Standing())
    postings = accounts.corrected(wrong, payer, -cents, left.owed)
    return Entry(key, "corrected", day, postings, regie)


def _lines(draft: Draft) -> Iterator[Line]:
    yield from draft.lines
    for given_back in draft.credits.values():
        yield from given_back


def told_of(tenant: Tenant, regie: Regie) -> Told:
    """Return what a régie says of itself today."""
    contact = tenant.settings.contact
    return Told(
        commune=tenant.settings.name,
        regie=regie.label,
        prefix=regie.prefix,
        address=regie.address or contact.address,
        payfip=regie.payfip,
        means=regie.means,
        payee=regie.payee,
        iban=regie.iban,
        after=regie.after or AFTER,
        disputes=regie.disputes or DISPUTES,
        service=contact.service,
        phone=contact.phone,
        email=contact.email,
    )
