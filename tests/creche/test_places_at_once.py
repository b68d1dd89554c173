"""A place given at once, outside of any commission, with its reason and its end."""

from datetime import date

from tests.creche.builders import a_facility, an_application

from ribambelle.testing import Communes, FrozenClock
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche.tables import Application, Capacity, Contract, Offer

URGENCES = "/bureau/creche/urgences"


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
