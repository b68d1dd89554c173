"""A child who changes crèche: its place goes to another, and it never loses it."""

import threading
from collections import Counter
from datetime import date
from html import unescape
from typing import Any

import msgspec
import pytest
from tests.creche.builders import BORN_ON, a_dossier, a_facility, an_application
from tests.creche.changing import (
    FULL,
    JANUARY,
    MARCH,
    SWAP,
    changing,
    live,
    now_of,
)
from tests.creche.test_commissions import WINTER, a_commission
from tests.creche.test_deciding import kept
from tests.creche.test_session_states import AGENT

from ribambelle import workflow
from ribambelle.identity import Grant, accounts
from ribambelle.testing import Communes, FrozenClock
from ribambelle_creche import chaining, deciding, examining, filing, moving, offering
from ribambelle_creche.domain import chains
from ribambelle_creche.domain.admission.outcome import Kept
from ribambelle_creche.domain.admission.snapshot import Reserve
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.chains import Waiting, fallen, starts
from ribambelle_creche.domain.dossier import Child, Entry, Week, decode, encode
from ribambelle_creche.queries import (
    calls,
    commissions,
    contracts,
    files,
    offers,
    points,
    proposals,
    supplies,
)
from ribambelle_creche.tables import Application, Contract, Decision, Offer


async def test_a_child_who_moves_leaves_its_place_to_another_and_never_loses_it(
    communes: Communes, clock: FrozenClock
) -> None:
    """A11: what it leaves is given once it has said yes; until then it keeps its place."""
    town = communes.alpha
    with town.here() as tenant:
        lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
        mine = (await accounts.open_family("anne@example.test", clock())).id
        before = await an_application(lilas, account=mine, state="withdrawn")
        week = Week(wished=1023)
        moving = await an_application(roses, lilas, account=mine, state="complete", week=week)
        clock.move(minutes=1)
        staying = await an_application(
            roses,
            lilas,
            state="complete",
            week=week,
            child=Child(given_name="Léo", family_name="B", born_on=BORN_ON),
        )
        rows = await Application.select(Application.id, Application.child).order_by(Application.id)
        assert rows[0]["child"] == rows[1]["child"]  # the same child of the register
        children = {row["id"]: row["child"] for row in rows}
        assert children[staying] != children[moving]
        number = await a_commission(town)
        row = await commissions.one(number)
        common = {"slots": 1023, "first": date(2026, 9, 1), "source": "import"}
        await Contract.insert(
            Contract(facility=lilas, application=before, born_on=BORN_ON, **common)
        )
        for facility, places in ((lilas, 0), (roses, 1)):
            cells = {place: places if place[0] == "babies" else 0 for place in PLACES}
            await supplies.declare(row, facility, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    await kept(town, clock, number)

    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
        made = await Offer.objects(Offer.facility).order_by(Offer.id)
        answers = await Decision.select().order_by(Decision.id)
        told = {one.application: (one.facility.name, one.origin) for one in made}
        assert told[moving] == ("Les Roses", "transfer")
        assert told[staying] == ("Les Lilas", "session")
        assert [one["outcome"] for one in answers] == ["offered", "offered"]

        await offering.accept(made[0], 1, "office", clock())
    await town.work()
    with town.here():
        old, new = await Contract.objects().order_by(Contract.id)
        after = await live(staying)
        assert await offering.accept(after, 1, "office", clock())
    assert old.last == date(2027, 1, 3)
    assert (new.facility, new.first) == (roses, WINTER.first_start)


async def test_a_child_written_by_hand_changes_creche_by_the_file_its_director_opens(
    communes: Communes, clock: FrozenClock
) -> None:
    """A11, for a child no file brought: it keeps its place until the day before the other one."""
    town = communes.alpha
    with town.here():
        lilas, roses = await a_facility("Les Lilas"), await a_facility("Les Roses")
        row = Contract(facility=lilas, child_name="Ana Lebon", born_on=BORN_ON, slots=1023)
        row.first, row.insertion = date(2026, 9, 1), True
        await Contract.insert(row)
        (held,) = await Contract.objects()
    director = await town.staff(
        Grant("creche_manager", f"creche.facility:{lilas}"), email="d@a.test"
    )
    other = await town.staff(Grant("creche_manager", f"creche.facility:{roses}"), email="o@a.test")
    here = f"/creche/direction/{lilas}/enfants/{held.id}"

    opened = await director.post(f"{here}/autre-creche")
    again = await director.post(f"{here}/autre-creche")
    stranger = await other.post(f"{here}/autre-creche")
    page = (await director.get(here)).text
    with town.here() as tenant:
        (file,) = await Application.objects()
        told = decode(file.answers)
        whole = a_dossier(roses, lilas, child=told.child, week=told.week)
        await Application.update({Application.answers: encode(whole)}).where(
            Application.id == file.id
        )
        await filing.send(tenant, AGENT, file.id, clock())
        await workflow.fire(file.demande, "complete", side="office", account=1)
        await files.completed(file.id, clock())
        number = await a_commission(town)
        commission = await commissions.one(number)
        for facility, places in ((lilas, 0), (roses, 1)):
            cells = {place: places if place[0] == "babies" else 0 for place in PLACES}
            await supplies.declare(commission, facility, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    await kept(town, clock, number)
    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
        (offer,) = await Offer.objects(Offer.facility)
        before = [one.last for one in await Contract.objects()]
        await offering.accept(offer, 1, "office", clock())
        old, new = await Contract.objects().order_by(Contract.id)

    assert (opened.status_code, again.headers["location"]) == (303, opened.headers["location"])
    assert stranger.status_code == 404
    assert file.number in page
    assert (told.child.given_name, told.week.wished) == ("Ana", 1023)
    assert (offer.facility.name, offer.origin) == ("Les Roses", "transfer")
    assert before == [None]  # nothing is lost while the family has not said yes
    assert (old.last, new.facility) == (date(2027, 1, 3), roses)
    assert new.insertion  # counted still, in the crèche it joins


async def test_without_looking_for_the_one_that_is_open_a_second_file_would_be(
    communes: Communes, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility()
        await Contract.insert(Contract(facility=lilas, slots=1, first=date(2026, 9, 1)))
        (held,) = await Contract.objects()
        for _ in range(2):
            await moving.ask(AGENT, lilas, held.id, tenant.now(), "office")
        once = await Application.count()

        async def blind(_: Contract) -> None:
            return None

        monkeypatch.setattr(contracts, "transfer_of", blind)
        await moving.ask(AGENT, lilas, held.id, tenant.now(), "office")

        assert (once, await Application.count()) == (1, 2)


async def test_a_child_who_came_by_a_file_is_asked_for_by_its_family(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_facility()
        file = await an_application(lilas)
        await Contract.insert(
            Contract(facility=lilas, application=file, slots=1, first=date(2026, 9, 1))
        )
        (held,) = await Contract.objects()
    agent, here = await town.staff(), f"/creche/direction/{lilas}/enfants/{held.id}"

    await agent.post(f"{here}/autre-creche")

    page = (await agent.get(here)).text
    assert "sa famille en fait une autre" in page
    assert "Demander une autre crèche" not in page
    with town.here():
        assert await Application.count() == 1


async def test_two_children_who_want_each_other_s_place_change_places_together(
    communes: Communes, clock: FrozenClock
) -> None:
    """A11: neither crèche has a free place; each frees the one the other wants."""
    town = communes.alpha
    _, mine = await changing(town, clock, SWAP, FULL)
    with town.here():
        first, second = await live(mine["Ana"]), await live(mine["Bob"])
        offered = await now_of(mine)

        is_sure = await offering.accept(first, 1, "office", clock())
        between = await now_of(mine)
        lasts = [one.last for one in await Contract.objects().order_by(Contract.id)]
        last_is_sure = await offering.accept(second, 1, "office", clock())
        after = await now_of(mine)
        lines = await Contract.objects(Contract.facility).order_by(Contract.id)

    assert offered == {"Ana": ("Roses", "live"), "Bob": ("Lilas", "live")}
    assert (is_sure, between, lasts) == (False, offered, [None, None])
    assert (last_is_sure, after) == (
        True,
        {"Ana": ("Roses", "accepted"), "Bob": ("Lilas", "accepted")},
    )
    assert [one.last for one in lines[:2]] == [date(2027, 1, 3)] * 2
    assert {one.facility.name for one in lines[2:]} == {"Lilas", "Roses"}


@pytest.mark.parametrize("ends", ["declined", "lapsed"])
async def test_when_one_of_them_stays_so_does_the_other_and_nothing_is_lost(
    communes: Communes, clock: FrozenClock, ends: str
) -> None:
    town = communes.alpha
    _, mine = await changing(town, clock, SWAP, FULL)
    with town.here() as tenant:
        await offering.accept(await live(mine["Ana"]), 1, "office", clock())
        if ends == "declined":
            await offering.decline(tenant, await live(mine["Bob"]), 1, "office", clock())
        else:
            clock.move(days=30)
            await offering.lapse_all(tenant, clock())
    await town.work()
    with town.here():
        after = await now_of(mine)
        lasts = [one.last for one in await Contract.objects().order_by(Contract.id)]
        states = await Application.select(Application.demande.state.as_alias("state")).where(
            Application.id == mine["Ana"]
        )
        waited = await points.waited(list(mine.values()))

    assert waited == {mine["Ana"]: 1}  # a commission that left her where she was
    assert after == {"Ana": ("Roses", "withdrawn"), "Bob": ("Lilas", ends)}
    assert lasts == [None, None]
    assert states == [{"state": "waiting"}]


async def test_without_waiting_for_the_other_answer_a_creche_has_two_children_for_one_place(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    _, mine = await changing(town, clock, SWAP, FULL)

    async def alone(*_: object) -> chaining.Chain:
        return chaining.NONE

    monkeypatch.setattr(chaining, "of", alone)
    with town.here() as tenant:
        await offering.accept(await live(mine["Ana"]), 1, "office", clock())
        await offering.decline(tenant, await live(mine["Bob"]), 1, "office", clock())
        there = await Contract.objects(Contract.facility).where(Contract.last.is_null())

    assert [one.facility.name for one in there] == ["Roses", "Roses"]


async def test_a_place_left_goes_to_another_in_the_same_run_and_waits_for_the_answer(
    communes: Communes, clock: FrozenClock
) -> None:
    """Zoé goes to Les Roses, Ana to the place Zoé leaves, Léo to the one Ana leaves."""
    town = communes.alpha
    files = (("Zoé", "Lilas", "Roses"), ("Ana", "Pins", "Lilas"), ("Léo", "", "Pins"))
    _, mine = await changing(town, clock, files, {"Roses": 1, "Lilas": 0, "Pins": 0})
    with town.here():
        offered = await now_of(mine)
        told = [
            await offering.accept(await live(mine[name]), 1, "office", clock())
            for name in ("Léo", "Ana", "Zoé")
        ]
        after = await now_of(mine)

    assert offered == {"Zoé": ("Roses", "live"), "Ana": ("Lilas", "live"), "Léo": ("Pins", "live")}
    assert told == [False, False, True]
    assert {state for _, state in after.values()} == {"accepted"}


async def test_a_child_who_went_and_gave_up_its_new_place_takes_nothing_from_who_followed(
    communes: Communes, clock: FrozenClock
) -> None:
    """Zoé went, Léo followed, Ana has the place that was free: Zoé's withdrawal takes back no offer."""
    town = communes.alpha
    files = (("Zoé", "Lilas", "Roses"), ("Léo", "", "Lilas"), ("Ana", "", "Lilas"))
    number, mine = await changing(town, clock, files, {"Roses": 1, "Lilas": 1})
    with town.here():
        for name in ("Zoé", "Léo"):
            assert await offering.accept(await live(mine[name]), 1, "office", clock())
        (row,) = await Application.objects().where(Application.id == mine["Zoé"])
        await workflow.fire(int(row.demande), "withdraw", side="office", account=1)
    await town.work()
    with town.here():
        after, chain = await now_of(mine), await chaining.of(number)

    assert after["Léo"] == ("Lilas", "accepted")
    assert after["Ana"] == ("Lilas", "live")
    assert chain.fallen() == set()
    # the twin: were Zoé counted at Les Lilas still, Ana would lose her offer
    assert fallen({"lilas": 2 - 1 - 1}, [Waiting(3, {"lilas": 1})]) == {3}


async def test_the_offers_of_a_town_are_gone_through_beside_everybody_else_and_once_an_answer(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    number, mine = await changing(town, clock, SWAP, FULL)
    ran = Counter[tuple[str, bool]]()

    def noted(name: str) -> None:
        real = getattr(chains, name)

        def one(*told: Any) -> Any:
            ran[name, threading.current_thread() is threading.main_thread()] += 1
            return real(*told)

        monkeypatch.setattr(chains, name, one)

    noted("firm")
    noted("fallen")
    with town.here():
        for name in mine:
            await offering.accept(await live(mine[name]), 1, "office", clock())
        await offering.settle(number, clock())

    assert ran == {("firm", False): 3, ("fallen", False): 1}


async def test_nobody_enters_before_the_child_it_follows_has_left(
    communes: Communes, clock: FrozenClock
) -> None:
    waiting = [Waiting(1, {"roses": 1}, {"lilas": 1}), Waiting(2, {"lilas": 1}), Waiting(3, {})]
    wished = {1: date(2027, 3, 1), 2: date(2027, 1, 4), 3: date(2027, 1, 4)}

    found = starts({"roses": 1, "lilas": 0}, waiting, wished)

    assert found == {1: wished[1], 2: wished[1], 3: wished[3]}


IN_MARCH = {"Zoé": Entry(start_on=date(2027, 3, 1))}


@pytest.mark.parametrize("gives_up", [False, True])
async def test_a_place_left_in_march_is_not_given_before_when_it_is_called_for_again(
    communes: Communes, clock: FrozenClock, gives_up: bool
) -> None:
    """Zoé said yes for March, and stays until then, even if she gives the other place up."""
    town = communes.alpha
    files = (("Zoé", "Lilas", "Roses"), ("Ana", "", "Lilas"), ("Léo", "", "Lilas"))
    _, mine = await changing(town, clock, files, {"Roses": 1, "Lilas": 0}, IN_MARCH)
    with town.here() as tenant:
        first = await now_of(mine)
        await offering.accept(await live(mine["Zoé"]), 1, "office", clock())
        if gives_up:
            (row,) = await Application.objects().where(Application.id == mine["Zoé"])
            await workflow.fire(int(row.demande), "withdraw", side="office", account=1)
        await offering.decline(tenant, await live(mine["Ana"]), 1, "office", clock())
    await town.work()
    with town.here():
        called = await live(mine["Léo"])

    assert first["Ana"] == ("Lilas", "live") and first["Léo"] == ("", "")
    assert called.start_on == MARCH


async def test_a_place_free_at_once_is_not_made_to_wait_for_a_move_that_somebody_follows(
    communes: Communes, clock: FrozenClock
) -> None:
    """Ana has the free place, Bob enters when Zoé leaves; Ana declines: Léo enters in January."""
    town = communes.alpha
    files = (("Zoé", "Lilas", "Roses"), *((name, "", "Lilas") for name in ("Ana", "Bob", "Léo")))
    _, mine = await changing(town, clock, files, {"Roses": 1, "Lilas": 1}, IN_MARCH)
    with town.here() as tenant:
        days = {name: (await live(mine[name])).start_on for name in ("Ana", "Bob")}
        for name in ("Zoé", "Bob"):
            await offering.accept(await live(mine[name]), 1, "office", clock())
        await offering.decline(tenant, await live(mine["Ana"]), 1, "office", clock())
    await town.work()
    with town.here():
        called = await live(mine["Léo"])

    assert days == {"Ana": JANUARY, "Bob": MARCH}
    assert called.start_on == JANUARY


@pytest.mark.parametrize("may_wait", [False, True])
async def test_a_family_may_decline_an_entry_later_than_it_said_and_keeps_its_rank(
    communes: Communes, clock: FrozenClock, may_wait: bool
) -> None:
    """Zoé leaves in March; Léo wished January: only where he may wait does a refusal end his file."""
    town = communes.alpha
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(file.read_text() + "[creche]\ndecline_closes = true\n")
    town.app.platform.scan()
    files = (("Zoé", "Lilas", "Roses"), ("Léo", "", "Lilas"))
    wished = Entry(start_on=JANUARY, latest_on=MARCH if may_wait else None)
    number, mine = await changing(
        town, clock, files, {"Roses": 1, "Lilas": 0}, {**IN_MARCH, "Léo": wished}
    )
    agent = await town.staff()
    with town.here() as tenant:
        offer = await live(mine["Léo"])
        page = unescape((await agent.get(f"/creche/offres/{offer.id}")).text)
        told = " ".join(
            one.text for one in await town.mail() if f"/creche/offres/{offer.id}" in one.text
        )
        await offering.accept(await live(mine["Zoé"]), 1, "office", clock())
        await offering.decline(tenant, offer, 1, "office", clock())
    await town.work()
    with town.here():
        after, out = await now_of(mine), await offers.refused_one(number)
        counted = await points.refused(list(mine.values()))
        (row,) = await Application.objects(Application.demande).where(Application.id == mine["Léo"])

    assert offer.start_on == MARCH
    assert ("L’entrée est plus tardive que demandé." in page) is not may_wait
    assert ("L’entrée vient après la dernière date" in " ".join(told.split())) is not may_wait
    assert told
    assert row.demande.state == ("closed" if may_wait else "waiting")
    assert (mine["Léo"] in out) is may_wait
    assert counted == ({mine["Léo"]: 1} if may_wait else {})  # no point is lost either
    assert after["Léo"] == ("Lilas", "declined")  # and not called there again, time after time


async def test_a_reserve_that_let_a_child_pass_in_a_later_call_is_read_in_the_chain(
    communes: Communes, clock: FrozenClock
) -> None:
    """Zoé moves; Ana and Léo are offered the place that is free and hers: Léo by a reserve."""
    town = communes.alpha
    files = (("Zoé", "Lilas", "Roses"), *((name, "", "Lilas") for name in ("Ana", "Léo")))
    number, mine = await changing(town, clock, files, {"Roses": 1, "Lilas": 1})
    with town.here():
        kept_one = await proposals.kept(number)
        assert kept_one
        given, found = proposals.opened(kept_one)
        (lilas,) = {o.facility for a in given.applications for o in a.options if a.current == o.id}
        numbers = {row.id: row.number for row in await Application.objects()}
        by_points = [one.file for one in (await chaining.of(number)).waiting]
        reserve = Reserve("insertion", (lilas,), 1, "insertion")
        again = msgspec.structs.replace(given, reserves=(reserve,))
        told = Kept("insertion", 1, 1, promoted=(numbers[mine["Léo"]],))
        kept_so = msgspec.structs.replace(found.certificate, reserves=(told,))
        answer = msgspec.structs.replace(found, certificate=kept_so)
        (sent,) = {one.sent_at for one in await Offer.objects()}
        await calls.keep(number, again, answer, 2, 1, "clock", sent)
        by_reserve = [one.file for one in (await chaining.of(number)).waiting]

    assert by_points == [mine["Zoé"], mine["Ana"], mine["Léo"]]
    assert by_reserve == [mine["Léo"], mine["Zoé"], mine["Ana"]]
