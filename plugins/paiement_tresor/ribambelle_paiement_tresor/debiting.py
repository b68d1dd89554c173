"""A batch of debits: made and told 14 days before, booked on its day, confirmed, or returned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.jobs import later
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_paiement_tresor import crediting, mandating, sealing
from ribambelle_paiement_tresor.domain import accounts, bank_returns, pain008
from ribambelle_paiement_tresor.domain import debits as rule
from ribambelle_paiement_tresor.domain import mandates as signing
from ribambelle_paiement_tresor.domain.accounts import Entry, Share
from ribambelle_paiement_tresor.domain.pain008 import Creditor, Place
from ribambelle_paiement_tresor.domain.terms import Recipient
from ribambelle_paiement_tresor.domain.words import euros
from ribambelle_paiement_tresor.queries import books, debits, mine
from ribambelle_paiement_tresor.queries.debits import Candidate
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.settings import Debits, Regie, Settings
from ribambelle_paiement_tresor.tables import Batch, Debit, Mandate

MORNING = time(7)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a batch is made of."""

    on: date
    payers: tuple[int, ...]
    last: tuple[int, ...]
    """Those whose mandate ends with this debit."""
    key: str
    """Of the form: sent twice, it is made once."""


async def make(tenant: Tenant, person: Person, what: Chosen) -> int:
    """Make a batch: its file, its holds on invoices, what families are told; return its number.

    Raises Refused: too_soon, no_money_moves, nothing_to_debit.
    """
    regie, settings = mandating.debiting(tenant), tenant.of(Settings).debits
    if regie is None:
        raise NotYours
    now = tenant.now()
    rule.require_day(what.on, now.date(), settings.notice_days)
    async with transaction():
        await locks.advisory("paiement.debits", *(f"paiement.payer:{one}" for one in what.payers))
        if (known := await debits.of_key(what.key)) is not None:
            return known
        wanted = set(what.payers)
        chosen = [
            one for one in await debits.candidates(regie.code, what.on) if one.payer in wanted
        ]
        if not chosen:
            raise Refused("nothing_to_debit")
        rank = await debits.next_rank(now.date())
        name = rule.batch_name(settings.service, now.date(), rank)
        asked = [
            _asked(settings, one, now.date(), rank, place, is_last=one.payer in what.last)
            for place, one in enumerate(chosen, start=1)
        ]
        file = _file(tenant, regie, name, what.on, asked)
        row = Batch(
            key=what.key,
            name=name,
            regie=regie.code,
            made_on=now.date(),
            rank=rank,
            on=what.on,
            size=len(asked),
            cents=sum(one.cents for one in asked),
            sealed=sealing.sealed(file, name),
            made_at=now,
            made_by=person.account,
            is_real=tenant.of(Settings).mode != "demo",
        )
        number = int((await Batch.insert(row).returning(Batch.id))[0]["id"])
        await _hold(number, chosen, asked, now)
        at = datetime.combine(what.on, MORNING, tzinfo=tenant.zone)
        await later("paiement", "debit", once=f"debit:{number}", at=at, batch=number)
        await _record(person, row, number, "paiement.batch_made")
        for one in chosen:
            await _announce(tenant, settings, one, what.on)
        return number


def _asked(
    settings: Debits, one: Candidate, made_on: date, rank: int, place: int, *, is_last: bool
) -> pain008.Debit:
    account = debits.account_of(one.mandate)
    home = one.documents[0].recipient
    called = ", ".join(document.called for document in one.documents)
    return pain008.Debit(
        signing.sequence(one.rule, is_last=is_last),
        rule.end_to_end(settings.codique, made_on, rank, place),
        one.cents,
        one.mandate.rum,
        one.mandate.signed_at.date(),
        one.mandate.holder,
        _place(home),
        account.iban,
        account.bic,
        f"{'Factures' if len(one.documents) > 1 else 'Facture'} {called}",
    )


def _place(home: Recipient) -> Place:
    return Place(home.line, home.postcode, home.city) if home.has_address else Place()


def _file(
    tenant: Tenant, regie: Regie, name: str, on: date, asked: Sequence[pain008.Debit]
) -> bytes:
    """Return the file of a batch, read again before anybody may send it."""
    told = tenant.of(Settings).debits
    creditor = Creditor(
        *(regie.label, told.siret, told.ics, told.creditor),
        Place(told.creditor_line, told.creditor_postcode, told.creditor_town),
        *(told.creditor_iban, told.creditor_bic, told.holder, told.dft_iban),
    )
    file = pain008.written(name, tenant.now(), on, creditor, asked, told.version, told.encoding)
    pain008.require_same(file, name, asked)
    return file


async def _hold(
    number: int, chosen: Sequence[Candidate], asked: Sequence[pain008.Debit], now: datetime
) -> None:
    rows = [
        (one.mandate.id, one.payer, told.cents, told.sequence, told.end_to_end, "planned")
        for one, told in zip(chosen, asked, strict=True)
    ]
    shares = [[Share(document.id, document.owed) for document in one.documents] for one in chosen]
    await debits.write(number, rows, shares)
    for one, told in zip(chosen, asked, strict=True):
        if told.sequence in ENDS:
            await debits.end(int(one.mandate.id), ENDS[told.sequence], now)


ENDS = {"OOFF": "used", "FNAL": "ended"}
"""What a mandate becomes with its last debit."""


async def _announce(tenant: Tenant, settings: Debits, one: Candidate, on: date) -> None:
    await _post(
        tenant,
        "debit_notice",
        one.documents,
        cents=one.cents,
        day=on,
        rum=one.mandate.rum,
        ics=settings.ics,
        shown=one.mandate.shown,
        lines=_lines(one.documents, [Share(doc.id, doc.owed) for doc in one.documents]),
    )


def _lines(documents: Sequence[Document], shares: Sequence[Share]) -> str:
    called = {one.id: one.called for one in documents}
    return "\n".join(f"Facture {called[one.invoice]} : {euros(one.cents)}" for one in shares)


async def _post(tenant: Tenant, code: str, documents: Sequence[Document], **facts: Any) -> None:
    first = documents[0] if documents else None
    if first is None or not first.email:
        return
    await post(
        f"paiement/messages/{code}",
        first.email,
        account=first.account,
        name=first.given_name,
        link=tenant.url(mandating.PAGE),
        **facts,
    )


async def debit(batch: int) -> None:
    """Book the debits of a batch on its day: the invoices are settled; a job, done once."""
    tenant = tenants.current()
    now = tenant.now()
    row = await debits.batch(batch)
    if row.cancelled_at is not None:
        return
    for one in await debits.debits(batch):
        async with transaction():
            await locks.advisory(f"paiement.payer:{one.payer}")
            if not await debits.move(int(one.id), ["planned"], {Debit.state: "debited"}):
                continue
            shares = (await debits.shares([int(one.id)])).get(int(one.id), [])
            owed = await books.standing([share.invoice for share in shares])
            left = {number: standing.owed for number, standing in owed.items()}
            postings = accounts.settled("debits", one.payer, one.cents, shares, left)
            entry = Entry(f"debit:{one.end_to_end}", "debited", row.on, postings, row.regie)
            await books.write([entry], now, is_real=row.is_real)
            await debits.release(int(one.id))
    await Batch.update({Batch.booked_at: now}).where(
        (Batch.id == batch) & Batch.booked_at.is_null()
    )


async def confirm(tenant: Tenant, person: Person, number: int) -> int:
    """Write that the treasury has the money of a batch, less what came back; return the cents.

    Raises Refused("not_debited_yet") before its day.
    """
    now = tenant.now()
    async with transaction():
        await locks.advisory("paiement.debits")
        row = await debits.batch(number)
        if row.booked_at is None:
            raise Refused("not_debited_yet")
        if row.confirmed_at is not None:
            return 0
        done = [one for one in await debits.debits(number) if one.state == "debited"]
        cents = sum(one.cents for one in done)
        if cents:
            postings = accounts.moved("debits", "treasury", cents)
            entry = Entry(
                f"debits-confirmed:{row.name}", "confirmed", now.date(), postings, row.regie
            )
            await books.write([entry], now, person.account, is_real=row.is_real)
        await Debit.update({Debit.state: "confirmed"}).where(
            (Debit.batch == number) & (Debit.state == "debited")
        )
        await Batch.update({Batch.confirmed_at: now}).where(Batch.id == number)
        await _record(person, row, number, "paiement.batch_confirmed")
        return cents


async def cancel(tenant: Tenant, person: Person, number: int) -> None:
    """Give up a batch before its day; its name stays taken, its invoices are due again.

    Raises Refused("too_late") from its day on.
    """
    now = tenant.now()
    async with transaction():
        await locks.advisory("paiement.debits")
        row = await debits.batch(number)
        if row.booked_at is not None or row.on <= now.date():
            raise Refused("too_late")
        if row.cancelled_at is not None:
            return
        await Batch.update({Batch.cancelled_at: now}).where(Batch.id == number)
        for one in await debits.debits(number):
            if await debits.move(int(one.id), ["planned"], {Debit.state: "cancelled"}):
                await debits.release(int(one.id))
                await _given_back(one)
                documents, shares = await _documents(one)
                told = {"cents": one.cents, "day": row.on, "lines": _lines(documents, shares)}
                await _post(tenant, "debit_cancelled", documents, **told)
        await _record(person, row, number, "paiement.batch_cancelled")


async def _given_back(one: Debit) -> None:
    """A mandate that ended with this debit holds again, unless the family signed another."""
    if one.sequence in ENDS and await debits.live(one.payer) is None:
        await Mandate.update(
            {Mandate.state: "active", Mandate.live_for: one.payer, Mandate.ended_at: None}
        ).where((Mandate.id == one.mandate) & (Mandate.state == ENDS[one.sequence]))


async def _documents(one: Debit) -> tuple[list[Document], list[Share]]:
    shares = (await debits.shares([int(one.id)])).get(int(one.id), [])
    return await mine.some([share.invoice for share in shares]), shares


async def returns(tenant: Tenant, person: Person, content: bytes) -> tuple[int, list[str]]:
    """Write the returned debits of a list, or of a message of the bank.

    Return how many were new, and the references nobody knows.
    Raises Refused("report", why=…, line=…), and nothing of the list is written.
    """
    is_xml = content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<")
    lines = bank_returns.read(content) if is_xml else rule.read_returns(content)
    found = await debits.by_reference([one.end_to_end for one in lines])
    for one in lines:
        known = found.get(one.end_to_end)
        if known and one.cents is not None and abs(one.cents) != known.cents:
            raise Refused("report", why="other_amount", line=one.line)
    count = 0
    async with transaction():
        payers = {found[one.end_to_end].payer for one in lines if one.end_to_end in found}
        await locks.advisory("paiement.debits", *(f"paiement.payer:{one}" for one in payers))
        for one in lines:
            if known := found.get(one.end_to_end):
                on = one.on or tenant.now().date()
                count += await _returned(tenant, person, known, one.reason, on)
    return count, [one.end_to_end for one in lines if one.end_to_end not in found]


async def reject(tenant: Tenant, person: Person, number: int, reason: str) -> bool:
    """Write by hand that a bank returned a debit; return whether it was not written yet."""
    one = await debits.debit(number)
    async with transaction():
        await locks.advisory("paiement.debits", f"paiement.payer:{one.payer}")
        return await _returned(tenant, person, one, reason, tenant.now().date())


async def _returned(tenant: Tenant, person: Person, one: Debit, reason: str, on: date) -> bool:
    """Take a debit back: its invoices are due again, the family is told, its mandate may be stopped."""
    now, row = tenant.now(), await debits.batch(one.batch)
    told = {Debit.state: "returned", Debit.reason: reason, Debit.returned_on: on}
    if not await debits.move(int(one.id), ["planned", "debited", "confirmed"], told):
        return False
    await debits.release(int(one.id))
    short = 0
    if written := await books.postings(f"debit:{one.end_to_end}"):
        source = "treasury" if row.confirmed_at is not None else "debits"
        postings = accounts.undone(written, source)
        entry = Entry(
            f"debit-returned:{one.end_to_end}", "reversed", now.date(), postings, row.regie, reason
        )
        await books.write([entry], now, person.account, is_real=row.is_real)
        short = await crediting.take_back(person, one.payer, one.end_to_end, now, row.is_real)
    await journal.record(
        "paiement.debit_returned",
        f"paiement.debit:{one.id}",
        account=person.account,
        side="office",
        reason=reason,
        cents=one.cents,
        short=short,
    )
    stopped = await _suspend(tenant, one, reason)
    documents, shares = await _documents(one)
    after = (
        "Votre mandat est suspendu : payez autrement, ou signez-en un autre."
        if stopped
        else "Nous n’essayons pas une seconde fois pour ces factures sans vous prévenir."
    )
    await _post(
        tenant,
        "debit_returned",
        documents,
        cents=one.cents,
        day=row.on,
        why=rule.why(reason),
        after=after,
        lines=_lines(documents, shares),
    )
    return True


async def _suspend(tenant: Tenant, one: Debit, reason: str) -> bool:
    signed = await debits.mandate(one.mandate)
    past = (await debits.known([signed]))[int(signed.id)].past
    most = tenant.of(Settings).debits.suspend_after
    if signed.state != "active":
        return False
    if signing.after_reject(signing.in_a_row(past), reason, most) != "suspended":
        return False
    await Mandate.update({Mandate.state: "suspended"}).where(Mandate.id == signed.id)
    return True


async def take(tenant: Tenant, person: Person, number: int) -> tuple[str, bytes]:
    """Return the file of a batch and its name; who took it is kept. Raises Refused("cancelled")."""
    row = await debits.batch(number)
    if row.cancelled_at is not None:
        raise Refused("cancelled")
    async with transaction():
        if row.taken_at is None:
            await Batch.update({Batch.taken_at: tenant.now()}).where(Batch.id == number)
        await _record(person, row, number, "paiement.batch_taken")
    return row.name, sealing.opened(row.sealed, row.name)


async def _record(person: Person, row: Batch, number: int, what: str) -> None:
    await journal.record(
        what,
        f"paiement.batch:{number}",
        account=person.account,
        side="office",
        size=row.size,
        cents=row.cents,
    )
