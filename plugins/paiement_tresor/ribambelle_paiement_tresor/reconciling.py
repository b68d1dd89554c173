"""The treasury's daily report: looked at, counted once, and what it does not explain decided."""

import hashlib
from base64 import b64decode, b64encode

from ribambelle.database import REFUSED, locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor import deciding, resolving
from ribambelle_paiement_tresor.domain import accounts
from ribambelle_paiement_tresor.domain import reconciling as rule
from ribambelle_paiement_tresor.domain import report as reading
from ribambelle_paiement_tresor.domain.accounts import Entry, Posting, Share
from ribambelle_paiement_tresor.domain.payment import SETTLED
from ribambelle_paiement_tresor.domain.report import Received
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.queries import books, mine, payments, reports
from ribambelle_paiement_tresor.queries.reports import Matched, Named
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Report, ReportLine


def read(tenant: Tenant, content: bytes) -> reading.Report:
    """Return what a file says, read as this commune's reports are written."""
    return reading.read(content, tenant.of(Settings).report.shape)


async def keep(tenant: Tenant, person: Person, content: bytes) -> int:
    """Keep a report to be looked at; nothing of it counts yet. The same file is the same report.

    Raises Refused("report", why=…, line=…), and nothing is kept.
    """
    told = read(tenant, content)
    digest = hashlib.sha256(content).hexdigest()
    if (known := await reports.of_digest(digest)) is not None:
        return int(known.id)
    first, last = told.days or (None, None)
    row = Report(
        digest=digest,
        regie=regie_of(tenant, told),
        first=first,
        last=last,
        lines=len(told.lines),
        cents=told.cents,
        content=b64encode(content).decode(),
        sent_at=tenant.now(),
        sent_by=person.account,
    )
    try:
        async with transaction():
            return int((await Report.insert(row).returning(Report.id))[0]["id"])
    except REFUSED:
        known = await reports.of_digest(digest)
        assert known
        return int(known.id)


def regie_of(tenant: Tenant, told: reading.Report) -> str:
    """Return the régie a report is for; empty when it names none of ours."""
    for one in tenant.of(Settings).known:
        if one.payfip and one.payfip in told.numbers:
            return one.code
    return ""


async def lines_of(tenant: Tenant, row: Report) -> list[Matched]:
    """Return what each line of a report that is not counted yet would be."""
    return await reports.matched(read(tenant, b64decode(row.content)).lines)


async def count(tenant: Tenant, person: Person, number: int) -> None:
    """Count a report: each line no other told, once; what matches is at the treasury from now on."""
    now = tenant.now()
    async with transaction():
        await locks.advisory("paiement.report")
        row = await reports.one(number)
        if row.counted_at is not None:
            return
        lines = await lines_of(tenant, row)
        payers = {one.named.payer for one in lines if one.named and one.line.cents < 0}
        # all at once: taken one by one, a batch of debits could wait for us while we wait for it
        await locks.advisory(*(f"paiement.payer:{payer}" for payer in payers))
        is_real = tenant.of(Settings).mode != "demo"
        written = await reports.write(row, row.regie, lines, is_real=is_real)
        fresh = [one for one in lines if one.line.key in written]
        for one in fresh:
            if one.line.cents < 0 and one.named and not one.lead:
                await _reverse(tenant, person, one.named)
        for real in (True, False):
            entries = [
                entry_of(one, row.regie)
                for one in fresh
                if (one.named.is_real if one.named else is_real) is real
            ]
            await books.write(entries, now, person.account, is_real=real)
        await Report.update(
            {
                Report.counted_at: now,
                Report.counted_by: person.account,
                Report.content: "",
                Report.fresh: len(fresh),
            }
        ).where(Report.id == number)
        await journal.record(
            "paiement.report",
            f"paiement.report:{number}",
            account=person.account,
            side="office",
            lines=len(fresh),
            cents=sum(one.line.cents for one in fresh),
        )


async def _reverse(tenant: Tenant, person: Person, whose: Named) -> None:
    """A bank took a payment back: due again, unless somebody already wrote it."""
    payment = await payments.one(whose.known.payment)
    if payment.state == "paid":
        await deciding.reverse(tenant, person, payment)


def entry_of(one: Matched, regie: str) -> Entry:
    """Return what a line is in the books: money at the treasury, explained or not yet."""
    source, kind = ("suspense", "unexpected") if one.lead else ("payfip", "confirmed")
    postings = _moved(source, "treasury", one.line)
    where = one.named.regie if one.named else regie
    return Entry(f"report:{one.line.key}", kind, one.line.day, postings, where)


def _moved(source: str, target: str, line: Received) -> tuple[Posting, ...]:
    if line.cents < 0:
        return accounts.moved(target, source, -line.cents)
    return accounts.moved(source, target, line.cents)


async def credit(tenant: Tenant, person: Person, row: ReportLine) -> str:
    """Give the money of a line to the family its reference names; return what was done.

    The treasury is asked first: a payment given up that was paid after all becomes paid the usual
    way. Raises Refused("line_decided") when nothing waits, ("no_family") when it names nobody.
    """
    whose = (await reports.named([row.reference])).get(row.reference)
    if whose is None or whose.known.is_test or row.cents <= 0:
        raise Refused("no_family")
    if row.state not in rule.OPEN:
        raise Refused("line_decided")
    payment = await payments.one(whose.known.payment)
    if payment.operation and payment.state not in SETTLED:
        async with transaction():
            await resolving.hint(tenant, payment)
        await resolving.resolve(tenant, await payments.one(int(payment.id)), "office")
    async with transaction():
        await locks.advisory("paiement.report", f"paiement.payer:{whose.payer}")
        whose = (await reports.named([row.reference]))[row.reference]
        lead = rule.lead(row.cents, whose.known)
        state = "credited" if lead else "matched"
        now = tenant.now()
        told = {"payment": whose.known.payment, "payer": whose.payer}
        if not await reports.decide(int(row.id), state, now, person.account, **told):
            raise Refused("line_decided")
        entry, shares = await _attributed(tenant, row, whose, lead)
        if not await books.write([entry], now, person.account, is_real=bool(row.is_real)):
            raise Refused("line_decided")
        await _record(person, row, state)
        if lead and shares:
            await payments.counted(whose.known.payment, row.means, now)
            await payments.release(whose.known.payment)
            await _tell(tenant, row, shares)
        return state


async def _attributed(
    tenant: Tenant, row: ReportLine, whose: Named, lead: str
) -> tuple[Entry, list[Share]]:
    """Return the entry that takes the money of a line out of what waits for an explanation."""
    day, key = tenant.now().date(), f"attributed:{row.id}"
    if not lead:
        postings = accounts.moved("payfip", "suspense", row.cents)
        return Entry(key, "confirmed", day, postings, whose.regie), []
    shares: list[Share] = []
    if lead in rule.UNCOUNTED:
        shares = await payments.shares(whose.known.payment)
        # under the name its own answer would be booked: told paid later on, it counts once
        key = f"payfip:{whose.operation}" if whose.operation else key
    owed = await books.standing([one.invoice for one in shares])
    left = {number: one.owed for number, one in owed.items()}
    postings = accounts.settled("suspense", whose.payer, row.cents, shares, left)
    return Entry(key, "attributed", day, postings, whose.regie), shares


async def _tell(tenant: Tenant, row: ReportLine, shares: list[Share]) -> None:
    documents = {one.id: one for one in await mine.some([one.invoice for one in shares])}
    first = next(iter(documents.values()), None)
    if first is None or not first.email:
        return
    await post(
        "paiement/messages/receipt",
        first.email,
        account=first.account,
        name=first.given_name,
        cents=row.cents,
        day=row.day,
        means=resolving.MEANS.get(row.means, "en ligne"),
        reference=row.reference,
        lines="\n".join(
            f"Facture {documents[one.invoice].called} : {euros(one.cents)}" for one in shares
        ),
        link=tenant.url("/paiement/factures"),
    )


async def signal(tenant: Tenant, person: Person, row: ReportLine) -> None:
    """Write that the treasury was told about a line nobody knows; its money stays apart."""
    async with transaction():
        if row.state == "unknown" and await reports.decide(
            int(row.id), "signalled", tenant.now(), person.account
        ):
            await _record(person, row, "signalled")


async def _record(person: Person, row: ReportLine, how: str) -> None:
    await journal.record(
        "paiement.report_line",
        f"paiement.report_line:{row.id}",
        account=person.account,
        side="office",
        how=how,
        cents=row.cents,
    )
