"""One child of the register in two files: one is examined, one is offered a place, none twice."""

import asyncio
import contextvars
import re
from datetime import date, timedelta

import pytest
from tests.creche.builders import a_facility, an_application
from tests.creche.test_commissions import a_commission
from tests.creche.test_deciding import an_offer, kept, next_in_rank, states
from tests.creche.test_proposing import prepared

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity import accounts
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow.tables import Demande
from ribambelle_creche import deciding, emergencies, examining, offering
from ribambelle_creche.domain.capacity import PLACES
from ribambelle_creche.domain.commission import Calendar
from ribambelle_creche.domain.dossier import Entry
from ribambelle_creche.emergencies import Urgent
from ribambelle_creche.queries import commissions, offers, supplies
from ribambelle_creche.tables import Application, Commission, Examined, Offer


async def two_files(town: Town, clock: FrozenClock) -> tuple[int, int]:
    """Send two complete files of one child, by one family."""
    with town.here():
        lilas = await a_facility("Les Lilas", places=10)
        mine = (await accounts.open_family("anne@example.test", clock())).id
        first = await an_application(lilas, account=mine, state="complete")
        clock.move(minutes=1)
        return first, await an_application(lilas, account=mine, state="complete")


async def test_a_commission_looks_at_the_file_of_a_child_that_was_complete_first(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    first, second = await two_files(town, clock)
    with town.here() as tenant:
        number = await a_commission(town)
        await Application.update({Application.complete_at: clock() + timedelta(minutes=1)}).where(
            Application.id == first
        )
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
        rows = await Examined.select(Examined.application, Examined.refusal)
    assert {row["application"]: row["refusal"] for row in rows} == {first: "duplicate", second: ""}
    agent = await town.staff()
    page = (await agent.get(f"/bureau/creche/commissions/{number}")).text
    assert "Même enfant qu’une demande complète plus tôt" in page


async def test_a_child_has_one_offer_or_one_place_to_come_whatever_its_files(
    communes: Communes, clock: FrozenClock
) -> None:
    """A18: both files are in the session, as when the register joins two children after it closed."""
    town = communes.alpha
    number = await prepared(town, clock, 3, 2)
    await kept(town, clock, number)
    with town.here() as tenant:
        first, second, _ = await Application.objects().order_by(Application.id)
        await Application.update({Application.child: first.child}).where(
            Application.id == second.id
        )
        second.child = first.child
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
    assert await states(town) == ["offered", "waiting", "waiting"]
    await town.work()  # the place it leaves goes to the next in rank
    assert await states(town) == ["offered", "waiting", "offered"]
    agent = await town.staff()
    page = (await agent.get(f"/bureau/creche/demandes/{second.id}")).text
    assert "Les Lilas, offre en attente de réponse" in page

    with town.here() as tenant:
        row = await commissions.one(number)
        mine, other = await Offer.objects(Offer.facility).order_by(Offer.id)
        lilas, begins = int(mine.facility.id), mine.start_on
        for state in ("live", "accepted"):
            await Offer.update({Offer.state: state}).where(Offer.id == mine.id)
            with pytest.raises(Refused, match="child_has_offer"):
                await offers.put([an_offer(second.id, lilas, clock)])
            urgent = Urgent(lilas, 1, begins - timedelta(days=9), begins, "U2")
            with pytest.raises(Refused, match="child_has_offer"):
                await emergencies.give(tenant, second, urgent, 1, clock())
        await Offer.update({Offer.state: "live"}).where(Offer.id == mine.id)
        await offering.decline(tenant, other, 1, "office", clock())
        assert await next_in_rank(tenant, row, clock()) == []  # nobody else waits
        await offering.decline(tenant, mine, 1, "office", clock())
        assert [one[0] for one in await next_in_rank(tenant, row, clock())] == [second.number]


SPRING = Calendar(date(2027, 4, 5), date(2027, 6, 30), date(2026, 12, 20), date(2026, 12, 28))


@pytest.mark.parametrize("looks", [True, False])
async def test_a_file_that_waited_for_an_answer_of_another_commission_is_called_by_its_own(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, looks: bool
) -> None:
    """The spring has a place nobody else asks for; the winter's offer is declined. The twin forgets."""
    if not looks:
        monkeypatch.setattr(offers, "listed_with", nobody)
    town = communes.alpha
    number = await prepared(town, clock, 1, 1)
    await kept(town, clock, number)
    with town.here() as tenant:
        await Commission.update({Commission.answer_days: 60}, force=True)
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
        (first,) = await Application.objects()
        roses = await a_facility("Les Roses", places=10)
        entry = Entry(start_on=SPRING.first_start)
        second = await an_application(roses, state="complete", entry=entry)
        spring = await a_commission(town, SPRING)
        cells = dict.fromkeys(PLACES, 1)
        row = await commissions.one(spring)
        await supplies.declare(row, roses, cells, 0, 1, "facility", tenant.now())
        clock.move(days=20)
        await examining.close(tenant, spring, 1, clock())
    await kept(town, clock, spring)
    with town.here() as tenant:
        await Application.update({Application.child: first.child}).where(Application.id == second)
        clock.move(minutes=1)
        await deciding.decide(tenant, spring, 1, clock())
    await town.work()
    before = await states(town)
    with town.here() as tenant:
        (offer,) = await Offer.objects(Offer.facility)
        await offering.decline(tenant, offer, 1, "office", clock())
    await town.work()

    assert before == ["offered", "waiting"]
    assert await states(town) == ["waiting", "offered" if looks else "waiting"]


async def nobody(_: Application) -> list[int]:
    return []


async def test_of_two_offers_of_one_child_neither_is_accepted_before_the_other_is_refused(
    communes: Communes, clock: FrozenClock
) -> None:
    """Each was offered its place while the register held two children, joined since."""
    town = communes.alpha
    files = await two_files(town, clock)
    with town.here():
        roses, tulipes = await a_facility("Les Roses"), await a_facility("Les Tulipes")
        one, other = [await Application.objects().get(Application.id == file) for file in files]
        child = other.child
        await Application.update({Application.child: None}).where(Application.id == other.id)
        for file, facility in ((one, roses), (other, tulipes)):
            demande = int(file.demande)
            await Demande.update({Demande.state: "waiting"}).where(Demande.id == demande)
            await offering.issue([an_offer(file.id, facility, clock)], demande, 1, "office")
        await Application.update({Application.child: child}).where(Application.id == other.id)
        first, second = [row["id"] for row in await Offer.select(Offer.id).order_by(Offer.id)]
    anne = await town.family("anne@example.test")

    await anne.post(f"/creche/offres/{second}/accepter")
    told = (await anne.get(f"/creche/offres/{second}")).text
    assert "Refusez-la d’abord pour choisir celle-ci" in told
    assert f"Les Roses (demande {one.number})" in re.sub("<[^>]+>", "", told)
    with town.here():
        assert await Offer.count().where(Offer.state == "live") == 2

    await anne.post(f"/creche/offres/{first}/refuser")
    await anne.post(f"/creche/offres/{second}/accepter")
    with town.here():
        states = [row["state"] for row in await Offer.select(Offer.state).order_by(Offer.id)]
    assert states == ["declined", "accepted"]


async def offered_at_once(town: Town, clock: FrozenClock) -> int:
    """Offer two files of one child a place at the same moment; return how many live offers."""
    first, second = await two_files(town, clock)
    with town.here():
        facility = await a_facility("Les Roses")
        outside = contextvars.copy_context()
        async with transaction():
            await offers.put([an_offer(first, facility, clock)])
            other = offers.put([an_offer(second, facility, clock)])
            task = asyncio.create_task(other, context=outside)
            await asyncio.wait({task}, timeout=0.3)
        await asyncio.gather(task, return_exceptions=True)
        return await Offer.count().where(Offer.state == "live")


async def test_two_offers_at_one_moment_are_one(communes: Communes, clock: FrozenClock) -> None:
    assert await offered_at_once(communes.alpha, clock) == 1


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_without_the_lock_of_the_child_they_are_two(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, on PostgreSQL alone: SQLite writes one transaction at a time."""
    real = locks.advisory

    async def unlocked(*keys: str) -> None:
        await real(*[one for one in keys if not one.startswith("creche.child:")])

    monkeypatch.setattr(locks, "advisory", unlocked)

    assert await offered_at_once(communes.alpha, clock) == 2
