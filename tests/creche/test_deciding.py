"""A commission that decides: one answer a file, one live offer, the next in rank, nothing by halves."""

import json
import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from tests.creche.builders import a_facility
from tests.creche.test_proposing import OTHER_GRID, prepared

from ribambelle import workflow
from ribambelle.errors import Refused
from ribambelle.identity import Grant
from ribambelle.jobs.tables import Job
from ribambelle.tenants import Tenant
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.web import formats
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche import (
    deciding,
    examining,
    letters,
    offering,
    preparing,
    proposing,
    regrading,
    standing,
)
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.preparation import Changes, Extra
from ribambelle_creche.proposing import replayed
from ribambelle_creche.queries import (
    admission_figures,
    calls,
    commissions,
    facilities,
    grids,
    offers,
    pins,
    points,
    proposals,
    supplies,
)
from ribambelle_creche.tables import (
    Application,
    Call,
    Commission,
    Contract,
    CutOff,
    Decision,
    Examined,
    Need,
    Offer,
    Standing,
    Wish,
)
from ribambelle_creche.workflow import WORKFLOW


async def kept(town: Town, clock: FrozenClock, number: int) -> None:
    """Propose, and keep what was proposed."""
    with town.here() as tenant:
        clock.move(minutes=1)
        run = await proposing.run(tenant, await commissions.one(number), Changes(), "", 1, clock())
        await proposals.keep(number, run, 1, clock())


async def decided(town: Town, clock: FrozenClock, children: int = 3, places: int = 1) -> int:
    """Decide a commission of some files for some whole-week places of one crèche."""
    number = await prepared(town, clock, children, places)
    await kept(town, clock, number)
    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
    return number


async def states(town: Town) -> list[str]:
    """Return where the files stand, in the order they were sent."""
    with town.here():
        rows = await Application.select(Application.demande.state.as_alias("state")).order_by(
            Application.id
        )
    return [row["state"] for row in rows]


async def told(town: Town) -> list[str]:
    await town.work()
    return [one.subject for one in await town.mail("anne@example.test")]


async def test_each_file_has_one_answer_and_its_family_one_message(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await decided(town, clock)

    assert await states(town) == ["offered", "waiting", "waiting"]
    with town.here() as tenant:
        answers = await Decision.select().order_by(Decision.id)
        (offer,) = await Offer.objects()
        lines = await CutOff.objects()
        row = await commissions.one(number)
        with pytest.raises(Refused, match="commission_not_closed"):
            await deciding.decide(tenant, number, 1, clock())
    assert [one["outcome"] for one in answers] == ["offered", "waiting", "waiting"]
    assert answers[0]["option"] == offer.option
    assert (offer.origin, offer.answer_by) == ("session", clock().date() + timedelta(days=8))
    assert (row.state, len(lines)) == ("decided", 10)
    assert {(one.places, one.admitted) for one in lines} == {(1, 1)}
    subjects = await told(town)
    assert sum("Une place vous est proposée" in one for one in subjects) == 1
    assert sum("Pas de place cette fois" in one for one in subjects) == 2


async def test_nothing_is_decided_on_a_proposal_that_is_not_that_of_today(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)

    async def refusal() -> str:
        clock.move(minutes=1)
        with town.here() as tenant, pytest.raises(Refused) as caught:
            await deciding.decide(tenant, number, 1, clock())
        return caught.value.reason

    assert await refusal() == "nothing_kept"
    await kept(town, clock, number)
    with town.here():
        file = await Application.objects().first().order_by(Application.id)
        assert file
        clock.move(minutes=1)
        await pins.pin(number, file.id, None, "E1", "", [], 1, clock())
    assert await refusal() == "nothing_kept"  # a pin: the commission chooses again
    await kept(town, clock, number)
    with town.here() as tenant:
        row = await commissions.one(number)
        (lilas,) = [one.id for one in await facilities.every()]
        cells = {place: 2 if place[0] == "babies" else 0 for place in PLACES}
        await supplies.declare(row, lilas, cells, 0, 1, "office", tenant.now())
    assert await refusal() == "places_since"
    assert await states(town) == ["in_session"] * 3
    await kept(town, clock, number)
    # laid out with the proposal: seconds in a very large town, and not once more
    monkeypatch.delattr(preparing, "whole")
    with town.here() as tenant:
        assert await preparing.snapshot_of(tenant, row)
        done = await deciding.decide(tenant, number, 1, clock())
        waited = await points.waited(
            [row["id"] for row in await Application.select(Application.id)]
        )
    assert (done.offered, done.refused, done.waiting) == (2, 1, 0)
    assert waited == {file.id: 1}  # whatever the reason, it has no place


async def test_a_variant_that_was_kept_is_decided_as_it_was_read(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        (lilas,) = [one.id for one in await facilities.every()]
        one_more = Changes(extra=(Extra(lilas, "babies", 1),))
        row = await commissions.one(number)
        run = await proposing.run(tenant, row, one_more, "Une place de plus", 1, clock())
        await proposals.keep(number, run, 1, clock())

        done = await deciding.decide(tenant, number, 1, clock())

    assert (done.offered, done.waiting) == (2, 1)


async def test_a_place_goes_down_the_rank_when_it_is_declined_and_when_its_day_passes(
    communes: Communes, clock: FrozenClock
) -> None:
    """A18: one live offer a file; the day past, the place is free; the next in rank has it.

    Who filed last has the most points: neither the number nor the date may pass for the rank.
    """
    town = communes.alpha
    number = await prepared(town, clock, children=4)
    with town.here():
        for rank, row in enumerate(await Examined.objects().order_by(Examined.id)):
            await Examined.update({Examined.points: 10 * rank}).where(Examined.id == row.id)
    await kept(town, clock, number)
    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
    await town.work()
    assert await states(town) == ["waiting", "waiting", "waiting", "offered"]
    with town.here() as tenant:
        first = (await Offer.objects())[0]
        await offering.decline(tenant, first, 1, "office", clock())
    assert await states(town) == ["waiting", "waiting", "waiting", "waiting"]
    await town.work()
    assert await states(town) == ["waiting", "waiting", "offered", "waiting"]

    clock.move(days=8)  # the last day counts whole
    with town.here() as tenant:
        assert await offering.lapse_all(tenant, clock()) == 0
    clock.move(days=1)
    with town.here() as tenant:
        assert await offering.lapse_all(tenant, clock()) == 1
        assert await offering.lapse_all(tenant, clock()) == 0
    await town.work()
    assert await states(town) == ["waiting", "offered", "waiting", "waiting"]
    with town.here():
        rows = await Offer.select().order_by(Offer.id)
    assert [(row["state"], row["origin"]) for row in rows] == [
        ("declined", "session"),
        ("lapsed", "rolling"),
        ("live", "rolling"),
    ]


async def test_an_accepted_place_is_a_contract_and_a_withdrawal_frees_it_for_the_next(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    await decided(town, clock, children=2)
    with town.here():
        (offer,) = await Offer.objects()
        await offering.accept(offer, 1, "office", clock())
        with pytest.raises(Refused, match="offer_answered"):
            await offering.accept(offer, 1, "office", clock())
        (contract,) = await Contract.objects()
        assert (contract.source, contract.slots) == ("admission", 1023)
        assert contract.first == offer.start_on
    await town.work()
    assert await states(town) == ["accepted", "waiting"]

    agent = await town.staff()
    path = f"/bureau/creche/demandes/{offer.application}/etat"
    await agent.post(path, data={"act": "withdraw"})
    await town.work()

    assert await states(town) == ["withdrawn", "offered"]
    with town.here():
        assert await Contract.count() == 0


async def test_where_the_commune_says_so_nobody_is_called_by_itself_and_declining_ends_the_file(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text() + "[creche]\nrolling_offers = false\ndecline_closes = true\n")
    town.app.platform.scan()
    number = await decided(town, clock, children=2)
    with town.here() as tenant:
        (offer,) = await Offer.objects()
        await offering.decline(tenant, offer, 1, "office", clock())
    await town.work()
    assert await states(town) == ["closed", "waiting"]

    with town.here() as tenant:
        row = await commissions.one(number)
        assert len(await next_in_rank(tenant, row, clock())) == 1
        await offering.call_next(tenant, number, 1, clock(), "office")
    assert await states(town) == ["closed", "offered"]


async def test_who_is_called_asks_as_at_closing_less_what_it_crossed_off_since(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await decided(town, clock, children=2)
    with town.here() as tenant:
        (offer,) = await Offer.objects()
        await offering.decline(tenant, offer, 1, "office", clock())
        row, roses = await commissions.one(number), await a_facility("Les Roses")
        await Need.update({Need.slots: 1}, force=True)
        (called,) = await next_in_rank(tenant, row, clock())
        assert called[1][0].slots == 1023
        await Wish.update({Wish.facility: roses}, force=True)
        assert await next_in_rank(tenant, row, clock()) == []


def an_offer(file: int, facility: int, clock: FrozenClock) -> Offer:
    return Offer(
        application=file,
        facility=facility,
        age_group="babies",
        option=f"{facility}/babies/0",
        slots=1,
        start_on=clock().date(),
        origin="session",
        sent_at=clock(),
        answer_by=clock().date(),
    )


async def test_the_database_refuses_a_second_live_offer_and_without_its_key_would_take_it(
    communes: Communes, clock: FrozenClock
) -> None:
    """The twin: the same two offers, the second without the key that stands for the file."""
    town = communes.alpha
    await decided(town, clock, children=1)
    with town.here():
        (offer,) = await Offer.objects()
        file, facility = int(offer.application), int(offer.facility)
        with pytest.raises(Exception, match=r"(?i)unique"):
            await offers.put([an_offer(file, facility, clock)])
        assert await Offer.count().where(Offer.state == "live") == 1

        await Offer.insert(an_offer(file, facility, clock))
        assert await Offer.count().where(Offer.state == "live") == 2


def test_every_state_of_the_contract_is_declared() -> None:
    """Less two that are told otherwise, as docs/rules/dossier-unique.md says: « Les états »."""
    known: dict[str, Any] = {state.code: state for state in WORKFLOW.states}

    assert {
        *("draft", "submitted", "incomplete", "complete", "dormant", "to_confirm"),
        *("withdrawn", "expired", "merged"),
        *("in_session", "waiting", "not_examined", "offered", "accepted", "declined", "lapsed"),
        *("enrolled", "left", "aged_out", "ineligible", "closed"),
    } == known.keys()


__all__ = ["Commission", "decided", "kept", "states"]


async def test_a_place_that_waits_for_its_answer_is_not_given_by_the_next_commission(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    await decided(town, clock)
    with town.here() as tenant:
        (offer,) = await Offer.objects()
        later = Commission(
            label="Après",
            first_start=offer.start_on + timedelta(days=30),
            last_start=offer.start_on + timedelta(days=60),
            closes_on=offer.start_on,
            held_on=offer.start_on + timedelta(days=5),
        )

        before = (await supplies.known_of(later, int(offer.facility), [], tenant)).present[0]
        await offering.decline(tenant, offer, 1, "office", clock())
        after = (await supplies.known_of(later, int(offer.facility), [], tenant)).present[0]

    monday = (offer.age_group, 0, "am")
    assert (before[monday], after[monday]) == (1, 0)


async def next_in_rank(
    tenant: Tenant, row: Commission, now: datetime
) -> list[tuple[str, list[Offer]]]:
    """Return whom freed places would go to."""
    found = await offering.called(tenant, row, now)
    return found.offers if found else []


async def is_run_again(town: Town, number: int) -> None:
    """The call is kept whole beside its commission, told to the office, and one byte changed shows."""
    with town.here():
        (call,) = await calls.every(number)
        assert [one["same"] for one in await replayed(number)] == [True, True]
        given, found = zlib.decompress(call.packed).split(b"\0")
        forged = given.replace(b'"points": ', b'"points": 1', 1)
        packed = zlib.compress(b"\0".join((forged, found)))
        await Call.update({Call.packed: packed}).where(Call.id == call.id)
        told = (await replayed(number))[-1]
        assert (told["kind"], told["same_inputs"], told["same"]) == ("call", False, False)
        await Call.update({Call.packed: call.packed}).where(Call.id == call.id)
    agent = await town.staff(email="greffe@example.test")
    assert call.digest in (await agent.get(f"/bureau/creche/commissions/{number}/reponses")).text


async def test_a_family_called_after_the_session_reads_its_place_before_what_the_session_said(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await decided(town, clock, 2)
    await town.work()
    with town.here() as tenant:
        (first,) = await Offer.objects()
        await offering.decline(tenant, first, 1, "office", clock())
    await town.work()
    agent = await town.staff()

    async def reads() -> tuple[str, str]:
        with town.here() as tenant:
            row = await commissions.one(number)
            answer = await Decision.objects(Decision.application, Decision.pin).get(
                Decision.application == called.application
            )
            assert answer
            kept = await proposals.kept(number)
            assert kept
            names = {one.id: one.name for one in await facilities.every()}
            told = await letters._letter(tenant, row, answer, proposals.opened(kept)[1], names)
        page = await agent.get(f"/creche/demandes/{called.application}/pourquoi")
        return unescape(page.text.partition("<main")[2]), json.dumps(told, ensure_ascii=False)

    with town.here():
        called = (await Offer.objects().order_by(Offer.id))[-1]
    await is_run_again(town, number)
    page, letter = await reads()
    assert "Une place s’est libérée depuis la commission. <b>Elle vous est proposée : Les" in page
    assert "une place s’est libérée" in letter
    assert "la mairie vous propose" in letter
    with town.here():
        await offering.accept(called, 1, "office", clock())
    accepted = await reads()
    assert "Vous l’avez acceptée : Les" in accepted[0]
    assert "vous avez accepté" in accepted[1]
    for told in (page, accepted[0]):
        assert "Il n’y avait pas de place pour vous." in told.partition("À la commission du ")[2]
        assert "pas de place pour vous cette fois" not in told
    for told in (page, letter, *accepted):
        assert "Ce qui a bloqué" not in told  # the crèche it asked is the one it was given


async def test_a_family_ahead_that_leaves_the_list_is_counted_no_more(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await decided(town, clock, 4)
    await town.work()
    with town.here() as tenant:
        (first,) = await Offer.objects()
        files = await Application.objects(Application.demande).order_by(Application.id)
        assert await places(number) == [(1, 0), (2, 1), (3, 2)]
        clock.move(days=1)
        # the place goes down: two who change give one run, which finds both
        await offering.decline(tenant, first, 1, "office", clock())
        await workflow.fire(files[2].demande.id, "withdraw", side="office", account=1)
        await offering.call_next(tenant, number, 1, clock(), "office")
        assert await places(number) == [(1, 0), (2, 1), (3, 2)]
        jobs = await Job.objects().where(Job.name == "stand_again").order_by(Job.id)
        await Job.update({Job.leased_until: clock() + timedelta(hours=1)}).where(
            Job.id == jobs[0].id
        )
        await standing.stand_again(number)
        assert [one.id for one in await Job.objects().where(Job.name == "stand_again")] == [
            jobs[0].id
        ]
        assert await places(number) == [(0, 0), (0, 0), (1, 0)]
    page = (await (await town.staff()).get(f"/creche/demandes/{files[3].id}/pourquoi")).text
    last = unescape(page).partition("Votre place sur la liste")[2]
    day = formats.jour_du_mois(clock().date(), True)
    assert f"Au {day}, parmi les familles qui attendent encore." in last
    assert '<p class="chiffre">1<sup>re' in last


async def places(commission: int) -> list[tuple[int, int]]:
    """Return where files stand, with how many ahead, in the order they were sent."""
    rows = (
        await Standing.select(Standing.position, Standing.ahead)
        .where(Standing.commission == commission)
        .order_by(Standing.application)
    )
    return [(row["position"], row["ahead"]) for row in rows]


async def test_a_member_reads_the_proposal_its_lists_and_the_minutes_without_a_name(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    await kept(town, clock, number)
    with town.here():
        files = await Application.objects()
        lilas = int((await facilities.every())[0].id)
    member = await town.staff(Grant("commission_member"), email="elue@example.test")
    here = f"/bureau/creche/commissions/{number}"

    agenda, desk = [(await member.get(path)).text for path in (here, f"{here}/proposition")]
    listed = (await member.get(f"{here}/listes/{lilas}/babies?noms=oui")).text
    minutes = await member.get(f"{here}/proces-verbal.pdf")

    assert f"{here}/proposition" in agenda
    assert f"{here}/listes/{lilas}/babies" in desk
    assert minutes.content.startswith(b"%PDF")
    for page in (desk, listed):
        assert files[0].number in page or page is desk
        assert "Épingler" not in page
        assert 'method="post"' not in page.partition("<main")[2]
        assert not any(one.child_name in page for one in files)
    with town.here():
        assert not await JournalLine.exists().where(JournalLine.act == "creche.identities_shown")
    for path in ("proposition", "variantes", "variantes/1/retenir", "decider"):
        assert (await member.post(f"{here}/{path}", data={})).status_code == 403
    assert (await member.get(f"{here}/epingles/{files[0].number}")).status_code == 403


async def test_who_would_have_gained_a_place_with_other_points_is_told_before_the_vote(
    communes: Communes, clock: FrozenClock
) -> None:
    """Five of ten have a place by date; points for a proof that the last five showed turn it over."""
    town = communes.alpha
    number = await decided(town, clock, children=10, places=5)
    agent = await town.staff(email="criteres@example.test")
    with town.here():
        given, _ = proposals.opened(await proposals.one(number, 1))
        told = await admission_figures.frozen(number)
        own = (await grids.one(int((await commissions.one(number)).grid))).grid
        assert regrading.regraded(given, own, told) == given
        last = await Examined.objects().order_by(Examined.id, ascending=False).limit(5)
        for row in last:
            facts = examining.facts_of_json(row.facts)
            shown = replace(facts, told={**facts.told, "aeeh": True}, proofs=frozenset({"aeeh"}))
            await Examined.update({Examined.facts: examining.facts_as_json(shown)}).where(
                Examined.id == row.id
            )
        same, other = [
            await regrading.last_commission(grid) for grid in (own, grids.required(OTHER_GRID))
        ]
    page = unescape((await agent.post("/bureau/creche/criteres", data={"text": OTHER_GRID})).text)

    assert same and same.rows[0].counts == (0, 10, 0, 10)
    assert other and other.rows[0].counts == (5, 0, 5, 10)
    assert "À la dernière commission" in page
    assert "Gagnent une place" in page
    with communes.beta.here():
        assert await regrading.last_commission(own) is None
