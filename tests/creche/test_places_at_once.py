"""A place given at once, outside of any commission, with its reason and its end."""

from datetime import date

from tests.creche.builders import a_facility, an_application

from ribambelle.identity import accounts
from ribambelle.tenants import Tenant
from ribambelle.testing import Communes, FrozenClock
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche.domain.dossier import Family
from ribambelle_creche.tables import Application, Capacity, Contract, Offer

URGENCES = "/bureau/creche/urgences"


async def a_creche(tenant: Tenant, free: int) -> int:
    """Open a crèche with so many places free for babies, on Monday morning alone."""
    lilas = await a_facility()
    place = Capacity(facility=lilas, age_group="babies", weekday=0, half="am")
    place.places, place.free, place.changed_at = free, free, tenant.now()
    await Capacity.insert(place)
    return lilas


async def test_a_place_is_given_at_once_where_there_is_room_with_a_reason_and_an_end(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    agent = await town.staff()
    with town.here() as tenant:
        lilas = await a_creche(tenant, 1)
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
        lilas = await a_creche(tenant, 3)
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


async def test_a_family_is_written_the_place_and_its_end_never_the_reason(
    communes: Communes, clock: FrozenClock
) -> None:
    """Another adult of the home may read its mail: why a child is taken in stays at the town hall."""
    town = communes.alpha
    agent = await town.staff()
    with town.here() as tenant:
        account = (await accounts.open_family("zoe@example.test", clock())).id
        lilas = await a_creche(tenant, 3)
        await an_application(lilas, account=account)
        nobody = Family("Ana", "B", "06 39 98 12 34", is_single=True)
        await an_application(lilas, family=nobody)
        rows = await Application.select(Application.number).order_by(Application.id)
    told = {
        **{"facility": str(lilas), "reason": "U5", "days": ["mon-am"]},
        **{"start_on": "2026-12-01", "until": "2027-02-26"},
    }
    known, unknown = (row["number"] for row in rows)

    await agent.post(URGENCES, data=told | {"number": known})
    said = (await agent.get(URGENCES)).text
    await agent.post(URGENCES, data=told | {"number": unknown})
    unsaid = (await agent.get(URGENCES)).text
    await town.work()
    await town.work()

    (message,) = [one for one in await town.mail() if "tout de suite" in one.subject]
    words = " ".join(f"{message.subject} {message.text}".split())
    assert message.recipient == "anne@example.test"  # the address given in the file
    assert "lundi matin, à partir du mardi 1er décembre 2026, jusqu’au vendredi 26 février" in words
    assert "garde sa date et son rang" in words
    assert "abri" not in words
    assert "U5" not in words
    assert "La famille reçoit un message" in said
    assert "pas donné d’adresse e-mail : appelez-la" in unsaid


async def test_the_register_is_read_thirty_at_a_time_and_past_its_end_is_its_end(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    agent = await town.staff()
    with town.here():
        lilas = await a_facility()
        file = await an_application(lilas)
        given = [
            Offer(
                application=file,
                facility=lilas,
                age_group="babies",
                slots=1,
                start_on=date(2026, 1, 1),
                until=date(2026, 1, day % 28 + 1),
                origin="emergency",
                state="accepted",
                sent_at=clock(),
                answer_by=date(2026, 1, 1),
                reason="U2",
            )
            for day in range(35)
        ]
        await Offer.insert(*given)

    first = (await agent.get(URGENCES)).text
    pages = [(await agent.get(f"{URGENCES}?page={page}")).text for page in (1, 99, -3)]

    assert first.count('role="rowheader"') == 30
    assert "1 à 30 sur 35" in first
    assert 'href="?page=1#t-registre"' in first
    assert [one.count('role="rowheader"') for one in pages] == [5, 5, 30]
    assert "31 à 35 sur 35" in pages[1]
