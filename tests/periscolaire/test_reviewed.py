"""What a careful reader found once, kept found."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from tests.periscolaire import replaying
from tests.periscolaire.builders import (
    MONDAY,
    a_canteen,
    a_child,
    a_family,
    a_group,
    a_unit,
    an_activity,
    enrol,
    insert,
    settle,
)

from ribambelle.identity import Person, responsibilities
from ribambelle.identity.rights import FULL, Rights
from ribambelle.tenants import Tenant
from ribambelle.testing import Communes
from ribambelle_periscolaire import booking, tables
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.queries import catalogue

RULES = """
[periscolaire]
[[periscolaire.cut_offs]]
name = "veille"
add = { days = 1, at = "10:00" }
[[periscolaire.tariffs]]
name = "Tarif"
activity = ["cantine", "soir"]
unit = ["repas", "soir"]
first = 2020-09-01
bands = [{ first = 0, last = 600, cents = 100 }, { first = 601, cents = 500 }]
"""


@pytest.fixture
async def tenant(communes: Communes) -> AsyncIterator[Tenant]:
    settle(communes.alpha, RULES)
    with communes.alpha.here() as here:
        yield here


async def means(tenant: Tenant, person: Person, quotient: int) -> None:
    await insert(
        tables.Situation(
            household=person.household,
            first=date(2026, 9, 1),
            quotient_familial=quotient,
            source="caf",
            written_at=tenant.now(),
        )
    )


async def outcomes(tenant: Tenant, person: Person, *wanted: Wanted) -> list[str]:
    lines = await booking.save(tenant, person, wanted, str(wanted), tenant.now())
    return [line.outcome for line in lines]


async def test_a_group_between_two_birthdays_is_counted_too(tenant: Tenant) -> None:
    activity = await an_activity(runs="always")
    unit = await a_unit(activity)
    for age in (3, 4, 5):
        await a_group(activity, 1, from_age=age, to_age=age)
    days = [date(2026, 11, 27), date(2026, 11, 30), date(2027, 11, 29)]
    people = [await a_family(f"p{n}@example.test", f"P{n} Hoarau") for n in range(2)]
    old = [await a_child(people[0], name="Tom", born_on=date(2022, 6, 1))]
    young = await a_child(people[1], name="Zoé", born_on=date(2022, 11, 28))
    for child in (*old, young):
        for year in (2026, 2027):
            await enrol(child, activity, year=year)

    first = await outcomes(tenant, people[0], Wanted(old[0], unit, days[1], "book"))
    asked = [Wanted(young, unit, day, "book") for day in days]
    then = await outcomes(tenant, people[1], *asked)

    assert first == ["booked"]
    assert then[1] == "waiting"
    assert await replaying.differences() == []


async def test_what_one_parent_pays_does_not_move_when_the_other_books(tenant: Tenant) -> None:
    """Two homes, no custody written: each books by its own means, and keeps its own price."""
    canteen = await a_canteen(runs="always")
    evening = await an_activity("soir", runs="always")
    late = await a_unit(evening, "soir", "Soir")
    await a_group(evening)
    extra = await a_unit(canteen.activity, "soir", "Soir")
    anne, paul = await a_family(), await a_family("paul@example.test", "Paul Payet")
    lea = await a_child(anne, canteen.activity, evening)
    await responsibilities.write(lea, paul.adult, FULL, tenant.now())
    await means(tenant, anne, 300)
    await means(tenant, paul, 1500)

    await outcomes(tenant, anne, Wanted(lea, canteen.unit, MONDAY, "book"))
    await outcomes(tenant, paul, Wanted(lea, extra, MONDAY, "book"))

    rows = await tables.Booking.select(tables.Booking.payer, tables.Booking.price.cents).order_by(
        tables.Booking.id
    )
    assert [(row["payer"], row["price.cents"]) for row in rows] == [
        (anne.adult, 100),
        (paul.adult, 500),
    ]
    assert late


async def test_a_grandmother_books_at_the_price_of_whoever_pays(tenant: Tenant) -> None:
    canteen = await a_canteen(runs="always")
    anne, rose = await a_family(), await a_family("rose@example.test", "Rose Hoarau")
    lea = await a_child(anne, canteen.activity)
    await responsibilities.write(lea, rose.adult, Rights("relative", may_book=True), tenant.now())
    await means(tenant, anne, 300)

    await outcomes(tenant, rose, Wanted(lea, canteen.unit, MONDAY, "book"))

    row = await tables.Booking.select(tables.Booking.payer, tables.Booking.price.cents).first()
    assert row == {"payer": anne.adult, "price.cents": 100}


async def test_a_unit_opened_since_is_locked_too(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    anne = await a_family()
    await catalogue.current()  # this process knows of nothing yet
    canteen = await a_canteen(runs="always")
    lea = await a_child(anne, canteen.activity)
    locked: list[str] = []

    async def advisory(*names: str) -> None:
        locked.extend(names)

    monkeypatch.setattr(booking, "advisory", advisory)
    await outcomes(tenant, anne, Wanted(lea, canteen.unit, MONDAY, "book"))

    assert booking.spot_name(canteen.activity, MONDAY) in locked


async def test_an_absence_costs_no_more_than_the_cancelling_the_page_offers(
    tenant: Tenant, communes: Communes
) -> None:
    more = RULES.replace(
        'at = "10:00" }', 'at = "10:00" }\ncancel_when_waited = { days = 0, at = "11:00" }'
    )
    settle(communes.alpha, more)
    tenant = communes.alpha.tenant
    with tenant.here():
        canteen = await a_canteen(room=1, runs="always")
        anne, paul = await a_family(), await a_family("paul@example.test", "Paul Payet")
        lea, tom = await a_child(anne, canteen.activity), await a_child(paul, canteen.activity)
        day = tenant.now().date() + timedelta(days=1)
        await outcomes(tenant, anne, Wanted(lea, canteen.unit, day, "book"))
        await outcomes(tenant, paul, Wanted(tom, canteen.unit, day, "book"))
        tenant.platform.clock.move(hours=24)  # type: ignore[attr-defined]

        assert await outcomes(tenant, anne, Wanted(lea, canteen.unit, day, "absent")) == [
            "cancelled"
        ]
