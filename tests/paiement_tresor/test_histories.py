"""Thousands of random histories: whatever happens, the books say what the treasury says."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from tests.paiement_tresor.builders import a_bill, insert, on_line

from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.identity.tables import Account, Adult, Household
from ribambelle.tenants import Tenant
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes
from ribambelle_paiement_tresor import crediting, paying, resolving, till
from ribambelle_paiement_tresor.domain import payment as rule
from ribambelle_paiement_tresor.hearing import hear
from ribambelle_paiement_tresor.queries import books, mine, payments
from ribambelle_paiement_tresor.tables import Allocation, Exchange, Payer, Payment
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury
from ribambelle_paiement_tresor.till import Taken

STEPS = 12
ENDS = ("card", "debit", "refuse_card", "refuse_debit", "abandon")
FAULTS = ("unavailable", "bad_gateway", "truncated", "late_result", "wrong", "wrong")
REGISSEUR = Person(1, 0, "", "Brigitte", "staff", strong=True)


class Wrong(AssertionError):
    """The books and the treasury do not say the same."""


@dataclass
class Story:
    """One family with two invoices, and everything that happens to them."""

    tenant: Tenant
    treasury: SimulatedTreasury
    clock: FrozenClock
    draw: Random
    person: Person
    payer: int
    bills: list[int]
    told: list[str] = field(default_factory=list)
    settled: set[int] = field(default_factory=set)

    async def rows(self) -> list[Payment]:
        return await Payment.objects().where(Payment.payer == self.payer).order_by(Payment.id)

    async def some(self) -> Payment | None:
        """Return one of the payments that have a page at the treasury."""
        found = [row for row in await self.rows() if row.operation]
        return self.draw.choice(found) if found else None

    async def create(self) -> None:
        chosen = self.draw.sample(self.bills, self.draw.randint(1, 2))
        try:
            await paying.start(self.tenant, self.person, chosen)
        except Refused as refusal:
            self.told.append(refusal.reason)

    async def end(self) -> None:
        if row := await self.some():
            self.treasury.family(str(row.operation), self.draw.choice(ENDS))

    async def notify(self) -> None:
        if row := await self.some():
            for _ in range(self.draw.randint(1, 3)):
                await hear(self.tenant, str(row.operation), "notification", f"a{row.id}")

    async def poll(self) -> None:
        if row := await self.some():
            await resolving.resolve(self.tenant, row, "poll")

    async def wait(self, **by: float) -> None:
        by = by or {"minutes": self.draw.choice((1, 1, 5, 16, 40, 130))}
        self.treasury.advance(**by)
        self.clock.move(**by)

    async def crash(self) -> None:
        """Stop between the entry and the receipt: nothing of the transaction is left."""
        if row := await self.some():
            with stopped():
                try:
                    await resolving.resolve(self.tenant, row, "poll")
                except Crashed:
                    self.told.append("crashed")

    async def fault(self) -> None:
        row, kind = await self.some(), self.draw.choice(FAULTS)
        if kind == "late_result" and row:
            self.treasury.will(kind, idop=row.operation, minutes=90)
        elif kind == "wrong" and row:
            told = {"montant": "100"}
            self.treasury.will("answer", idop=row.operation, set=told, times=4)
        elif kind in ("unavailable", "bad_gateway", "truncated"):
            self.treasury.will(kind)

    async def give_back(self) -> None:
        one = await mine.one(self.draw.choice(self.bills))
        cents = self.draw.choice((100, one.cents))
        try:
            await crediting.credit_note(
                self.tenant, REGISSEUR, one, cents, "Rectifiée", f"{one.id}-{self.draw.random()}"
            )
        except Refused as refusal:
            self.told.append(refusal.reason)

    async def at_the_counter(self) -> None:
        cents = self.draw.choice((500, 5000))
        taken = Taken(self.payer, "regie", "cash", cents, (self.bills[0],), f"{self.draw.random()}")
        try:
            await till.take(self.tenant, REGISSEUR, taken)
        except Refused as refusal:
            self.told.append(refusal.reason)

    async def run(self) -> None:
        """Live the story, then let the treasury answer everything it has to say."""
        acts = (
            *(self.create, self.create, self.end, self.end, self.end, self.notify),
            *(self.poll, self.poll, self.wait, self.wait, self.crash, self.fault),
            *(self.give_back, self.at_the_counter),
        )
        for _ in range(STEPS):
            act = self.draw.choice(acts)
            self.told.append(act.__name__)
            await act()
            await self.require_held()
        for hours in (3, 26, 24, 24):
            await self.wait(hours=hours)
            for row in await self.rows():
                await resolving.resolve(self.tenant, row, "poll")
        await self.require_same()

    async def require_held(self) -> None:
        """Invariants 2 and 5: what is settled stays so; one payment at a time holds an invoice."""
        now = {int(row.id) for row in await self.rows() if row.state in rule.SETTLED}
        if not self.settled <= now:
            raise Wrong("a settled payment moved")
        self.settled = now
        rows = await Allocation.select(Allocation.holds).where(Allocation.holds.is_in(self.bills))
        if len(rows) != len({row["holds"] for row in rows}):
            raise Wrong("two payments hold one invoice")

    async def require_same(self) -> None:
        """Invariants 1, 3, 4, 6: the ledger and the treasury's books agree, payment by payment."""
        theirs = {one["idop"]: one for one in self.treasury.operations()}
        counted = 0
        for row in await self.rows():
            written = await books.postings(f"payfip:{row.operation}")
            came = sum(one.cents for one in written if one.ledger == "payfip")
            counted += came if row.state == "paid" else 0
            heard = await Exchange.exists().where(
                (Exchange.payment == row.id) & Exchange.outcome.is_in(["P", "V"])
            )
            is_paid = theirs[row.operation]["resultrans"] in ("P", "V") if row.operation else False
            said = (row.state, row.saisie, came, is_paid, bool(heard))
            right = {
                "paid": (is_paid, heard, came == (0 if row.saisie == "T" else row.cents)),
                "disputed": (is_paid, heard, came == (0 if row.saisie == "T" else 100)),
            }.get(row.state, (not is_paid, True, came == 0))
            if not all(right):
                raise Wrong(f"{said}, {self.told}")
        await self.require_balanced(counted)

    async def require_balanced(self, counted: int) -> None:
        """What is owed is what was billed, less what was given back and what came."""
        found = await mine.of_payer(self.payer)
        billed = sum(one.cents for one in found)
        rows = await books.Posting.raw(
            "SELECT p.ledger, SUM(p.cents) AS cents FROM paiement_posting p"
            " WHERE p.payer = {} GROUP BY p.ledger",
            self.payer,
        )
        left = {row["ledger"]: int(row["cents"]) for row in rows}
        cash = await till.receipts.of_payer(self.payer)
        came = counted + sum(row.cents for row in cash)
        if left.get("families", 0) + left.get("credit", 0) != billed - came:
            raise Wrong(f"owed {left}, billed {billed}, came {came}, {self.told}")


class Crashed(Exception):
    """The process stops here."""


@contextmanager
def stopped() -> Iterator[None]:
    async def killed(*_: Any, **__: Any) -> None:
        raise Crashed

    real, resolving.post = resolving.post, killed  # type: ignore[assignment]
    try:
        yield
    finally:
        resolving.post = real


async def a_story(
    communes: Communes, treasury: SimulatedTreasury, clock: FrozenClock, number: int
) -> Story:
    """Bill a new family twice, at a treasury that knows nothing."""
    draw = Random(number)
    moment = clock().astimezone(communes.alpha.tenant.zone)
    treasury.reset(seed=number + 1, at=moment.replace(tzinfo=None).isoformat())
    tenant = communes.alpha.tenant
    now = tenant.now()
    email = f"f{number}@example.test"
    account = Account(email=email, kind="family", name="Camille", created_at=now)
    account.id = await insert(account)
    home = await insert(Household(created_at=now))
    adult = await insert(
        Adult(household=home, account=account.id, given_name="Camille", folded="camille")
    )
    payer = await insert(Payer(adult=adult))
    bills = [await a_bill(payer, cents) for cents in (4820, 1000)]
    person = Person(account.id, 0, email, "Camille", "family", adult=adult, household=home)
    return Story(tenant, treasury, clock, draw, person, payer, bills)


@pytest.fixture
async def open_town(
    communes: Communes, treasury: SimulatedTreasury, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Communes]:
    """A commune where some payments are trials, and nobody waits for a mail server."""
    on_line(communes.alpha, treasury.address)
    letters = Random(7)

    async def letter(*_: Any) -> str:
        return letters.choice("WWWT")

    monkeypatch.setattr(paying.treasury, "saisie", letter)
    with communes.alpha.here():
        yield communes


async def live(
    communes: Communes, treasury: SimulatedTreasury, clock: FrozenClock, numbers: range
) -> None:
    for number in numbers:
        story = await a_story(communes, treasury, clock, number)
        await story.run()
    assert await books.faults() == []


async def test_the_books_say_what_the_treasury_says(
    open_town: Communes, treasury: SimulatedTreasury, clock: FrozenClock
) -> None:
    await live(open_town, treasury, clock, range(40))


@pytest.mark.slow
async def test_the_books_say_it_ten_thousand_times(
    open_town: Communes, treasury: SimulatedTreasury, clock: FrozenClock
) -> None:
    await live(open_town, treasury, clock, range(100, 5_100))


async def test_without_its_key_a_payment_counted_twice_is_seen(
    open_town: Communes,
    treasury: SimulatedTreasury,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: what is paid is asked and booked again."""
    monkeypatch.setattr(payments, "SETTLED", frozenset({"reversed"}))
    real, names = resolving.Entry, iter(range(10_000))
    monkeypatch.setattr(
        resolving, "Entry", lambda key, *rest: real(f"{key}{next(names) or ''}", *rest)
    )
    with pytest.raises(Wrong):
        await live(open_town, treasury, clock, range(40))


async def test_without_the_check_of_the_amount_a_difference_is_seen(
    open_town: Communes,
    treasury: SimulatedTreasury,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: whatever amount the treasury tells is believed, and booked."""
    monkeypatch.setattr(rule, "differs", lambda *_: False)
    real = resolving._settle

    async def as_told(tenant: Any, row: Any, move: Any, told: Any, now: Any) -> None:
        row.cents = told.cents
        await real(tenant, row, move, told, now)

    monkeypatch.setattr(resolving, "_settle", as_told)
    with pytest.raises(Wrong):
        await live(open_town, treasury, clock, range(200))
