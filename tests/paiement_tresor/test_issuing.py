"""A month becomes invoices: all of it, once, explained, numbered without a gap, and never changed."""

import asyncio
from datetime import date, timedelta

import pytest
from tests.paiement_tresor.builders import (
    OCTOBER,
    a_child,
    a_due,
    a_period,
    a_unit,
    an_adult,
    issued,
    settle,
)

from ribambelle.database import DOOR, REFUSED, locks, transaction
from ribambelle.errors import Refused
from ribambelle.testing.communes import Communes
from ribambelle_paiement_tresor import issuing, slices, trying
from ribambelle_paiement_tresor.domain.drafting import DOUBTS
from ribambelle_paiement_tresor.queries import books, mine, periods
from ribambelle_paiement_tresor.tables import Invoice, Line, Period
from ribambelle_periscolaire.tables import Due

FIRST = OCTOBER[0]


async def test_each_adult_has_an_invoice_of_its_own_lines(communes: Communes) -> None:
    """One per paying adult: parents who live apart each read and pay their own."""
    with communes.alpha.here():
        anne, paul = await an_adult(), await an_adult("Paul Grondin")
        lea, unit = await a_child(anne), await a_unit()
        for day, payer in enumerate((anne, anne, paul)):
            await a_due(payer, lea, unit, FIRST + timedelta(days=day))

        documents = await issued(await a_period())

        of = {row.id: await mine.one(row.id) for row in documents}
        assert [(one.called, one.recipient.name, one.cents) for one in of.values()] == [
            ("F2026-000001", "Anne Hoarau", 620),
            ("F2026-000002", "Paul Grondin", 310),
        ]
        (line, _) = await mine.lines(documents[0].id)
        assert (line.child_name, line.label, line.inputs, line.steps) == (
            *("Léa Hoarau", "Cantine, réservé"),
            (("Quotient familial", "820 €"),),
            ("Tranche : 310 centimes",),
        )
        assert await books.balances() == {"families": 930, "income": -930}
        assert await books.faults() == []


async def test_what_was_billed_is_never_billed_again_and_corrections_are_new_documents(
    communes: Communes,
) -> None:
    with communes.alpha.here():
        anne = await an_adult()
        lea, unit = await a_child(anne), await a_unit()
        due = await a_due(anne, lea, unit, FIRST)
        await a_due(anne, lea, unit, FIRST + timedelta(days=1))
        (first,) = await issued(await a_period())
        await Due.delete(force=True).where(Due.id == due)
        await a_due(anne, lea, unit, FIRST, 250)
        late = FIRST + timedelta(days=7)
        await a_due(anne, lea, unit, late)

        november = await a_period(date(2026, 11, 1), date(2026, 11, 24))
        credit, invoice = await issued(november)

        assert (credit.kind, credit.corrects, credit.cents) == ("credit", first.id, -60)
        assert [(one.day, one.cents) for one in await mine.lines(invoice.id)] == [(late, 310)]
        assert [row.number for row in await Invoice.objects().order_by(Invoice.id)] == [1, 2, 3]
        left = await books.standing([first.id, credit.id, invoice.id])
        assert {number: one.owed for number, one in left.items()} == {
            first.id: 560,
            invoice.id: 310,
        }


async def test_every_doubt_is_answered_before_anything_leaves(communes: Communes) -> None:
    town = communes.alpha
    with town.here() as tenant:
        anne, nobody = await an_adult(), await an_adult("Lou Payet", lives=False)
        lea, unit = await a_child(anne), await a_unit()
        odd = await a_unit("soir", regie="inconnue")
        await a_due(None, lea, unit, FIRST)
        await a_due(nobody, lea, unit, FIRST + timedelta(days=1))
        await a_due(anne, lea, unit, FIRST + timedelta(days=2), quotient="non connu")
        await a_due(anne, lea, odd, FIRST + timedelta(days=2), -100)
        period = await a_period()
        await trying.one(tenant, await periods.one(period))

        (trial,) = await periods.trials(period)
        found = periods.doubts_of(trial)

        assert {one.code for one in found} == DOUBTS.keys() - {"gap", "duplicate"}
        with pytest.raises(Refused, match="doubts"):
            await issuing.begin(tenant, period, None)
        keys = [one.key for one in found]
        await periods.waive(period, keys, "Vu avec la famille", None, tenant.now())
        assert [row.cents for row in await issued(period)] == [210, 310]
        assert not await Line.exists().where(Line.day == FIRST)  # nobody pays it: it waits


async def test_the_nights_tell_what_changed_since_yesterday(communes: Communes) -> None:
    with communes.alpha.here() as tenant:
        anne = await an_adult()
        lea, unit = await a_child(anne), await a_unit()
        await a_due(anne, lea, unit, FIRST)
        period = await a_period()
        for day in range(3):
            await trying.every_night()
            await a_due(anne, lea, unit, FIRST + timedelta(days=day + 1))

        last, before = await periods.trials(period)

        assert (periods.totals_of(last), periods.totals_of(before)) == ({anne: 930}, {anne: 620})
        assert (last.invoices, last.lines, last.cents) == (1, 3, 930)
        assert tenant.now() >= last.at


async def test_two_runs_at_once_and_one_stopped_bill_once(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with communes.alpha.here() as tenant:
        unit = await a_unit()
        monkeypatch.setattr(slices, "SIZE", 2)
        for number in range(5):
            adult = await an_adult(f"Anne {number}")
            await a_due(adult, await a_child(adult), unit, FIRST)
        period = await a_period()
        await issuing.begin(tenant, period, None)
        await issuing.one_slice(tenant, period, 0, 2)

        await asyncio.gather(issuing.issue(period), issuing.issue(period))

        rows = await Invoice.select(Invoice.number).order_by(Invoice.number)
        assert [row["number"] for row in rows] == [1, 2, 3, 4, 5]
        assert (await periods.one(period)).state == "issued"
        assert (await books.balances())["families"] == 5 * 310


async def test_without_what_was_billed_a_second_run_would_bill_twice(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: forget the keys already billed."""
    with communes.alpha.here():
        anne = await an_adult()
        await a_due(anne, await a_child(anne), await a_unit(), FIRST)
        period = await a_period()
        await issued(period)

        async def nothing(*_: object) -> dict[str, object]:
            return {}

        monkeypatch.setattr(slices.invoices, "billed", nothing)
        await Period.update({Period.state: "issuing"}).where(Period.id == period)
        await issuing.issue(period)

        assert await Invoice.count() == 2


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_correction_waits_for_who_pays_meanwhile(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """The twin: without the lock, PostgreSQL lets both decide on what is left at the same time."""
    with communes.alpha.here() as tenant:
        anne = await an_adult()
        due = await a_due(anne, await a_child(anne), await a_unit(), FIRST)
        (first,) = await issued(await a_period())
        await Due.delete(force=True).where(Due.id == due)
        november = await a_period(date(2026, 11, 1), date(2026, 11, 24))
        await issuing.begin(tenant, november, None)
        if not guarded:
            monkeypatch.setattr(issuing.locks, "advisory", _no_lock)
        paying = asyncio.Event()

        async def pays() -> None:
            async with transaction():
                await TAKE(f"paiement.payer:{first.payer}")
                paying.set()
                await asyncio.sleep(0.3)
                order.append("paid")

        async def corrects() -> None:
            await paying.wait()
            await issuing.issue(november)
            order.append("corrected")

        order: list[str] = []
        await asyncio.gather(pays(), corrects())

        alone = guarded or DOOR.engine_type == "sqlite"
        assert order == (["paid", "corrected"] if alone else ["corrected", "paid"])


TAKE = locks.advisory


async def _no_lock(*_: str) -> None:
    """Let everybody in."""


async def test_the_database_refuses_to_change_what_was_sent_or_booked(communes: Communes) -> None:
    with communes.alpha.here():
        anne = await an_adult()
        await a_due(anne, await a_child(anne), await a_unit(), FIRST)
        await issued(await a_period())

        for change in (
            "UPDATE paiement_invoice SET cents = 1",
            "DELETE FROM paiement_line",
            "UPDATE paiement_line SET label = 'Rien'",
            "UPDATE paiement_posting SET cents = 0",
            "DELETE FROM paiement_entry",
        ):
            with pytest.raises(REFUSED):
                async with transaction():
                    await DOOR.fetch(change, [])


async def test_a_period_to_come_is_not_issued(communes: Communes) -> None:
    town = communes.alpha
    settle(town, "[paiement]\n")
    with town.here() as tenant:
        period = await a_period(date(2026, 11, 1), date(2026, 11, 30))

        with pytest.raises(Refused, match="too_early"):
            await issuing.begin(tenant, period, None)
