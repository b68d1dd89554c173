"""A day closed is nobody's: bookings closed, nothing due, families told, and given back when lifted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from tests.periscolaire import replaying
from tests.periscolaire.builders import (
    FRIDAY,
    THURSDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    many_families,
    settle,
)

from ribambelle.tenants import Tenant
from ribambelle.testing.communes import Communes, Town
from ribambelle_periscolaire import booking, closing, tables
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import catalogue
from ribambelle_periscolaire.tables import Closure

AGENT = 99


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    yield communes.alpha


@pytest.fixture
async def tenant(town: Town) -> AsyncIterator[Tenant]:
    with town.here() as here:
        yield here


def a_closure(tenant: Tenant, **changed: Any) -> Closure:
    """A strike on Thursday, for everybody unless told otherwise."""
    told = {"first": THURSDAY, "last": THURSDAY, "reason": "strike", "note": "Grève du service"}
    return Closure(declared_at=tenant.now(), declared_by=AGENT, **(told | changed))


async def books(tenant: Tenant, person: Any, child: int, canteen: Canteen, *days: date) -> None:
    wanted = [Wanted(child, canteen.unit, day, "book") for day in days]
    await booking.save(tenant, person, wanted, f"{child}{days}", tenant.now())


async def states(day: date = THURSDAY) -> list[str]:
    rows = (
        await tables.Booking.select().where(tables.Booking.day == day).order_by(tables.Booking.id)
    )
    return [row["state"] for row in rows]


async def test_a_closed_day_is_nobodys_and_costs_nothing(town: Town, tenant: Tenant) -> None:
    canteen = await a_canteen(room=1)
    anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
    lea, tom = await a_child(anne, canteen.activity), await a_child(paul, canteen.activity)
    await books(tenant, anne, lea, canteen, THURSDAY, FRIDAY)
    await books(tenant, paul, tom, canteen, THURSDAY)

    number = await closing.declare(tenant, a_closure(tenant), AGENT, tenant.now())
    again = await closing.declare(tenant, a_closure(tenant), AGENT, tenant.now())
    await town.work()
    await town.work()

    assert (await states(), await states(FRIDAY)) == (["closed", "closed"], ["booked"])
    rows = await tables.Booking.select().where(tables.Booking.day == THURSDAY)
    assert {row["price"] for row in rows} == {None}
    (load,) = await tables.Load.select().where(tables.Load.day == THURSDAY)
    assert (load["taken"], load["waiting"]) == (0, 0)
    assert (again, await Closure.count()) == (number, 1)
    told = [one for one in await town.mail() if "Fermeture" in one.subject]
    assert sorted(one.recipient for one in told) == ["anne@example.test", "paul@example.test"]
    assert "Léa, Cantine, jeudi 3 décembre" in told[0].text
    assert "Grève du service" in told[0].text
    assert await replaying.differences() == []


async def test_without_looking_for_the_same_one_days_are_closed_twice(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin of « declared twice is one »."""

    async def never(row: Closure) -> int:
        return 0

    monkeypatch.setattr(closing.closures, "same", never)
    for _ in range(2):
        await closing.declare(tenant, a_closure(tenant), AGENT, tenant.now())

    assert await Closure.count() == 2


async def test_a_class_away_leaves_its_places_to_the_others(tenant: Tenant) -> None:
    canteen = await a_canteen(room=1)
    anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
    lea = await a_child(anne, canteen.activity, class_name="CE1")
    tom = await a_child(paul, canteen.activity, class_name="CP")
    zoe = await a_child(paul, canteen.activity, class_name="CE1", name="Zoé")
    await books(tenant, anne, lea, canteen, THURSDAY)
    await books(tenant, paul, zoe, canteen, THURSDAY)
    await books(tenant, paul, tom, canteen, THURSDAY)

    closure = a_closure(tenant, reason="outing", class_name="CE1")
    await closing.declare(tenant, closure, AGENT, tenant.now())

    assert await states() == ["closed", "closed", "offered"]
    assert await replaying.differences() == []


async def test_a_closure_lifted_gives_back_what_still_fits(town: Town, tenant: Tenant) -> None:
    canteen = await a_canteen(room=2)
    people = [await a_family(f"p{n}@example.test", f"P{n} Hoarau") for n in range(4)]
    children = [await a_child(one, canteen.activity, class_name="CE1") for one in people]
    for person, child in zip(people, children, strict=True):
        await books(tenant, person, child, canteen, THURSDAY)
    before = await tables.Booking.select(tables.Booking.price).order_by(tables.Booking.id)
    number = await closing.declare(tenant, a_closure(tenant), AGENT, tenant.now())
    await tables.Group.update({tables.Group.room: 1}).where(tables.Group.id == canteen.group)
    await catalogue.touch()

    done = await closing.lift(tenant, number, AGENT, tenant.now())
    again = await closing.lift(tenant, number, AGENT, tenant.now())
    await town.work()
    await town.work()

    assert await states() == ["booked", "closed", "waiting", "waiting"]
    assert [one.key[0] for one in done.left] == [children[1]]
    assert not again.back
    assert (await tables.Booking.select().order_by(tables.Booking.id))[0]["price"] == before[0][
        "price"
    ]
    lines = await tables.Booking.select().order_by(tables.Booking.line)
    assert [row["child"] for row in lines if row["line"]] == children[2:]
    told = {one.recipient: one.text for one in await town.mail() if "Réouverture" in one.subject}
    assert "réservé de nouveau" in told["p0@example.test"]
    assert "la place n’est plus libre" in told["p1@example.test"]
    assert await replaying.differences() == []


async def test_a_day_not_given_back_may_be_booked_again(tenant: Tenant) -> None:
    canteen = await a_canteen(room=2)
    people = [await a_family(f"p{n}@example.test", f"P{n} Hoarau") for n in range(2)]
    children = [await a_child(one, canteen.activity) for one in people]
    for person, child in zip(people, children, strict=True):
        await books(tenant, person, child, canteen, THURSDAY)
    number = await closing.declare(tenant, a_closure(tenant), AGENT, tenant.now())
    for room in (1, 2):
        await tables.Group.update({tables.Group.room: room}).where(tables.Group.id == canteen.group)
        await catalogue.touch()
        await closing.lift(tenant, number, AGENT, tenant.now())
    assert await states() == ["booked", "closed"]

    wanted = [Wanted(children[1], canteen.unit, THURSDAY, "book")]
    await booking.save(tenant, people[1], wanted, "again", tenant.now())

    assert await states() == ["booked", "booked"]
    assert await replaying.differences() == []


async def rush(tenant: Tenant) -> list[str]:
    """Let forty families book a day while it is being closed; return how each booking stands."""
    canteen = await a_canteen()
    families = await many_families(40, canteen.activity)
    await catalogue.current()
    asked = [books(tenant, one, child, canteen, THURSDAY) for one, child in families]
    asked.insert(20, closing.declare(tenant, a_closure(tenant), AGENT, tenant.now()))  # type: ignore[arg-type]
    await asyncio.gather(*asked)
    return await states()


async def test_no_booking_stands_on_a_day_closed_meanwhile(tenant: Tenant) -> None:
    assert set(await rush(tenant)) <= {"closed"}
    assert await replaying.differences() == []


async def test_without_the_lock_a_booking_stands_on_a_closed_day(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin: the closure neither locks nor writes in one transaction."""

    async def no_lock(*_: object) -> None:
        return

    monkeypatch.setattr(closing, "transaction", nullcontext)
    monkeypatch.setattr(closing, "lock", no_lock)
    monkeypatch.setattr(booking, "transaction", nullcontext)
    monkeypatch.setattr(booking, "lock", no_lock)
    monkeypatch.setattr(booking, "_in_turn", lambda *_: nullcontext())

    with pytest.raises(AssertionError):
        assert set(await rush(tenant)) <= {"closed"}
        assert await replaying.differences() == []
