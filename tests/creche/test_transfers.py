"""A child who changes crèche, and places given at once outside of any commission."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.creche.builders import BORN_ON, a_dossier, a_facility, an_application
from tests.creche.test_commissions import WINTER, a_commission
from tests.creche.test_deciding import kept
from tests.creche.test_session_states import AGENT

from ribambelle import workflow
from ribambelle.database import locks
from ribambelle.errors import Refused
from ribambelle.identity import Grant, accounts
from ribambelle.identity.person import Behalf
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche import chaining, deciding, examining, filing, letters, moving, offering
from ribambelle_creche.domain import chains, transfers
from ribambelle_creche.domain.admission import Pin, Snapshot, propose
from ribambelle_creche.domain.admission.outcome import Kept
from ribambelle_creche.domain.admission.snapshot import Reserve
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.chains import Held, Waiting, fallen, firm, laid_out, rests, starts
from ribambelle_creche.domain.dossier import Child, Entry, Week, decode, encode
from ribambelle_creche.domain.preparation import Lot, Seen, snapshot
from ribambelle_creche.domain.resources import Asking, House
from ribambelle_creche.domain.transfers import with_rights
from ribambelle_creche.queries import (
    calls,
    commissions,
    contracts,
    decisions,
    files,
    offers,
    points,
    proposals,
    supplies,
)
from ribambelle_creche.tables import Application, Capacity, Contract, Decision, Offer

URGENCES = "/bureau/creche/urgences"


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


async def test_a_place_is_given_at_once_where_there_is_room_with_a_reason_and_an_end(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    agent = await town.staff()
    with town.here() as tenant:
        lilas = await a_facility()
        place = Capacity(facility=lilas, age_group="babies", weekday=0, half="am")
        place.places, place.free, place.changed_at = 1, 1, tenant.now()
        await Capacity.insert(place)
        first, second = await an_application(lilas), await an_application(lilas)
        rows = await Application.select(Application.number).order_by(Application.id)
        numbers = [row["number"] for row in rows]
    told = {
        **{"number": numbers[0], "facility": str(lilas), "reason": "U2", "days": ["mon-am"]},
        **{"start_on": "2026-12-01", "until": "2027-02-26"},
    }

    assert (await agent.post(URGENCES, data=told | {"reason": "X"})).status_code == 422
    assert (await agent.post(URGENCES, data=told | {"until": "2027-12-01"})).status_code == 422
    assert (await agent.post(URGENCES, data=told | {"number": "C-0"})).status_code == 422
    for start, until in (("9999-10-01", "9999-12-31"), ("2126-12-01", "2127-01-31")):
        far = await agent.post(URGENCES, data=told | {"start_on": start, "until": until})
        assert far.status_code == 422
        assert "vérifiez l’année" in far.text
    assert (await agent.post(URGENCES, data=told)).status_code == 303
    full = await agent.post(URGENCES, data=told | {"number": numbers[1]})
    assert full.status_code == 422
    assert "lundi matin" in full.text
    register = (await agent.get(URGENCES)).text
    assert numbers[0] in register
    assert "Hospitalisation d’un parent" in register
    with town.here():
        (contract,) = await Contract.objects()
        assert (contract.application, contract.last) == (first, date(2027, 2, 26))
        assert await JournalLine.exists().where(JournalLine.act == "creche.emergency_given")
        assert await Offer.count().where(Offer.application == second) == 0


async def test_a_place_given_at_once_and_sent_twice_is_given_once(communes: Communes) -> None:
    town = communes.alpha
    agent = await town.staff()
    with town.here() as tenant:
        lilas = await a_facility()
        place = Capacity(facility=lilas, age_group="babies", weekday=0, half="am")
        place.places, place.free, place.changed_at = 3, 3, tenant.now()
        await Capacity.insert(place)
        await an_application(lilas)
        (number,) = [row["number"] for row in await Application.select(Application.number)]
    told = {
        **{"number": number, "facility": str(lilas), "reason": "U2", "days": ["mon-am"]},
        **{"start_on": "2026-12-01", "until": "2027-02-26"},
    }
    assert (await agent.post(URGENCES, data=told)).status_code == 303

    again = await agent.post(URGENCES, data=told | {"start_on": "2027-02-26"})
    assert again.status_code == 422
    assert "déjà une place en urgence" in again.text
    with town.here():
        assert (await Offer.count(), await Contract.count()) == (1, 1)
    after = told | {"start_on": "2027-02-27", "until": "2027-03-31"}
    assert (await agent.post(URGENCES, data=after)).status_code == 303


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


async def changing(
    town: Town,
    clock: FrozenClock,
    files: Sequence[tuple[str, str, str]],
    places: dict[str, int],
    entries: Mapping[str, Entry] = {},
) -> tuple[int, dict[str, int]]:
    """Hold a commission of children in place: name, crèche it is in (or none), crèche it wants.

    Return its number, and the files by name of the child.

    :param entries: when some of them wish to enter; on 4 January otherwise.
    """
    week, mine = Week(wished=1023), {}
    with town.here() as tenant:
        there = {name: await a_facility(name) for name in places}
        for name, lives, wants in files:
            child = Child(given_name=name, family_name="B", born_on=BORN_ON)
            account = (await accounts.open_family(f"{name}@example.test", clock())).id
            asked = [there[wants], *([there[lives]] if lives else [])]
            if lives:
                before = await an_application(
                    there[lives], account=account, state="withdrawn", child=child
                )
                row = Contract(facility=there[lives], application=before, born_on=BORN_ON)
                row.slots, row.first, row.source = 1023, date(2026, 9, 1), "import"
                await Contract.insert(row)
            mine[name] = await an_application(
                *asked,
                account=account,
                state="complete",
                week=week,
                child=child,
                entry=entries.get(name, Entry(start_on=JANUARY)),
            )
            clock.move(minutes=1)
        number = await a_commission(town)
        row = await commissions.one(number)
        for name, many in places.items():
            cells = {place: many if place[0] == "babies" else 0 for place in PLACES}
            await supplies.declare(row, there[name], cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    await kept(town, clock, number)
    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
    await town.work()
    return number, mine


async def now_of(mine: dict[str, int]) -> dict[str, tuple[str, str]]:
    """Return the last offer of each child: the crèche, and where it stands."""
    rows = await Offer.objects(Offer.facility).order_by(Offer.id)
    last = {int(one.application): (one.facility.name, one.state) for one in rows}
    return {name: last.get(file, ("", "")) for name, file in mine.items()}


async def live(file: int) -> Offer:
    found = await offers.live_of(file)
    assert found
    return found


SWAP = (("Ana", "Lilas", "Roses"), ("Bob", "Roses", "Lilas"))
FULL = {"Lilas": 0, "Roses": 0}


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


def real(places: int, *weeks: tuple[int, int, int]) -> tuple[Snapshot, dict[str, Held]]:
    """Lay out two crèches as a commission does: the week of each file, where it is, what it gets.

    :param places: what Les Lilas (12) have free on each half-day, beside the children in place.
    """
    lilas = {place: places if place[0] == "babies" else 0 for place in PLACES}
    roses = {place: 9 if place[0] == "babies" else 0 for place in PLACES}
    houses = [House(12, (lilas,), ({},), 10), House(15, (roses,), ({},), 10)]
    files, there, held = [], {}, {}
    for rank, (week, lives, wants) in enumerate(weeks, start=1):
        asked = Asking(("babies",), (week,), (wants, lives) if lives else (wants,))
        number = f"C-{rank}"
        files.append(Seen(number, 100 - rank, datetime(2026, 3, 1, tzinfo=UTC), rank, asked))
        if lives:
            there[number] = (lives, week)
        held[number] = Held(rank, f"{wants}/babies/0")
    lot = Lot(files, houses, {})
    return with_rights(snapshot(lot), lot, there), held


def followed(town: Town, given: Snapshot, held: dict[str, Held]) -> list[date]:
    """Return the day each file enters: the first wished March, the second January."""
    with town.here():
        made = {
            1: [Offer(_ignore_missing=True, start_on=MARCH)],
            2: [Offer(_ignore_missing=True, start_on=JANUARY)],
        }
        offering.follow(*laid_out(given, held, {}), made)
    return [made[file][0].start_on for file in (1, 2)]


MARCH, JANUARY = date(2027, 3, 1), date(2027, 1, 4)


@pytest.mark.parametrize(("free", "enters"), [(1, JANUARY), (0, MARCH)])
async def test_a_free_place_keeps_its_day_and_one_to_be_left_waits_for_who_leaves_it(
    communes: Communes, free: int, enters: date
) -> None:
    """Zoé leaves Les Lilas in March; Léo takes the place that is free there, or hers."""
    given, held = real(free, (1, 12, 15), (1, 0, 12))

    assert followed(communes.alpha, given, held) == [MARCH, enters]


async def test_other_days_at_the_same_creche_wait_for_nobody(communes: Communes) -> None:
    """Zoé leaves her Monday morning; Léo comes on Tuesday: they share the week's half-days alone."""
    given, held = real(1, (0b1, 12, 15), (0b100, 0, 12))
    _, waiting = laid_out(given, held, {})

    assert waiting[0].leaves.keys() & waiting[1].takes.keys() == {"12/all/week"}
    assert followed(communes.alpha, given, held) == [MARCH, JANUARY]


@given(seed=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_an_offer_that_rested_on_nobody_never_falls_because_of_a_later_call(seed: int) -> None:
    """Whoever is called afterwards, and whatever its points, comes behind what was offered."""
    random = Random(seed)
    weeks = [(1, random.choice((0, 0, 12)), 0) for _ in range(6)]
    whole = [(week, lives, 15 if lives else 12) for week, lives, _ in weeks]
    given, held = real(random.randint(0, 3), *whole)
    first = random.randint(1, 5)
    late = random.sample(sorted(held), 6 - first)
    sent = datetime(2026, 12, 10, tzinfo=UTC)
    before = {name: replace(one, sent_at=sent) for name, one in held.items() if name not in late}
    later = {name: replace(held[name], sent_at=sent + timedelta(days=1)) for name in late}

    free, waiting = laid_out(given, before, {})
    alone = {one.file for one in waiting if not rests(free, waiting, one.file)}
    after = laid_out(given, before | later, {})

    assert not fallen(*after) & (alone - fallen(free, waiting))
    assert [one.file for one in after[1]][: len(waiting)] == [one.file for one in waiting]


def test_by_points_alone_a_later_call_would_take_the_place_of_who_was_offered_it() -> None:
    """The twin: C-1 ranks ahead of C-2, and was called after it for the one place."""
    given, held = real(1, (1, 0, 12), (1, 0, 12), (1, 12, 15))
    sent = datetime(2026, 12, 10, tzinfo=UTC)
    dated = {
        "C-1": replace(held["C-1"], sent_at=sent + timedelta(days=1)),
        "C-2": replace(held["C-2"], sent_at=sent),
    }
    by_points = {name: replace(one, sent_at=None) for name, one in dated.items()}

    assert fallen(*laid_out(given, dated, {})) == {1}
    assert fallen(*laid_out(given, by_points, {})) == {2}


def test_what_was_pinned_then_the_reserves_pass_before_the_points() -> None:
    given, held = real(1, (1, 0, 12), (1, 0, 12), (1, 0, 12), (1, 12, 15))
    pinned = msgspec.structs.replace(given, pins=(Pin("C-3", "S2", "12/babies/0"),))

    _, waiting = laid_out(pinned, held, {}, first={"C-2": frozenset({"12"})})

    assert [one.file for one in waiting] == [3, 2, 1, 4]


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


def test_looking_at_every_offer_of_a_large_commission_grows_with_its_offers_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three children move; the others are offered a place each, where nobody moves or where they do."""
    looked, fitting = [0], chains._fitting

    def counted(*told: Any) -> set[int]:
        looked[0] += 1
        return fitting(*told)

    monkeypatch.setattr(chains, "_fitting", counted)

    def looks(many: int) -> tuple[int, int]:
        movers, others = (
            [(1, 12, 15)] * 3,
            [(1, 0, 12 if one % 10 == 0 else 15) for one in range(many)],
        )
        given, held = real(many, *movers, *others)
        looked[0] = 0
        free, waiting = laid_out(given, held, {})
        for file in range(1, len(held) + 1):
            rests(free, waiting, file)
        return looked[0], len(waiting)

    small, large = looks(20), looks(200)

    assert small == (5, 5)
    assert large == (23, 23)  # of 203 offers, those where nobody moves are no part of it


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


@given(seed=st.integers(0, 10**6))
@settings(max_examples=200, deadline=None)
def test_a_yes_that_holds_never_takes_more_than_what_was_left(seed: int) -> None:
    """Whatever the order of the answers: no resource is ever above its places."""
    random, names = Random(seed), "abc"
    places = {name: random.randint(0, 1) for name in names}
    waiting = []
    for file in range(6):
        lives, wants = random.choice(["", *names]), random.choice(names)
        leaves = {lives: 1} if lives and lives != wants else {}
        waiting.append(Waiting(file, {wants: 1}, leaves))
    there = Counter(places)
    for one in waiting:
        there.update(one.leaves)
    taken: Counter[str] = Counter()
    for one in waiting:
        taken.update(one.leaves)  # who is in place sits there
    free = dict(places)
    gone = fallen(free, waiting)
    waiting = [one for one in waiting if one.file not in gone]
    while waiting:
        one = random.choice(waiting)
        if random.random() < 0.3:  # it says no, and stays where it is
            waiting = [other for other in waiting if other.file != one.file]
        else:
            waiting = [
                replace(other, agreed=True) if other.file == one.file else other
                for other in waiting
            ]
        entering = firm(free, waiting)
        for other in waiting:
            if other.file in entering:
                taken.subtract(other.leaves)
                taken.update(other.takes)
                free = dict(Counter(free) + Counter(other.leaves))
                for name, need in other.takes.items():
                    free[name] = free.get(name, 0) - need
        waiting = [other for other in waiting if other.file not in entering]
        assert all(taken[name] <= there[name] for name in names)
        gone = fallen(free, waiting)
        waiting = [other for other in waiting if other.file not in gone]
        if all(other.agreed for other in waiting):
            assert not waiting, "everybody said yes, and somebody waits still"


def lot_of(count: int) -> Lot:
    asked = Asking(("babies",), (1,), (15, 12), count=count, together="together_only")
    zoe = Seen("C-1", 40, datetime(2026, 3, 1, tzinfo=UTC), 7, asked)
    houses = [House(one, ({("babies", 0, "am"): 1},), ({},), 10) for one in (12, 15)]
    return Lot([zoe], houses, {})


@pytest.mark.parametrize("counts", [True, False])
def test_a_creche_with_too_many_children_is_not_filled_again_when_one_of_two_goes(
    monkeypatch: pytest.MonkeyPatch, counts: bool
) -> None:
    """Ten places, eleven children. Ana stays and Bob goes: ten again, and nobody for his place.

    The twin does not look at how many there are too many.
    """
    if not counts:
        monkeypatch.setattr(transfers, "deficit", lambda _: {})
    monday = ("babies", 0, "am")
    houses = [House(12, ({monday: 0},), ({monday: 11},), 10), House(15, ({monday: 1},), ({},), 10)]
    asking = {"C-1": (15, 12), "C-2": (15, 12), "C-3": (12,)}
    files = [
        Seen(
            *(number, points, datetime(2026, 3, 1, tzinfo=UTC), 0),
            Asking(("babies",), (1,), asking[number]),
        )
        for number, points in (("C-1", 10), ("C-2", 90), ("C-3", 50))
    ]
    lot = Lot(files, houses, {})

    found = propose(with_rights(snapshot(lot), lot, {"C-1": (12, 1), "C-2": (12, 1)}))

    assert found.assignments == {
        "C-1": "12/babies/0",
        "C-2": "15/babies/0",
        "C-3": None if counts else "12/babies/0",
    }


def test_a_pin_that_gives_nothing_leaves_a_child_where_it_is() -> None:
    lot = lot_of(1)
    pinned = msgspec.structs.replace(snapshot(lot), pins=(Pin("C-1", "G1", None),))

    found = with_rights(pinned, lot, {"C-1": (12, 1)})

    assert propose(found).assignments == {"C-1": "12/babies/0"}


def test_twins_who_are_already_somewhere_do_not_stop_a_commission() -> None:
    lot = lot_of(2)

    assert propose(with_rights(snapshot(lot), lot, {"C-1": (12, 1)})).assignments == {"C-1": None}


async def gone(mine: dict[str, int], name: str) -> None:
    (row,) = await Application.objects().where(Application.id == mine[name])
    await workflow.fire(int(row.demande), "withdraw", side="office", account=1)


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
