"""Places are taken on the server, once, within the rules, and each refusal says why."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.periscolaire import replaying
from tests.periscolaire.builders import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    WEDNESDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    a_group,
    a_unit,
    an_activity,
    insert,
    settle,
)

from ribambelle.identity import Person
from ribambelle.identity.person import Behalf
from ribambelle.tenants import Tenant
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes
from ribambelle.workflow.tables import JournalLine
from ribambelle_periscolaire import booking, offering, tables
from ribambelle_periscolaire.domain.taking import Line, Wanted
from ribambelle_periscolaire.queries import bookings, catalogue


@pytest.fixture
async def tenant(communes: Communes) -> AsyncIterator[Tenant]:
    """The commune `alpha`, its rules written."""
    settle(communes.alpha)
    with communes.alpha.here() as here:
        yield here


async def asks(
    tenant: Tenant, person: Person, *wanted: Wanted, key: str = ""
) -> list[tuple[str, str]]:
    """Ask, and return what became of each line with the reason."""
    lines = await booking.save(tenant, person, wanted, key or str(wanted), tenant.now())
    return [told(line) for line in lines]


def told(line: Line) -> tuple[str, str]:
    return line.outcome, line.reason.code if line.reason else ""


def meal(child: int, canteen: Canteen, day: date = THURSDAY) -> Wanted:
    return Wanted(child, canteen.unit, day, "book")


async def states() -> dict[tuple[int, date, int], str]:
    rows = await tables.Booking.select()
    return {(row["child"], row["day"], row["unit"]): row["state"] for row in rows}


async def test_a_meal_is_booked_with_its_price_and_its_story(tenant: Tenant) -> None:
    canteen = await a_canteen(room=30)
    anne = await a_family()
    lea = await a_child(anne, canteen.activity)

    found = await asks(tenant, anne, meal(lea, canteen))

    row = await tables.Booking.select(
        tables.Booking.all_columns(), tables.Booking.price.cents.as_alias("cents")
    ).first()
    assert found == [("booked", "")]
    assert row and (row["state"], row["payer"], row["cents"]) == ("booked", anne.adult, 310)
    (event,) = await tables.BookingEvent.select()
    assert (event["act"], event["account"], event["price"]) == ("book", anne.account, row["price"])
    (load,) = await tables.Load.select()
    assert (load["taken"], load["waiting"]) == (1, 0)


async def test_the_same_request_twice_is_done_once(tenant: Tenant) -> None:
    canteen = await a_canteen(room=30)
    anne = await a_family()
    lea = await a_child(anne, canteen.activity)

    first = await asks(tenant, anne, meal(lea, canteen), key="k1")
    again = await asks(tenant, anne, meal(lea, canteen), key="k1")
    anew = await asks(tenant, anne, meal(lea, canteen), key="k2")

    assert first == again == [("booked", "")]
    assert anew == [("unchanged", "")]
    assert await tables.BookingEvent.count() == 1


async def test_another_familys_child_is_not_there(tenant: Tenant) -> None:
    canteen = await a_canteen()
    anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
    lea = await a_child(anne, canteen.activity)

    assert await asks(tenant, paul, meal(lea, canteen)) == [("refused", "unknown")]
    assert not await tables.Booking.exists()


async def test_the_last_place_is_one_place_and_the_next_waits(tenant: Tenant) -> None:
    canteen = await a_canteen(room=1)
    anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
    lea, tom = await a_child(anne, canteen.activity), await a_child(paul, canteen.activity)

    assert await asks(tenant, anne, meal(lea, canteen)) == [("booked", "")]
    assert await asks(tenant, paul, meal(tom, canteen)) == [("waiting", "")]

    (load,) = await tables.Load.select()
    assert (load["taken"], load["waiting"]) == (1, 1)


async def test_a_freed_place_is_offered_to_the_first_in_line(tenant: Tenant) -> None:
    canteen = await a_canteen(room=1)
    people = [await a_family(f"p{n}@example.test", f"P{n} Hoarau") for n in range(3)]
    children = [await a_child(one, canteen.activity) for one in people]
    for person, child in zip(people, children, strict=True):
        await asks(tenant, person, meal(child, canteen))

    gone = await asks(tenant, people[0], Wanted(children[0], canteen.unit, THURSDAY, "cancel"))

    assert gone == [("cancelled", "")]
    found = await states()
    assert [found[child, THURSDAY, canteen.unit] for child in children] == [
        "cancelled",
        "offered",
        "waiting",
    ]
    (load,) = await tables.Load.select()
    assert (load["taken"], load["waiting"]) == (1, 1)


async def test_a_freed_place_taken_for_a_family_is_written_in_its_journal(tenant: Tenant) -> None:
    canteen = await a_canteen(room=1)
    anne, paul = await a_family(), await a_family("paul@example.test", "Paul Grondin")
    lea, tom = await a_child(anne, canteen.activity), await a_child(paul, canteen.activity)
    await asks(tenant, anne, meal(lea, canteen))
    await asks(tenant, paul, meal(tom, canteen))
    await asks(tenant, anne, Wanted(lea, canteen.unit, THURSDAY, "cancel"), key="b")
    row = await tables.Booking.objects().get(tables.Booking.child == tom)
    assert row is not None and not await JournalLine.exists().where(CHANGED)

    sophie = replace(paul, behalf=Behalf(4, 8, "Sophie"))
    assert await offering.accept(tenant, sophie, int(row.id), tenant.now())

    assert await JournalLine.count().where(CHANGED) == 1


CHANGED = JournalLine.act == "booking.changed"


async def test_what_the_rules_close_is_refused_with_the_moment(
    tenant: Tenant, clock: FrozenClock
) -> None:
    canteen = await a_canteen()
    anne = await a_family()
    lea, elsewhere = await a_child(anne, canteen.activity), await a_child(anne, name="Noé")
    await insert(
        tables.Closure(first=FRIDAY, last=FRIDAY, reason="strike", declared_at=tenant.now())
    )
    await catalogue.touch()
    today = tenant.now().date()
    asked = (
        meal(lea, canteen, today - timedelta(days=1)),
        meal(lea, canteen, today),
        meal(lea, canteen, WEDNESDAY),
        meal(lea, canteen, FRIDAY),
        meal(elsewhere, canteen),
        Wanted(lea, 999, THURSDAY, "book"),
    )

    found = await asks(tenant, anne, *asked)

    assert [reason for _, reason in found] == [
        "too_late",
        "no_service",
        "no_service",
        "closed",
        "not_enrolled",
        "unknown",
    ]
    assert not await tables.Booking.exists()
    clock.at = datetime(2026, 12, 1, 10, tzinfo=tenant.zone)  # no school on Wednesday
    (late,) = await booking.save(tenant, anne, [meal(lea, canteen)], "late", tenant.now())
    assert late.reason and (late.reason.code, late.reason.at) == ("too_late", clock.at)


async def test_units_that_exclude_or_need_each_other(tenant: Tenant) -> None:
    activity = await an_activity("mercredi", kind="wednesday", runs="wednesday")
    group = await a_group(activity, room=1)
    morning = await a_unit(activity, "am", "Matin", choice="jour", parts=1)
    whole = await a_unit(activity, "day", "Journée", choice="jour", parts=7)
    meals = await a_unit(activity, "meal", "Repas", needs=morning, parts=2)
    anne = await a_family()
    lea = await a_child(anne, activity)

    def ask(unit: int, wish: str = "book") -> Wanted:
        return Wanted(lea, unit, WEDNESDAY, wish)  # type: ignore[arg-type]

    assert await asks(tenant, anne, ask(meals)) == [("refused", "needs")]
    assert await asks(tenant, anne, ask(meals), ask(morning), key="b") == [("booked", "")] * 2
    assert await asks(tenant, anne, ask(whole), key="c") == [("refused", "choice_taken")]
    assert await asks(tenant, anne, ask(morning, "cancel"), key="d") == [("refused", "needed")]
    swap = (ask(morning, "cancel"), ask(whole), ask(meals, "cancel"))
    assert await asks(tenant, anne, *swap, key="e") == [
        ("cancelled", ""),
        ("booked", ""),
        ("cancelled", ""),
    ]
    loads = await tables.Load.select().order_by(tables.Load.part)
    assert [(load["part"], load["taken"]) for load in loads if load["group"] == group] == [
        (1, 1),
        (2, 1),
        (4, 1),
    ]


async def test_an_absence_is_told_after_the_cut_off_and_frees_the_place(
    tenant: Tenant, clock: FrozenClock
) -> None:
    canteen = await a_canteen(room=1)
    anne = await a_family()
    lea = await a_child(anne, canteen.activity)
    await asks(tenant, anne, meal(lea, canteen, MONDAY))
    clock.at = datetime(2026, 11, 30, 7, tzinfo=tenant.zone)

    late = await asks(tenant, anne, Wanted(lea, canteen.unit, MONDAY, "cancel"))
    absent = await asks(tenant, anne, Wanted(lea, canteen.unit, MONDAY, "absent", "sick"))

    assert (late, absent) == ([("refused", "too_late")], [("absent", "")])
    (load,) = await tables.Load.select()
    assert load["taken"] == 0


async def test_without_its_key_the_same_request_is_done_twice(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin: requests are no longer remembered."""
    canteen = await a_canteen()
    anne = await a_family()
    lea = await a_child(anne, canteen.activity)
    gone = Wanted(lea, canteen.unit, THURSDAY, "cancel")

    async def forget(*_: object) -> bool:
        return True

    monkeypatch.setattr(bookings, "remember", forget)
    await asks(tenant, anne, meal(lea, canteen), key="k1")
    await asks(tenant, anne, gone, key="k2")

    assert await asks(tenant, anne, meal(lea, canteen), key="k1") == [("booked", "")]
    assert await tables.BookingEvent.count() == 3


async def test_a_freed_place_goes_round_and_the_story_tells_it_again(
    tenant: Tenant, clock: FrozenClock, communes: Communes
) -> None:
    canteen = await a_canteen(room=1)
    people = [await a_family(f"p{n}@example.test", f"P{n} Hoarau") for n in range(3)]
    children = [await a_child(one, canteen.activity) for one in people]
    for person, child in zip(people, children, strict=True):
        await asks(tenant, person, meal(child, canteen))
    await asks(tenant, people[0], Wanted(children[0], canteen.unit, THURSDAY, "cancel"))

    clock.move(hours=25)  # nobody answered
    await communes.alpha.work()
    row = await tables.Booking.objects().get(tables.Booking.child == children[2])
    assert row is not None
    accepted = await offering.accept(tenant, people[2], row.id, tenant.now())

    found = await states()
    assert accepted
    assert [found[child, THURSDAY, canteen.unit] for child in children] == [
        "cancelled",
        "cancelled",
        "booked",
    ]
    assert await replaying.differences() == []
    told = await communes.alpha.mail()
    assert [one.recipient for one in told if "libérée" in one.subject] == [
        "p1@example.test",
        "p2@example.test",
    ]
