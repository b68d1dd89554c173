"""What is open changes under nobody's feet: bookings to come follow, or the change is refused whole."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import nullcontext
from datetime import date
from typing import Any

import pytest
from tests.periscolaire import replaying
from tests.periscolaire.builders import (
    THURSDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    a_group,
    many_families,
    settle,
)

from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle.testing.communes import Communes
from ribambelle.workflow.tables import JournalLine
from ribambelle_periscolaire import booking, keeping, staffing, tables
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import catalogue, offer
from ribambelle_periscolaire.tables import Activity, Group, Unit

AGENT = 99


@pytest.fixture
async def tenant(communes: Communes) -> AsyncIterator[Tenant]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    with communes.alpha.here() as here:
        yield here


async def a_booked_canteen(
    tenant: Tenant, *births: date, room: int | None = None
) -> tuple[Canteen, list[int]]:
    canteen = await a_canteen(room=room)
    children = []
    for number, born_on in enumerate(births):
        one = await a_family(f"p{number}@example.test", f"P{number} Hoarau")
        child = await a_child(one, canteen.activity, born_on=born_on, name=f"Léa {number}")
        wanted = [Wanted(child, canteen.unit, THURSDAY, "book")]
        await booking.save(tenant, one, wanted, "k", tenant.now())
        children.append(child)
    return canteen, children


async def changed(
    tenant: Tenant, row: Activity | Unit | Group, confirmed: bool = False, **values: object
) -> None:
    version = offer.version(row)
    await keeping.change(tenant, row, version, values, AGENT, tenant.now(), confirmed=confirmed)


SMALL, BIG = date(2022, 5, 3), date(2018, 5, 3)


async def test_fewer_places_than_bookings_are_refused_with_the_children(tenant: Tenant) -> None:
    canteen, children = await a_booked_canteen(tenant, BIG, BIG, BIG, room=3)
    group = await offer.one(Group, canteen.group)

    with pytest.raises(Refused) as refused:
        await changed(tenant, group, room=1, name="Autre")

    assert refused.value.reason == "over"
    assert [one.key[0] for one in refused.value.facts["found"].over] == children[1:]
    kept = await offer.one(Group, canteen.group)
    assert (kept.room, kept.name) == (3, "Tous")
    assert not await JournalLine.exists().where(JournalLine.act.like("periscolaire.%"))


async def test_more_places_are_offered_to_who_waits(tenant: Tenant) -> None:
    canteen, _ = await a_booked_canteen(tenant, BIG, BIG, BIG, room=1)

    await changed(tenant, await offer.one(Group, canteen.group), room=2)

    rows = await tables.Booking.select().order_by(tables.Booking.id)
    assert [row["state"] for row in rows] == ["booked", "offered", "waiting"]
    assert await replaying.differences() == []


async def test_children_who_change_groups_are_listed_then_moved(tenant: Tenant) -> None:
    canteen, children = await a_booked_canteen(tenant, BIG, SMALL, BIG)
    values = {"activity": canteen.activity, "name": "Petits", "to_age": 5, "room": 1}
    group = await offer.one(Group, canteen.group)
    older = {"from_age": 6}

    with pytest.raises(Refused) as alone:
        await changed(tenant, group, **older)
    small = await keeping.add(tenant, Group, values, AGENT, tenant.now())
    with pytest.raises(Refused) as asked:
        await changed(tenant, group, **older)
    await changed(tenant, group, confirmed=True, **older)

    assert alone.value.reason == "stranded"
    assert asked.value.reason == "moving"
    assert [one.booked.key[0] for one in asked.value.facts["found"].moving] == [children[1]]
    rows = await tables.Booking.select().order_by(tables.Booking.id)
    assert [row["group"] for row in rows] == [canteen.group, small, canteen.group]
    (event,) = await tables.BookingEvent.select().where(tables.BookingEvent.act == "move")
    assert (event["account"], event["side"], event["price"]) == (AGENT, "office", rows[1]["price"])
    assert await replaying.differences() == []


async def test_children_are_not_moved_where_there_is_no_room(tenant: Tenant) -> None:
    canteen, children = await a_booked_canteen(tenant, SMALL, SMALL)
    await a_group(canteen.activity, room=1, to_age=5)

    with pytest.raises(Refused) as refused:
        await changed(tenant, await offer.one(Group, canteen.group), confirmed=True, from_age=6)

    assert refused.value.reason == "over"
    assert [one.key[0] for one in refused.value.facts["found"].over] == children[1:]
    assert not await tables.BookingEvent.exists().where(tables.BookingEvent.act == "move")


async def test_what_is_booked_is_not_closed_nor_given_other_days(tenant: Tenant) -> None:
    canteen, _ = await a_booked_canteen(tenant, BIG)
    reasons = []

    for kind, number, values in (
        (Activity, canteen.activity, {"is_open": False}),
        (Activity, canteen.activity, {"booked": "on_site"}),
        (Unit, canteen.unit, {"weekdays": 0b0011}),
        (Unit, canteen.unit, {"parts": 4}),
        (Group, canteen.group, {"is_open": False}),
    ):
        with pytest.raises(Refused) as refused:
            await changed(tenant, await offer.one(kind, number), **values)  # type: ignore[type-var]
        reasons.append(refused.value.reason)

    assert reasons == ["stranded", "stranded", "stranded", "parts_booked", "stranded"]


async def test_whoever_was_quicker_is_not_written_over(tenant: Tenant) -> None:
    canteen = await a_canteen()
    row = await offer.one(Activity, canteen.activity)
    await changed(tenant, row, name="La cantine")

    with pytest.raises(Refused) as refused:
        await changed(tenant, row, name="Restaurant")

    assert refused.value.reason == "offer_moved"
    assert (await offer.one(Activity, canteen.activity)).name == "La cantine"


async def lowered_in_a_rush(tenant: Tenant) -> tuple[int, int | None]:
    """Lower a room to five while forty families book; return how many are in, and the room."""
    canteen = await a_canteen(room=40)
    families = await many_families(40, canteen.activity)
    await catalogue.current()
    group = await offer.one(Group, canteen.group)
    asked: list[Coroutine[Any, Any, Any]] = [
        booking.save(
            tenant, one, [Wanted(child, canteen.unit, THURSDAY, "book")], "k", tenant.now()
        )
        for one, child in families
    ]
    asked.insert(3, changed(tenant, group, room=5))
    await asyncio.gather(*asked, return_exceptions=True)
    booked = await tables.Booking.count().where(tables.Booking.state == "booked")
    return booked, (await offer.one(Group, canteen.group)).room


async def test_a_room_lowered_while_families_book_never_holds_more(tenant: Tenant) -> None:
    booked, room = await lowered_in_a_rush(tenant)

    assert room is not None and booked <= room
    assert await replaying.differences() == []


async def test_without_its_locks_a_lowered_room_holds_more(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin: neither lock, nor transaction, on either side."""

    async def no_lock(*_: object) -> None:
        return

    for module in (booking, keeping):
        monkeypatch.setattr(module, "transaction", nullcontext)
        monkeypatch.setattr(module, "advisory", no_lock)
    monkeypatch.setattr(booking, "_in_turn", lambda *_: nullcontext())

    with pytest.raises(AssertionError):
        booked, room = await lowered_in_a_rush(tenant)
        assert room is not None and booked <= room
        assert await replaying.differences() == []


async def test_an_adult_missing_lowers_the_day_and_sends_nobody_away(tenant: Tenant) -> None:
    canteen, _ = await a_booked_canteen(tenant, BIG, BIG)
    await tables.Activity.update({Activity.regime: "periscolaire"}, force=True)
    await changed(tenant, await offer.one(Group, canteen.group), from_age=6, staff=1)
    paul = await a_family("paul@example.test", "Paul Grondin")
    tom = await a_child(paul, canteen.activity, name="Tom")

    await staffing.write(tenant, canteen.group, THURSDAY, 0, AGENT, tenant.now())
    wanted = [Wanted(tom, canteen.unit, THURSDAY, "book")]
    lines = await booking.save(tenant, paul, wanted, "k", tenant.now())
    before = await tables.Booking.select().order_by(tables.Booking.id)
    await staffing.write(tenant, canteen.group, THURSDAY, None, AGENT, tenant.now())
    after = await tables.Booking.select().order_by(tables.Booking.id)

    assert [one.outcome for one in lines] == ["waiting"]
    assert [row["state"] for row in before] == ["booked", "booked", "waiting"]
    assert [row["state"] for row in after] == ["booked", "booked", "offered"]
    assert await replaying.differences() == []
