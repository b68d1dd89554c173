"""A child who changes crèche, and places given at once outside of any commission."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from tests.creche.builders import BORN_ON, a_dossier, a_facility, an_application
from tests.creche.test_commissions import WINTER, a_commission
from tests.creche.test_deciding import kept
from tests.creche.test_session_states import AGENT

from ribambelle import workflow
from ribambelle.identity import Grant, accounts
from ribambelle.testing import Communes, FrozenClock
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche import deciding, examining, filing, moving, offering
from ribambelle_creche.domain.admission import Pin, propose
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.dossier import Child, Week, decode, encode
from ribambelle_creche.domain.preparation import Lot, Seen, snapshot
from ribambelle_creche.domain.resources import Asking, House
from ribambelle_creche.domain.transfers import with_rights
from ribambelle_creche.queries import commissions, contracts, files, supplies
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
        offers = await Offer.objects(Offer.facility).order_by(Offer.id)
        answers = await Decision.select().order_by(Decision.id)
        told = {one.application: (one.facility.name, one.origin) for one in offers}
        assert told[moving] == ("Les Roses", "transfer")
        assert staying not in told
        assert [one["outcome"] for one in answers] == ["offered", "waiting"]

        await offering.accept(offers[0], 1, "office", clock())
    await town.work()
    with town.here():
        (after,) = await Offer.objects(Offer.facility).where(Offer.application == staying)
        old, new = await Contract.objects().order_by(Contract.id)
    assert (after.facility.name, after.origin) == ("Les Lilas", "rolling")
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


def lot_of(count: int) -> Lot:
    asked = Asking(("babies",), (1,), (15, 12), count=count, together="together_only")
    zoe = Seen("C-1", 40, datetime(2026, 3, 1, tzinfo=UTC), 7, asked)
    houses = [House(one, ({("babies", 0, "am"): 1},), ({},), 10) for one in (12, 15)]
    return Lot([zoe], houses, {})


def test_a_pin_that_gives_nothing_leaves_a_child_where_it_is() -> None:
    lot = lot_of(1)
    pinned = msgspec.structs.replace(snapshot(lot), pins=(Pin("C-1", "G1", None),))

    given = with_rights(pinned, lot, {"C-1": (12, 1)})

    assert propose(given).assignments == {"C-1": "12/babies/0"}


def test_twins_who_are_already_somewhere_do_not_stop_a_commission() -> None:
    lot = lot_of(2)

    assert propose(with_rights(snapshot(lot), lot, {"C-1": (12, 1)})).assignments == {"C-1": None}
