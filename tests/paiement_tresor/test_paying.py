"""A family pays on line: once, whatever is lost, late, doubled, forged or stopped half-way."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from tests.paiement_tresor.builders import an_adult, an_invoice, on_line

from ribambelle.identity import Grant, Person
from ribambelle.identity.tables import Account
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town
from ribambelle_paiement_tresor import crediting, paying, resolving
from ribambelle_paiement_tresor.domain import payment as rule
from ribambelle_paiement_tresor.payfip import Payfip
from ribambelle_paiement_tresor.paying import NOTICE, RETURN
from ribambelle_paiement_tresor.queries import books, mine, modes, payments
from ribambelle_paiement_tresor.tables import Allocation, Entry, Exchange, Notice, Payment
from ribambelle_paiement_tresor.testing.treasury import SimulatedTreasury

CAMILLE = "camille@example.test"
CENTS = 4820


@dataclass
class Paying:
    """A family of alpha with one invoice, and the treasury it pays at."""

    town: Town
    treasury: SimulatedTreasury
    clock: FrozenClock
    client: httpx.AsyncClient
    account: int
    adult: int
    invoice: int

    async def press(self, *invoices: int) -> httpx.Response:
        """Press « Payer »."""
        chosen = [str(one) for one in invoices or (self.invoice,)]
        return await self.client.post("/paiement/payer", data={"facture": chosen})

    async def begun(self) -> Payment:
        """Press « Payer », and return the payment that opened."""
        answer = await self.press()
        assert answer.headers["location"].endswith("/tresor")
        return await self.last()

    async def last(self) -> Payment:
        """Return the last payment."""
        with self.town.here():
            row = await Payment.objects().order_by(Payment.id, ascending=False).first()
        assert row
        return row

    async def pass_(self, **by: float) -> None:
        """Let time pass on both sides, and the worker work."""
        self.treasury.advance(**by)
        self.clock.move(**by)
        await self.town.work()

    async def notified(self, operation: str, **shape: Any) -> httpx.Response:
        """The treasury writes that a payment moved."""
        return await self.town.visitor().post(NOTICE, **(shape or {"data": {"idop": operation}}))

    async def state(self) -> str:
        """Return where the last payment stands."""
        return str((await self.last()).state)

    async def owed(self) -> int:
        """Return what the invoice still owes."""
        with self.town.here():
            return (await mine.one(self.invoice)).owed

    async def receipts(self) -> int:
        """Return how many receipts were sent."""
        return len([one for one in await self.town.mail(CAMILLE) if "Reçu" in one.subject])


@pytest.fixture
async def paying_(
    communes: Communes, treasury: SimulatedTreasury, clock: FrozenClock
) -> AsyncIterator[Paying]:
    """Anne may pay 48,20 € on line."""
    town = communes.alpha
    on_line(town, treasury.address)
    client = await town.family(CAMILLE)
    with town.here():
        account = await Account.objects().get(Account.email == CAMILLE)
        assert account
        adult = await an_adult("Camille Martin", account.id)
        invoice = await an_invoice(adult, CENTS)
    yield Paying(town, treasury, clock, client, account.id, adult, invoice)


@pytest.mark.parametrize(("outcome", "means"), [("card", "card"), ("debit", "debit")])
async def test_s01_s02_paid_once_whatever_comes_first(
    paying_: Paying, outcome: str, means: str
) -> None:
    """A notice, the return, then polls: one entry, one receipt, the invoice settled."""
    row = await paying_.begun()
    page = await paying_.client.get(f"/paiement/paiements/{row.id}/tresor")
    assert f"{paying_.treasury.address}/tpa/paiementws.web?idop={row.operation}" in page.text
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), outcome)

    assert (await paying_.notified(str(row.operation))).status_code == 200
    await paying_.pass_(seconds=1)
    back = await paying_.client.get(f"{RETURN}?idop={row.operation}")
    await paying_.pass_(minutes=30)

    shown = await paying_.client.get(back.headers["location"])
    assert "C’est payé" in shown.text
    paid = await paying_.last()
    assert (paid.state, paid.means) == ("paid", means)
    assert await paying_.owed() == 0
    assert await paying_.receipts() == 1
    with paying_.town.here():
        assert await books.faults() == []
        assert (await books.balances())["payfip"] == CENTS
        assert await Entry.count().where(Entry.kind == "paid") == 1
        assert not await Entry.exists().where((Entry.kind == "paid") & Entry.is_real.eq(True))


@pytest.mark.parametrize("outcome", ["refuse_card", "refuse_debit", "abandon"])
async def test_s03_s04_s05_what_failed_may_be_tried_again(paying_: Paying, outcome: str) -> None:
    first = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(first.operation), outcome)
    await paying_.notified(str(first.operation))
    await paying_.pass_(seconds=1)
    assert await paying_.state() == ("abandoned" if outcome == "abandon" else "refused")
    await paying_.pass_(minutes=21)
    assert await paying_.owed() == CENTS

    second = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(second.operation), "card")
    await paying_.pass_(minutes=2)

    assert await paying_.state() == "paid"
    assert first.reference != second.reference
    assert await paying_.owed() == 0


async def test_s07_s08_s09_nobody_came_back_and_the_treasury_is_asked_all_the_same(
    paying_: Paying,
) -> None:
    """Paid at the last minute, notice and return lost: the poll finds it."""
    row = await paying_.begun()
    await paying_.pass_(minutes=14, seconds=59)
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")

    await paying_.pass_(minutes=25)

    assert await paying_.state() == "paid"


async def test_s07_a_page_left_open_lets_its_invoice_go_the_next_morning(paying_: Paying) -> None:
    await paying_.begun()
    for minutes in (16, 120):
        await paying_.pass_(minutes=minutes)
    assert await paying_.state() == "expired"
    await paying_.pass_(hours=24)

    row = await paying_.last()

    assert (row.state, row.ask_at) == ("expired", None)
    assert (await paying_.press()).headers["location"].endswith("/tresor")


async def test_s10_the_notice_that_came_before_the_answer_is_remembered(
    paying_: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = paying._open

    async def late(tenant: Any, number: int, created: Any) -> None:
        await asyncio.to_thread(paying_.treasury.family, created.idop, "card")
        assert (await paying_.notified(created.idop)).status_code == 200
        await opened(tenant, number, created)

    monkeypatch.setattr(paying, "_open", late)
    await paying_.press()
    await paying_.pass_(seconds=21)

    assert await paying_.state() == "paid"


async def test_s12_twenty_notices_and_a_return_at_once_count_once(paying_: Paying) -> None:
    row = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")

    answers = await asyncio.gather(*(paying_.notified(str(row.operation)) for _ in range(20)))
    await paying_.client.get(f"{RETURN}?idop={row.operation}")
    with paying_.town.here() as tenant:
        await asyncio.gather(*(resolving.resolve(tenant, row, "poll") for _ in range(5)))
    await paying_.pass_(minutes=5)

    assert {one.status_code for one in answers} == {200}
    with paying_.town.here():
        assert await Entry.count().where(Entry.kind == "paid") == 1
        assert await Notice.count() == 21
        # S37: asked by five at once, the treasury hears one question
        assert await Exchange.count().where(Exchange.trigger != "create") == 1
    assert await paying_.receipts() == 1


@pytest.mark.parametrize(
    "shape",
    [
        {"data": {"idop": "{}"}},
        {"data": {"idOp": "{}", "extra": "1"}},
        {"params": {"IDOP": "{}"}},
        {"content": b"idop={}"},
    ],
)
async def test_s13_a_notice_is_understood_in_every_shape(
    paying_: Paying, shape: dict[str, Any]
) -> None:
    row = await paying_.begun()
    name = str(row.operation)
    filled = {
        way: told.replace(b"{}", name.encode())
        if isinstance(told, bytes)
        else {key: value.replace("{}", name) for key, value in told.items()}
        for way, told in shape.items()
    }

    await paying_.notified(name, **filled)
    await paying_.town.visitor().get(f"{NOTICE}?idop={name}")

    with paying_.town.here():
        assert await Notice.count().where(Notice.is_known.eq(True)) == 2


async def test_s14_a_notice_of_nothing_is_answered_and_asks_nothing(paying_: Paying) -> None:
    before = len(paying_.treasury.requests())
    for sent in ("", "x" * 10_000, "cc0cb210-1cd4-11ea-8cca-0213ad91a103", "<script>", "%00"):
        assert (await paying_.notified(sent)).status_code == 200
    await paying_.pass_(minutes=1)

    assert len(paying_.treasury.requests()) == before
    with paying_.town.here():
        assert await Notice.count() == 1


async def test_s15_s16_who_forges_a_notice_or_a_return_learns_and_gains_nothing(
    paying_: Paying,
) -> None:
    row = await paying_.begun()
    await paying_.notified(str(row.operation))
    await paying_.pass_(seconds=1)
    assert await paying_.state() == "awaiting"
    assert await paying_.owed() == CENTS

    other = await paying_.town.family("paul@example.test")
    theirs = await other.get(f"{RETURN}?idop={row.operation}")
    nothing = await other.get(f"{RETURN}?idop=cc0cb210-1cd4-11ea-8cca-0213ad91a103")

    assert (theirs.status_code, theirs.text) == (200, nothing.text)
    assert (await other.get(f"/paiement/paiements/{row.id}")).status_code == 404
    assert (await other.get(f"/paiement/factures/{paying_.invoice}")).status_code == 404
    refused = await other.post("/paiement/payer", data={"facture": str(paying_.invoice)})
    assert refused.status_code == 404


@pytest.mark.parametrize("kind", ["unreachable", "fault"])
async def test_s17_s18_s20_a_treasury_that_does_not_answer_blocks_nothing(
    paying_: Paying, kind: str
) -> None:
    """Tried again once under another reference, then said so; the next try is free."""
    if kind == "unreachable":
        on_line(paying_.town, "http://127.0.0.1:9")
    else:
        for _ in range(2):
            paying_.treasury.will("unavailable")

    answer = await paying_.press()

    shown = (await paying_.client.get(answer.headers["location"])).text
    assert "ne répond pas" in shown
    with paying_.town.here():
        rows = await Payment.objects().order_by(Payment.id)
        assert [row.state for row in rows] == ["failed", "failed"]
        assert rows[0].reference != rows[1].reference
        assert not await Allocation.exists().where(Allocation.holds.is_not_null())
    on_line(paying_.town, paying_.treasury.address)
    assert (await paying_.press()).headers["location"].endswith("/tresor")


Posted = Callable[[Payfip, str], Awaitable[tuple[int, bytes]]]


async def answered_meanwhile(
    paying_: Paying, monkeypatch: pytest.MonkeyPatch, posted: Posted
) -> list[int]:
    """Return what the pages answered that were answered before the treasury was."""
    begun, over = asyncio.Event(), asyncio.Event()

    async def watched(self: Payfip, request: str) -> tuple[int, bytes]:
        begun.set()
        try:
            return await posted(self, request)
        finally:
            over.set()

    monkeypatch.setattr(Payfip, "_posted", watched)
    pressed = asyncio.create_task(paying_.press())
    await begun.wait()
    seen = []
    for path in ("/compte", "/agenda", "/"):
        answer = await paying_.client.get(path)
        if not over.is_set():
            seen.append(answer.status_code)
    await pressed
    return seen


@pytest.mark.slow
async def test_other_pages_do_not_wait_for_a_treasury_that_is_slow(
    paying_: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    paying_.treasury.will("slow", seconds=3)

    assert await answered_meanwhile(paying_, monkeypatch, Payfip._posted) == [200] * 3


async def test_twin_a_question_that_holds_the_server_keeps_every_page_waiting(
    paying_: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sabotage: the treasury is asked without giving the turn back."""

    async def held(self: Payfip, request: str) -> tuple[int, bytes]:
        time.sleep(0.1)
        raise httpx.ConnectError("nobody")

    assert await answered_meanwhile(paying_, monkeypatch, held) == []


async def test_s19_what_the_treasury_refuses_is_told_and_the_regie_knows(paying_: Paying) -> None:
    paying_.treasury.will("functional", code="R3")

    answer = await paying_.press()

    assert "Le Trésor refuse" in (await paying_.client.get(answer.headers["location"])).text
    row = await paying_.last()
    assert (row.state, row.code, row.alert) == ("failed", "R3", "refused_by_treasury")


async def test_s22_silence_is_asked_again_less_and_less_often(paying_: Paying) -> None:
    row = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")
    for _ in range(2):
        paying_.treasury.will("unavailable")
    await paying_.pass_(minutes=1)
    silent = await paying_.last()
    assert (silent.state, silent.failures) == ("open", 1)

    await paying_.pass_(seconds=31)
    await paying_.pass_(minutes=3)

    assert await paying_.state() == "paid"


async def test_s23_s24_what_is_paid_after_all_is_never_dropped(paying_: Paying) -> None:
    """The first payment was given up, the second paid: when the first turns paid, it is credit."""
    first = await paying_.begun()
    paying_.treasury.will("late_result", idop=first.operation, minutes=180)
    await asyncio.to_thread(paying_.treasury.family, str(first.operation), "card")
    for minutes in (16, 130):
        await paying_.pass_(minutes=minutes)
    assert await paying_.state() == "expired"
    second = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(second.operation), "card")
    await paying_.pass_(minutes=2)
    assert await paying_.owed() == 0

    await paying_.pass_(minutes=60)

    with paying_.town.here():
        late = await payments.one(int(first.id))
        assert (late.state, late.alert) == ("paid", "surplus")
        assert await books.credit([late.payer]) == CENTS
        assert [one.row.id for one in await payments.to_look_at()] == [first.id]


@pytest.mark.parametrize(
    "wrong",
    [{"montant": "100"}, {"refdet": "F20260000009901"}, {"numcli": "111111"}, {"saisie": "T"}],
)
async def test_s25_an_answer_that_differs_waits_for_somebody(
    paying_: Paying, wrong: dict[str, str]
) -> None:
    row = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")
    paying_.treasury.will("answer", idop=row.operation, set=wrong)
    await paying_.pass_(minutes=2)
    assert await paying_.state() == "disputed"
    assert await paying_.owed() == CENTS
    assert (await paying_.press()).headers["location"].endswith(str(row.id))

    regisseur = await paying_.town.staff(Grant("regisseur"))
    assert "autre montant" in (await regisseur.get("/bureau/paiement")).text
    here = f"/bureau/paiement/paiements/{row.id}/decider"
    await regisseur.post(f"{here}/vu")  # money that waits is not seen away
    assert await paying_.state() == "disputed"
    assert "autre montant" in (await regisseur.get("/bureau/paiement")).text
    decided = await regisseur.post(f"{here}/crediter")

    assert decided.status_code == 303
    again = await regisseur.post(f"{here}/rembourser")  # somebody else, on a page of before
    assert "n’attend plus" in (await regisseur.get(again.headers["location"])).text
    shown = (await paying_.client.get(f"/paiement/paiements/{row.id}")).text
    assert "La régie a traité" in shown
    assert "à vérifier" not in shown
    assert await paying_.owed() == CENTS - int(wrong.get("montant", CENTS))
    with paying_.town.here():
        assert await books.faults() == []
        assert (await books.balances()).get("suspense", 0) == 0


async def test_s26_an_answer_nobody_knows_keeps_asking_and_calls_somebody(paying_: Paying) -> None:
    row = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")
    paying_.treasury.will("answer", idop=row.operation, set={"resultrans": "Q"})
    await paying_.pass_(minutes=1)

    found = await paying_.last()

    assert (found.state, found.alert) == ("awaiting", "unknown")
    assert found.ask_at is not None


async def test_s28_a_payment_the_treasury_forgot_at_once_is_our_fault(paying_: Paying) -> None:
    """What a wrong tag would bring: the treasury does not know what it has just opened."""
    row = await paying_.begun()
    paying_.treasury.will("functional", idop=row.operation, code="P1")
    await paying_.pass_(minutes=1)

    assert (await paying_.last()).alert == "lost"


async def test_s29_two_tabs_that_pay_at_once_open_one_payment(paying_: Paying) -> None:
    answers = await asyncio.gather(paying_.press(), paying_.press())

    row = await paying_.last()
    ends = sorted(one.headers["location"] for one in answers)
    assert ends == [f"/paiement/paiements/{row.id}", f"/paiement/paiements/{row.id}/tresor"]
    with paying_.town.here():
        assert await Payment.count() == 1


async def test_s30_s31_what_was_corrected_meanwhile_becomes_credit(paying_: Paying) -> None:
    """Three invoices in one payment; the régie gives one back while the family pays."""
    with paying_.town.here():
        second = await an_invoice(paying_.adult, 1000, date(2026, 9, 1))
        third = await an_invoice(paying_.adult, 500, date(2026, 8, 3))
    await paying_.press(paying_.invoice, second, third)
    row = await paying_.last()
    assert row.cents == CENTS + 1500
    regisseur = await paying_.town.staff(Grant("regisseur"))
    given = {"key": "a", "amount": "10", "why": "Classe fermée"}
    for _ in range(2):  # pressed twice, written once
        await regisseur.post(f"/bureau/paiement/factures/{second}/avoir", data=given)

    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")
    await paying_.pass_(minutes=2)

    with paying_.town.here():
        left = await books.standing([paying_.invoice, second, third])
        assert {one.owed for one in left.values()} == {0}
        assert await books.credit([row.payer]) == 1000
        assert (await payments.one(int(row.id))).alert == "surplus"


@pytest.mark.parametrize(
    ("cents", "email", "told"),
    [
        (99, CAMILLE, "sous 1 €"),
        (10_000_000, CAMILLE, "99 999,99 €"),
        (100, "a@b.c", "n’accepte pas votre adresse"),
    ],
)
async def test_s32_s33_what_the_treasury_would_refuse_is_refused_before_any_call(
    paying_: Paying, cents: int, email: str, told: str
) -> None:
    with paying_.town.here():
        other = await an_invoice(paying_.adult, cents, date(2026, 9, 1))
        await Account.update({Account.email: email}).where(Account.id == paying_.account)
    before = len(paying_.treasury.requests())

    answer = await paying_.press(other)

    assert told in (await paying_.client.get(answer.headers["location"])).text
    assert len(paying_.treasury.requests()) == before


async def test_s36_stopped_between_the_entry_and_the_receipt_everything_is_done_again(
    paying_: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")

    async def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(resolving, "post", killed)
        with pytest.raises(KeyboardInterrupt), paying_.town.here() as tenant:
            paying_.clock.move(minutes=1)
            await resolving.resolve(tenant, await payments.one(int(row.id)), "poll")
        assert await paying_.state() == "open"
    await paying_.pass_(minutes=3)

    assert await paying_.state() == "paid"
    assert await paying_.receipts() == 1


async def test_s38_s39_no_step_is_skipped_and_no_simulator_takes_real_money(
    paying_: Paying,
) -> None:
    town = paying_.town
    for mode, words in (
        ("production", "pas ouvert"),  # the simulator never plays what counts
        ("activation", "pas ouvert"),
        ("test", "pas ouvert"),  # the file says it, nobody took the step
    ):
        on_line(town, paying_.treasury.address, mode)
        answer = await paying_.press()
        assert words in (await paying_.client.get(answer.headers["location"])).text, mode

    with town.here() as tenant:
        await modes.write("test", tenant.now())
    row = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")
    await paying_.pass_(minutes=2)

    assert (row.saisie, await paying_.state()) == ("T", "paid")
    assert await paying_.owed() == CENTS  # T never reaches the books
    other = await town.family("paul@example.test")
    with town.here():
        paul = await Account.objects().get(Account.email == "paul@example.test")
        assert paul
        theirs = await an_invoice(await an_adult("Paul G", paul.id), 500, date(2026, 9, 1))
    refused = await other.post("/paiement/payer", data={"facture": str(theirs)})
    assert "pas ouvert" in (await other.get(refused.headers["location"])).text


async def test_s41_a_debit_that_bounced_is_due_again_and_told(paying_: Paying) -> None:
    row = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "debit")
    await paying_.pass_(minutes=2)
    regisseur = await paying_.town.staff(Grant("regisseur"))

    for _ in range(2):
        await regisseur.post(f"/bureau/paiement/paiements/{row.id}/decider/rejeter")
    await paying_.town.work()

    assert await paying_.state() == "reversed"
    assert await paying_.owed() == CENTS
    mail = [one.subject for one in await paying_.town.mail(CAMILLE)]
    assert sum("rejeté" in one for one in mail) == 1
    with paying_.town.here():
        assert await books.faults() == []


@pytest.mark.parametrize("left", ["used", "returned"])
async def test_a_bank_takes_back_money_whose_credit_was_spent(paying_: Paying, left: str) -> None:
    """Paid 48,20 for an invoice lowered to 8,20 meanwhile: the 40 pay another one, or go back."""
    row = await paying_.begun()
    town, here = paying_.town, "/bureau/paiement/paiements"
    person = Person(1, 0, "", "Brigitte", "staff", strong=True)
    with town.here() as tenant:
        wrong = await mine.one(paying_.invoice)
        await crediting.credit_note(tenant, person, wrong, 4000, "Erreur", "note")
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "debit")
    await paying_.pass_(minutes=2)
    regisseur = await town.staff(Grant("regisseur"))
    with town.here() as tenant:
        other = await an_invoice(paying_.adult, 3000, date(2026, 9, 1))
        if left == "used":
            await crediting.use(tenant, person, wrong.payer, other, "use")
        await crediting.refund(
            tenant, person, wrong.payer, 1000 if left == "used" else 4000, "Départ", "back"
        )

    await regisseur.post(f"{here}/{row.id}/decider/rejeter")

    with town.here():
        owed = [(await mine.one(number)).owed for number in (paying_.invoice, other)]
        assert owed == [820, 3000]
        assert await books.credit([wrong.payer]) == (-1000 if left == "used" else -4000)
        assert await books.faults() == []
    desk = (await regisseur.get("/bureau/paiement")).text
    assert "la régie a déjà rendu l’avance" in desk.replace("\u00a0", " ")


async def test_without_its_key_a_payment_would_be_booked_twice(
    paying_: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: forget that a payment is settled and under which key it was booked."""
    row = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")
    monkeypatch.setattr(payments, "SETTLED", frozenset({"reversed"}))
    real = resolving.Entry
    names = iter(range(9))
    monkeypatch.setattr(resolving, "Entry", lambda key, *rest: real(f"{key}:{next(names)}", *rest))
    with paying_.town.here() as tenant:
        for _ in range(2):
            paying_.clock.move(minutes=2)
            await resolving.resolve(tenant, await payments.one(int(row.id)), "poll")

        assert await Entry.count().where(Entry.kind == "paid") == 2


async def test_without_the_check_of_the_amount_a_euro_would_pay_everything(
    paying_: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: believe whatever amount the treasury tells."""
    row = await paying_.begun()
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")
    paying_.treasury.will("answer", idop=row.operation, set={"montant": "100"})
    monkeypatch.setattr(rule, "differs", lambda *_: False)
    await paying_.pass_(minutes=2)

    assert await paying_.owed() == 0


async def test_the_page_of_a_payment_follows_it_without_being_opened_again(
    paying_: Paying,
) -> None:
    """What the page asks every few seconds: its own part, where the payment stands."""
    row = await paying_.begun()
    here, alone = f"/paiement/paiements/{row.id}", {"X-Fragment": "etat"}

    waiting = await paying_.client.get(here, headers=alone)
    await asyncio.to_thread(paying_.treasury.family, str(row.operation), "card")
    await paying_.client.post(f"{here}/verifier")
    await paying_.pass_(seconds=1)
    paid = await paying_.client.get(here, headers=alone)

    assert "/verifier" in waiting.text
    assert "<html" not in waiting.text
    assert "/verifier" not in paid.text
    assert "C’est payé" in paid.text
