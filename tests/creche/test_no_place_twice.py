"""What is given at once, left, or kept aside never makes one place two."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from tests.creche.builders import BORN_ON, a_facility, an_application
from tests.creche.changing import FULL, SWAP, changing
from tests.creche.sabotage import without_the_lock_of_places
from tests.creche.test_deciding import kept
from tests.creche.test_proposing import prepared

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_creche import deciding, emergencies, offering, proposing, withdrawing
from ribambelle_creche.domain.dossier import Child
from ribambelle_creche.domain.preparation import Changes
from ribambelle_creche.emergencies import Urgent
from ribambelle_creche.placing import commission_of
from ribambelle_creche.queries import commissions, facilities, grids, offers, proposals, renewals
from ribambelle_creche.queries.offers import PLACES
from ribambelle_creche.tables import Application, Capacity, Offer


async def one_place(lilas: int, town: Town) -> None:
    """Say that a crèche, which keeps no list of its children, has one free place for babies."""
    for weekday in range(5):
        for half in ("am", "pm"):
            row = Capacity(facility=lilas, age_group="babies", weekday=weekday, half=half)
            row.places, row.free, row.changed_at = 1, 1, town.tenant.now()
            await Capacity.insert(row)


async def urgent(town: Town, lilas: int, name: str, in_days: int, days: int = 30) -> int:
    """Give a place at once to an invented child, from a day on."""
    tenant = town.tenant
    child = Child(given_name=name, family_name="Urgence", born_on=BORN_ON)
    number = await an_application(lilas, child=child)
    file = await Application.objects().get(Application.id == number)
    assert file
    first = tenant.now().date() + timedelta(days=in_days)
    told = Urgent(lilas, 1023, first, first + timedelta(days=days), "U2")
    return await emergencies.give(tenant, file, told, 1, tenant.now())


async def test_two_emergencies_that_begin_today_do_not_share_a_place(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        lilas = await a_facility("Les Lilas", places=10)
        await one_place(lilas, town)

        await urgent(town, lilas, "Una", in_days=0)
        with pytest.raises(Refused, match="emergency_full"):
            await urgent(town, lilas, "Deux", in_days=0)


@pytest.mark.parametrize("in_days", [0, 50], ids=["begun before", "begins after the first entry"])
async def test_a_place_given_at_once_after_the_creche_declared_is_not_decided_again(
    communes: Communes, clock: FrozenClock, in_days: int
) -> None:
    town = communes.alpha
    number = await prepared(town, clock, 2, 1)
    await kept(town, clock, number)
    with town.here() as tenant:
        (lilas,) = [one.id for one in await facilities.every()]
        await one_place(lilas, town)
        clock.move(minutes=1)
        await urgent(town, lilas, "Una", in_days=in_days, days=100)
        with pytest.raises(Refused, match="places_since"):
            await deciding.decide(tenant, number, 1, clock())

    await kept(town, clock, number)
    with town.here() as tenant:
        done = await deciding.decide(tenant, number, 1, clock())
        origins = {row["origin"] for row in await Offer.select(Offer.origin)}
    assert (done.offered, done.waiting) == (0, 2)
    assert origins == {"emergency"}


Act = Callable[[Offer, datetime], Awaitable[object]]


def accepting(offer: Offer, now: datetime) -> Awaitable[object]:
    return offering.accept(offer, 1, "office", now)


async def withdrawing_it(offer: Offer, _: datetime) -> None:
    file = await renewals.one(int(offer.application))
    await withdrawing.withdraw(file, "", side="office", account=1)


async def settling(offer: Offer, now: datetime) -> None:
    commission = commission_of(offer)
    assert commission is not None
    await offers.agree(int(offer.application), now)
    await offering.settle(commission, now)


async def done_by(act: Act, offer: Offer, now: datetime) -> None:
    await act(offer, now)


ACTS = pytest.mark.parametrize(
    ("act", "becomes"),
    [(accepting, "accepted"), (withdrawing_it, "withdrawn"), (settling, "live")],
)


async def acts_meanwhile(town: Town, clock: FrozenClock, act: Act, becomes: str) -> bool:
    """Let somebody act while another looks at what is free; tell whether it was done at once."""
    number = await prepared(town, clock, 1, 1)
    await kept(town, clock, number)
    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
        (offer,) = await Offer.objects(Offer.facility)
        outside = contextvars.copy_context()
        async with transaction():
            await locks.advisory(PLACES)
            task = asyncio.create_task(done_by(act, offer, clock()), context=outside)
            done, _ = await asyncio.wait({task}, timeout=0.5)
        await task
        assert [row["state"] for row in await Offer.select(Offer.state)] == [becomes]
    return bool(done)


@ACTS
async def test_a_place_is_not_accepted_left_or_settled_while_others_are_given(
    communes: Communes, clock: FrozenClock, act: Act, becomes: str
) -> None:
    assert not await acts_meanwhile(communes.alpha, clock, act, becomes)


@ACTS
@pytest.mark.parametrize("database_server", ["postgresql"], indirect=True)
async def test_without_their_lock_it_would_be(
    communes: Communes,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
    act: Act,
    becomes: str,
) -> None:
    """The twin, on PostgreSQL alone: SQLite writes one transaction at a time."""
    without_the_lock_of_places(monkeypatch)

    assert await acts_meanwhile(communes.alpha, clock, act, becomes)


async def kept_at_the_last_moment(
    town: Town, clock: FrozenClock, mine: dict[str, int]
) -> tuple[bool, Offer]:
    """Let a family say yes once the night's round has read its offer; return whether it fell."""
    with town.here() as tenant:
        (read,) = [one for one in await Offer.objects() if one.application == mine["Ana"]]
        (whole,) = await Offer.objects(Offer.facility).where(Offer.id == read.id)
        assert not await offering.accept(whole, 1, "family", clock())
        clock.move(days=30)
        fell = await offering.lapse(tenant, read, clock())
        (after,) = await Offer.objects().where(Offer.id == read.id)
    return fell, after


async def test_a_yes_said_at_the_last_moment_is_not_lost_to_the_round_of_the_night(
    communes: Communes, clock: FrozenClock
) -> None:
    """Ana's yes is kept until Bob's: nobody may take it for silence."""
    _, mine = await changing(communes.alpha, clock, SWAP, FULL)

    fell, after = await kept_at_the_last_moment(communes.alpha, clock, mine)

    assert not fell
    assert (after.state, after.agreed_at is not None) == ("live", True)


async def test_read_before_the_lock_alone_it_would_be(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    _, mine = await changing(town, clock, SWAP, FULL)
    with town.here():
        (read,) = [one for one in await Offer.objects() if one.application == mine["Ana"]]
    real = offers.live_of

    async def as_it_was(file: int) -> Offer | None:
        found = await real(file)
        return read if found and found.id == read.id and found.agreed_at else found

    monkeypatch.setattr(offers, "live_of", as_it_was)

    fell, after = await kept_at_the_last_moment(town, clock, mine)

    assert (fell, after.state) == (True, "lapsed")


async def test_the_round_of_the_night_leaves_an_offer_made_since_it_looked(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock, 1, 1)
    await kept(town, clock, number)
    with town.here() as tenant:
        clock.move(minutes=1)
        await deciding.decide(tenant, number, 1, clock())
        (read,) = await Offer.objects()
        (whole,) = await Offer.objects(Offer.facility)
        await offering.decline(tenant, whole, 1, "office", clock())
        file = await renewals.one(int(read.application))
        clock.move(days=30)
        told = {name: value for name, value in read.to_dict().items() if name != "id"}
        again = Offer(**told | {"sent_at": clock()})
        again.answer_by = clock().date() + timedelta(days=8)
        await offering.issue([again], file.demande.id, 1, "office")

        fell = await offering.lapse(tenant, read, clock())
        states = [row["state"] for row in await Offer.select(Offer.state).order_by(Offer.id)]

    assert (fell, states) == (False, ["declined", "live"])


async def test_a_commission_decides_what_was_read_and_by_the_points_it_announced(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    number = await prepared(town, clock)
    with town.here() as tenant:
        row = await commissions.one(number)
        (version,) = await grids.every()
        trial = await proposing.run(tenant, row, Changes(grid=version.id), "Essai", 1, clock())
        with pytest.raises(Refused, match="trial_only"):
            await proposals.keep(number, trial, 1, clock())
        run = await proposing.run(tenant, row, Changes(), "", 1, clock())
        await proposals.keep(number, run, 1, clock())
        with pytest.raises(Refused, match="proposal_changed"):
            await deciding.decide(tenant, number, 1, clock(), digest="sha256:another")
        read = await proposals.one(number, run)

        done = await deciding.decide(tenant, number, 1, clock(), digest=read.digest)

    assert done.offered == 1
