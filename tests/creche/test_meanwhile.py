"""What a crèche fills after a commission is not given again; the days in between count too."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.creche.builders import BORN_ON, a_facility, an_application
from tests.creche.sabotage import without_the_lock_of_places
from tests.creche.test_commissions import WINTER, a_commission
from tests.creche.test_deciding import decided, kept, next_in_rank
from tests.creche.test_no_place_twice import one_place, urgent

from ribambelle.errors import Refused
from ribambelle.identity import accounts
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import (
    deciding,
    emergencies,
    examining,
    meanwhile,
    offering,
    proposing,
)
from ribambelle_creche.domain.capacity import PLACES, Cell
from ribambelle_creche.domain.commission import Calendar
from ribambelle_creche.domain.dossier import Arrival, Child, Entry, Week
from ribambelle_creche.domain.preparation import Changes
from ribambelle_creche.domain.present_children import Line
from ribambelle_creche.emergencies import Urgent
from ribambelle_creche.queries import commissions, contracts, facilities, supplies
from ribambelle_creche.tables import Application, Contract, Facility, Offer, Proposal

ACROSS = Calendar(date(2027, 5, 3), date(2027, 10, 29), date(2026, 12, 4), date(2026, 12, 10))


async def freed(town: Town, clock: FrozenClock, number: int) -> int:
    """Decline the offer of a commission; return how many families its place is then called for."""
    with town.here() as tenant:
        (offer,) = await Offer.objects().where(Offer.state == "live")
        await offering.decline(tenant, offer, 1, "office", clock())
        return len(await next_in_rank(tenant, await commissions.one(number), clock()))


async def enters(town: Town, clock: FrozenClock, name: str, first: date, born: date) -> None:
    """Write a child in the list of the only crèche, as its manager does."""
    clock.move(minutes=1)
    with town.here():
        (lilas,) = [one.id for one in await facilities.every()]
        await contracts.add(lilas, [Line(1, name, born, 1023, first)], "declared", 1, "facility")


@pytest.mark.parametrize(
    ("first", "called"),
    [
        (date(2027, 2, 1), 0),  # not there on the first day, and there before the summer
        (date(2027, 9, 1), 1),  # takes the place of a later year
        (date(2026, 9, 1), 1),  # was there already: what the crèche declared knew it
    ],
)
async def test_a_child_the_creche_took_since_is_not_called_over(
    communes: Communes, clock: FrozenClock, first: date, called: int
) -> None:
    town = communes.alpha
    number = await decided(town, clock, children=2)

    await enters(town, clock, "Tom", first, date(2026, 3, 1))

    assert await freed(town, clock, number) == called


@pytest.mark.parametrize(("first", "is_new"), [(date(2027, 1, 4), False), (date(2027, 1, 5), True)])
async def test_who_was_there_the_day_before_takes_no_place_twice_after_midnight(
    communes: Communes, first: date, is_new: bool
) -> None:
    """Places told on 5 January at half past midnight; the list of children is written at one."""
    with communes.alpha.here() as tenant:
        told_at = datetime(2027, 1, 5, 0, 30, tzinfo=tenant.zone).astimezone(UTC)
        child = Contract(facility=1, slots=1, first=first, source="import")
        child.added_at = told_at + timedelta(minutes=30)
        proposal = Proposal(made_at=told_at, _ignore_missing=True)

        told = supplies._came_after(child, told_at), meanwhile._is_new(child, proposal)

    assert told_at.date() == date(2027, 1, 4)
    assert told == (is_new, is_new)


MONDAY, TUESDAY = 0b1, 0b100


async def movers(town: Town, clock: FrozenClock, there: int, going: int) -> tuple[int, int]:
    """Close a commission of Les Lilas, one place and so many children on Mondays, some of whom go.

    Those ask for other days where they are, then for Les Roses: their place is not among those
    the commission gives. Another family asks for Mondays. Return the commission and Les Lilas.
    """
    with town.here() as tenant:
        lilas, roses = [await a_facility(name, places=2) for name in ("Lilas", "Roses")]
        await Facility.update({Facility.places: 1}).where(Facility.id == lilas)
        for rank in range(there):
            row = Contract(facility=lilas, slots=MONDAY, first=date(2026, 9, 1), source="import")
            row.born_on, row.child_name = BORN_ON, f"Tom{rank}"
            if rank < going:
                ana = Child(given_name=f"Ana{rank}", family_name="B", born_on=BORN_ON)
                account = (await accounts.open_family(f"ana{rank}@example.test", clock())).id
                row.application = await an_application(
                    lilas, account=account, state="withdrawn", child=ana
                )
                await an_application(
                    *(lilas, roses),
                    account=account,
                    state="complete",
                    child=ana,
                    week=Week(wished=TUESDAY),
                )
            await Contract.insert(row)
        await an_application(lilas, state="complete", week=Week(wished=MONDAY))
        number = await a_commission(town)
        told = await commissions.one(number)
        for facility, places in ((lilas, 0), (roses, going)):
            cells = {place: places if place[0] == "babies" else 0 for place in PLACES}
            await supplies.declare(told, facility, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    await kept(town, clock, number)
    return number, lilas


async def all_go(town: Town, clock: FrozenClock, number: int) -> int:
    """Decide, let everybody who is offered a place accept it; return how many are then called."""
    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
        made = await Offer.objects(Offer.facility).order_by(Offer.id)
        assert {(one.facility.name, one.origin) for one in made} == {("Roses", "transfer")}
        for one in made:
            assert await offering.accept(one, 1, "office", clock())
        return len(await next_in_rank(tenant, await commissions.one(number), clock()))


@pytest.mark.parametrize(("there", "called"), [(1, 1), (2, 0)])
async def test_what_a_child_leaves_where_there_is_one_too_many_is_nobody_s(
    communes: Communes, clock: FrozenClock, there: int, called: int
) -> None:
    """Les Lilas have one place; Ana, there on Mondays, goes to Les Roses. With Tom they were two."""
    town = communes.alpha
    number, _ = await movers(town, clock, there, going=1)

    assert await all_go(town, clock, number) == called


async def test_of_two_who_leave_where_there_is_one_too_many_the_second_place_is_for_the_next_commission(
    communes: Communes, clock: FrozenClock
) -> None:
    """Two children for one place, both go: one is free, and no call of this commission gives it."""
    town = communes.alpha
    number, lilas = await movers(town, clock, there=2, going=2)

    called = await all_go(town, clock, number)
    today = clock().date()
    with town.here() as tenant:
        after = replace(WINTER, closes_on=today, held_on=today + timedelta(days=7))
        following = await a_commission(town, after)
        cells = {place: 1 if place[0] == "babies" else 0 for place in PLACES}
        row = await commissions.one(following)
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        clock.move(days=1)
        await examining.close(tenant, following, 1, clock())
        row = await commissions.one(following)
        _, found = await proposing.tried(tenant, row, Changes())

    assert called == 0
    assert [option for option in found.assignments.values() if option] == [f"{lilas}/babies/0"]


async def test_places_of_september_taken_since_are_not_called_for(
    communes: Communes, clock: FrozenClock
) -> None:
    """A baby until August is of the middle section then: it needs its place there too."""
    town, called = communes.alpha, []
    with town.here() as tenant:
        lilas = await a_facility("Les Lilas", places=10)
        for name in ("Una", "Duo", "Trio"):
            await an_application(
                lilas,
                state="complete",
                child=Child(given_name=name, family_name="Payet", born_on=date(2026, 5, 20)),
                entry=Entry(start_on=ACROSS.first_start),
                week=Week(wished=1023),
            )
            clock.move(minutes=1)
        number = await a_commission(town, ACROSS)
        cells = {place: 0 if place[0] == "older" else 1 for place in PLACES}
        row = await commissions.one(number)
        await supplies.declare(row, lilas, cells, 0, 1, "facility", tenant.now())
        clock.move(days=10)
        await examining.close(tenant, number, 1, clock())
    await kept(town, clock, number)
    with town.here() as tenant:
        await deciding.decide(tenant, number, 1, clock())
    called.append(await freed(town, clock, number))

    await enters(town, clock, "Tom", date(2027, 9, 6), date(2026, 5, 1))
    with town.here() as tenant:
        called.append(len(await next_in_rank(tenant, await commissions.one(number), clock())))

    assert called == [1, 0]


async def test_an_emergency_looks_at_every_day_on_which_somebody_comes_or_goes(
    communes: Communes, clock: FrozenClock
) -> None:
    """Nobody on the first day nor on the last: a child is there for two weeks in between."""
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility("Les Lilas", places=10)
        await one_place(lilas, town)
        today = tenant.now().date()
        common: dict[str, Any] = {"born_on": date(2026, 3, 1), "slots": 1023, "source": "import"}
        first = today + timedelta(days=10)
        row = Contract(facility=lilas, first=first, last=first + timedelta(days=14), **common)
        await Contract.insert(row)

        with pytest.raises(Refused, match="emergency_full"):
            await urgent(town, lilas, "Una", in_days=0, days=60)
        declared = await commissions.one(await a_commission(town))

        async def says(adults: dict[str, int]) -> None:
            told: Any = {"adults": adults}
            await supplies.declare(declared, lilas, {}, 0, 1, "facility", tenant.now(), **told)

        await says({"mon-am": 0})
        with pytest.raises(Refused) as refused:  # a place, and nobody to look after the child
            await urgent(town, lilas, "Una", in_days=0, days=9)
        assert "pas assez d’adultes" in str(refused.value.facts["where"])
        await says({})
        await Facility.update({Facility.places: 0}, force=True)
        with pytest.raises(Refused) as refused:  # a place in the section, none in the whole crèche
            await urgent(town, lilas, "Una", in_days=0, days=9)
        assert "crèche pleine" in str(refused.value.facts["where"])
        await Facility.update({Facility.places: 10}, force=True)
        with pytest.raises(Refused) as refused:  # a baby until June: no place after that
            await urgent(town, lilas, "Una", in_days=150, days=120)
        assert "crèche pleine" not in str(refused.value.facts["where"])
        await urgent(town, lilas, "Una", in_days=0, days=9)


async def test_twins_given_a_place_at_once_take_one_each(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    with town.here() as tenant:
        lilas = await a_facility("Les Lilas", places=10)
        await one_place(lilas, town)
        twins = Child(given_name="Una", family_name="Payet", born_on=date(2026, 3, 14), together=2)
        file = await Application.objects().get(
            Application.id
            == await an_application(lilas, child=twins, arrival=Arrival(twins="together_only"))
        )
        assert file
        today = tenant.now().date()
        told = Urgent(lilas, 1, today, today + timedelta(days=9), "U2")
        with pytest.raises(Refused, match="emergency_full"):
            await emergencies.give(tenant, file, told, 1, tenant.now())

        two = {
            place: Cell(cell.places * 2, cell.free * 2)
            for place, cell in (await facilities.grid(lilas)).items()
        }
        await facilities.set_grid(lilas, two, 1, tenant.now())
        await emergencies.give(tenant, file, told, 1, tenant.now())
        names = [one.child_name for one in await contracts.of_facility(lilas)]

    assert sorted(names) == ["Una Payet", "Una Payet (2)"]


async def both_give(town: Town, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> int:
    """Call for a freed place while an emergency takes the same; return how many it is given to."""
    number = await decided(town, clock, children=2)
    with town.here() as tenant:
        (lilas,) = [one.id for one in await facilities.every()]
        await one_place(lilas, town)
        (offer,) = await Offer.objects().where(Offer.state == "live")
        await offering.decline(tenant, offer, 1, "office", clock())
        file = await Application.objects().get(Application.id == offer.application)
        assert file
        looked, real = asyncio.Event(), offering.called

        async def slow(*told: Any) -> Any:
            found = await real(*told)
            looked.set()
            await asyncio.sleep(0.5)
            return found

        monkeypatch.setattr(offering, "called", slow)

        async def at_once() -> None:
            await looked.wait()
            first = offer.start_on
            told = Urgent(lilas, 1023, first, first + timedelta(days=9), "U2")
            await emergencies.give(tenant, file, told, 1, clock())

        await asyncio.gather(
            offering.call_next(tenant, number, 1, clock(), "office"),
            at_once(),
            return_exceptions=True,
        )
        return await Offer.count().where(Offer.state.is_in(["live", "accepted"]))


async def test_a_place_is_not_called_for_and_given_at_once_together(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await both_give(communes.alpha, clock, monkeypatch) == 1


@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_without_their_lock_both_would_give_it(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, on PostgreSQL alone: SQLite writes one transaction at a time."""
    without_the_lock_of_places(monkeypatch)

    assert await both_give(communes.alpha, clock, monkeypatch) == 2
