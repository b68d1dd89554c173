"""A yes that waits for another: what its family reads, may take back, and by whom it is settled."""

from contextlib import nullcontext
from html import unescape
from typing import Any

import pytest
from tests.creche.changing import FULL, SWAP, changing, gone, live, now_of

from ribambelle import workflow
from ribambelle.database import locks
from ribambelle.errors import Refused
from ribambelle.identity.person import Behalf
from ribambelle.testing import Communes, FrozenClock
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche import letters, offering
from ribambelle_creche.queries import (
    commissions,
    decisions,
    offers,
)
from ribambelle_creche.tables import Application, Offer


async def test_a_family_reads_that_the_place_is_still_held_and_that_its_yes_is_kept(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, mine = await changing(town, clock, SWAP, FULL)
    agent = await town.staff()
    with town.here():
        offer = await live(mine["Ana"])
    page = f"/creche/offres/{offer.id}"

    before = (await agent.get(page)).text
    await agent.post(f"{page}/accepter")
    kept_yes = (await agent.get(page)).text

    answers = (await agent.get(f"/bureau/creche/commissions/{number}/reponses")).text

    assert answers.count("Oui gardé, attend une autre famille") == 1
    assert answers.count("Réponse attendue") == 1
    assert "Une place encore occupée" in before
    assert "Accepter cette place" in before
    assert "est gardé" in kept_yes
    assert "Accepter cette place" not in kept_yes
    assert "Refuser cette place" in kept_yes


async def test_nobody_who_said_yes_is_asked_to_answer_before_the_last_day(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    _, mine = await changing(town, clock, SWAP, FULL)
    family = await town.family("Ana@example.test")
    pages = (f"/creche/demandes/{mine['Ana']}", "/")

    before = [unescape((await family.get(page)).text) for page in pages]
    with town.here():
        offer = await live(mine["Ana"])
    await family.post(f"/creche/offres/{offer.id}/accepter")
    after = [unescape((await family.get(page)).text) for page in pages]

    asked = "épondez avant la date limite"
    assert [asked in page for page in (*before, *after)] == [True, True, False, False]
    assert "Votre oui est gardé. Il manque la réponse d’une autre famille." in after[0]


async def test_giving_up_the_place_one_moved_to_says_that_neither_is_left_and_calls_for_both(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zoé went from Les Lilas to Les Roses, then gives up: Ana, who waits, has the place she left."""
    town = communes.alpha
    files = (("Zoé", "Lilas", "Roses"), ("Léo", "", "Lilas"), ("Ana", "", "Lilas"))
    number, mine = await changing(town, clock, files, {"Roses": 1, "Lilas": 0})
    agent = await town.staff()
    page = f"/creche/demandes/{mine['Zoé']}/retirer"
    before = unescape((await agent.get(page)).text)
    with town.here():
        await offering.accept(await live(mine["Zoé"]), 1, "office", clock())
    between = unescape((await agent.get(page)).text)
    with town.here() as tenant:
        await gone(mine, "Zoé")
        await offering.decline(tenant, await live(mine["Léo"]), 1, "office", clock())
        row = await commissions.one(number)
        with monkeypatch.context() as twin:  # the twin: were she counted at Les Lilas still

            async def nobody(_: int) -> set[str]:
                return set()

            twin.setattr(offers, "left_again", nobody)
            blind = await offering.called(tenant, row, clock())
        await offering.call_next(tenant, number, 1, clock())
        after = await now_of(mine)
    await town.work()

    assert "plus de place, ni à" not in before
    assert "n’aura plus de place, ni à Roses, ni à Lilas" in between
    assert blind is not None
    assert blind.offers == []
    assert after["Ana"] == ("Lilas", "live")
    told = [one.text for one in await town.mail() if "retirée" in one.subject]
    lost = "Votre enfant n’a plus de place, ni à Roses, ni à Lilas."
    assert [lost in one for one in told] == [False, True]  # her first file says nothing of the kind


async def test_a_yes_that_is_kept_may_be_taken_back_after_the_last_day_and_no_other_answer_may(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    _, mine = await changing(town, clock, SWAP, FULL)
    agent = await town.staff()
    with town.here():
        await offering.accept(await live(mine["Ana"]), 1, "office", clock())
    why = [
        unescape((await agent.get(f"/creche/demandes/{mine[name]}/pourquoi")).text)
        for name in ("Ana", "Bob")
    ]
    clock.move(days=30)
    with town.here() as tenant:
        late = await live(mine["Bob"])
        with pytest.raises(Refused, match="offer_over"):
            await offering.decline(tenant, late, 1, "office", clock())
        await offering.decline(tenant, await live(mine["Ana"]), 1, "office", clock())
        after = await now_of(mine)

    assert ["Répondez avant" in one for one in why] == [False, True]
    assert after == {"Ana": ("Roses", "declined"), "Bob": ("Lilas", "live")}


async def test_a_family_is_told_that_its_yes_is_kept_then_why_the_offer_was_taken_back(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number, mine = await changing(town, clock, SWAP, FULL)
    with town.here() as tenant:
        for _ in range(2):  # two presses of one button
            await offering.accept(await live(mine["Ana"]), 1, "office", clock())
        await town.work()
        kept_yes = [one for one in await town.mail() if "oui est gardé" in one.subject]
        row = await commissions.one(number)
        answers = {one.application.id: one for one in await decisions.of_commission(number)}
        read = {
            name: str((await letters._letter(tenant, row, answers[file], None, {}))["sections"])
            for name, file in mine.items()
        }
        await offering.decline(tenant, await live(mine["Bob"]), 1, "office", clock())
    await town.work()
    with town.here() as tenant:
        row, names = await commissions.one(number), {}
        said = {}
        for answer in await decisions.of_commission(number):
            told = await letters._letter(tenant, row, answer, None, names)
            said[answer.application.id] = [one["title"] for one in told["sections"]]

    again = "Il manque la réponse d’une autre famille : vous n’avez rien à faire."
    assert [again in read[name] for name in ("Ana", "Bob")] == [True, False]
    assert len(kept_yes) == 1
    assert "Roses" in kept_yes[0].text
    assert "La place proposée a été reprise" in said[mine["Ana"]]
    assert "La place proposée a été reprise" not in said[mine["Bob"]]


async def test_a_file_that_fell_is_called_while_its_family_corrects_it(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Léo's offer was taken back; his family edits the file: it keeps its rank, and is called."""
    town = communes.alpha
    files = (("Zoé", "Lilas", "Roses"), ("Léo", "", "Lilas"))
    number, mine = await changing(town, clock, files, {"Roses": 1, "Lilas": 0})
    with town.here() as tenant:
        await offering.decline(tenant, await live(mine["Zoé"]), 1, "office", clock())
    await town.work()
    with town.here() as tenant:
        fell = await now_of(mine)
        (row,) = await Application.objects().where(Application.id == mine["Léo"])
        await workflow.fire(int(row.demande), "edit", side="office", account=1)

        async def asked(name: str) -> set[int]:
            with monkeypatch.context() as twin:
                if name:
                    twin.setattr(offers, name, nothing)
                seen, real = [set[str]()], offering.rolling

                def noted(given: Any, held: Any, waiting: Any, *rest: Any) -> Any:
                    seen[0] = set(waiting)
                    return real(given, held, waiting, *rest)

                twin.setattr(offering, "rolling", noted)
                await offering.called(tenant, await commissions.one(number), clock())
            return {mine["Léo"]} if row.number in seen[0] else set()

        found, twin = await asked(""), await asked("not_freed")

    assert fell["Léo"] == ("Lilas", "withdrawn")
    assert (found, twin) == ({mine["Léo"]}, set())


async def nothing(_: int) -> set[int]:
    return set()


async def test_a_yes_that_comes_to_hold_is_not_said_to_be_the_act_of_who_acts_for_another(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff says yes in Bob's family's name; Ana's kept yes holds by itself."""
    town = communes.alpha
    _, mine = await changing(town, clock, SWAP, FULL)
    locked, real_lock = list[str](), locks.advisory

    async def noted(key: str) -> None:
        locked.append(key)
        await real_lock(key)

    with town.here():
        await offering.accept(await live(mine["Ana"]), 1, "office", clock())
        acting = journal.BEHALF.set(Behalf(4, 8, "Sophie"))
        try:
            monkeypatch.setattr(locks, "advisory", noted)
            await offering.accept(await live(mine["Bob"]), 1, "family", clock())
        finally:
            journal.BEHALF.reset(acting)
        lines = (
            await JournalLine.objects()
            .where(JournalLine.act == "creche.admission.accepted")
            .order_by(JournalLine.number)
        )

    said = {one.object: (one.account, one.side) for one in lines}
    assert said == {
        f"creche.application:{mine['Bob']}": (8, "office"),
        f"creche.application:{mine['Ana']}": (None, "clock"),
    }
    assert {f"creche.file:{file}" for file in mine.values()} <= set(locked)


@pytest.mark.parametrize("is_cleared", [True, False])
async def test_a_yes_settled_after_a_refusal_is_said_to_be_of_nobody(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, is_cleared: bool
) -> None:
    """Ana waits for whoever leaves; the twin lets the act of staff for a family be that of hers."""
    town = communes.alpha
    number, mine = await changing(town, clock, SWAP, FULL)
    if not is_cleared:
        monkeypatch.setattr(journal, "for_nobody", nullcontext)
    with town.here():
        await offering.accept(await live(mine["Ana"]), 1, "office", clock())
        await Offer.update({Offer.agreed_at: clock()}).where(
            Offer.live_for == mine["Bob"]
        )  # both yes are kept, and nobody settled them yet
        acting = journal.BEHALF.set(Behalf(4, 8, "Sophie"))
        try:
            await offering.settle(number, clock())
        finally:
            journal.BEHALF.reset(acting)
        lines = (
            await JournalLine.objects()
            .where(JournalLine.act == "creche.admission.accepted")
            .order_by(JournalLine.number)
        )

    nobody, staff = (None, "clock"), (8, "office")
    assert [(one.account, one.side) for one in lines] == [nobody if is_cleared else staff] * 2
