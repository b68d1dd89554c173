"""Two parents share the weeks of a child: each books and pays its own, a grandparent those of both."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.periscolaire.builders import (
    MONDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    insert,
    settle,
)

from ribambelle.errors import NotYours
from ribambelle.identity import Person, custodies, responsibilities
from ribambelle.identity.custody import Sharing
from ribambelle.identity.rights import FULL, Rights
from ribambelle.identity.tables import Responsibility
from ribambelle.tenants import Tenant
from ribambelle.testing import Communes
from ribambelle_periscolaire import billing, booking, offering, tables
from ribambelle_periscolaire.domain.taking import Wanted
from ribambelle_periscolaire.gathering import gather
from ribambelle_periscolaire.queries import catalogue, waiting_lists

NEXT = MONDAY + timedelta(days=7)


@pytest.fixture
async def tenant(communes: Communes) -> AsyncIterator[Tenant]:
    settle(communes.alpha)
    with communes.alpha.here() as here:
        yield here


async def shared(tenant: Tenant) -> tuple[Canteen, int, Person, Person]:
    """Write Léa, with Anne on odd weeks and Paul on even ones."""
    canteen = await a_canteen()
    anne, paul = await a_family(), await a_family("paul@example.test", "Paul Payet")
    lea = await a_child(anne, canteen.activity)
    await responsibilities.write(lea, paul.adult, FULL, tenant.now())
    weeks = Sharing(even=paul.adult, odd=anne.adult)
    custody = await custodies.propose(anne, lea, weeks, date(2026, 9, 1), tenant.now())
    await custodies.fire(custody, "accept", paul.account)
    return canteen, lea, anne, paul


async def outcomes(tenant: Tenant, person: Person, child: int, canteen: Canteen) -> list[str]:
    wanted = [Wanted(child, canteen.unit, day, "book") for day in (MONDAY, NEXT)]
    lines = await booking.save(tenant, person, wanted, "k", tenant.now())
    return [line.reason.code if line.reason else line.outcome for line in lines]


async def test_each_parent_books_and_pays_its_own_weeks(tenant: Tenant) -> None:
    canteen, lea, anne, paul = await shared(tenant)

    assert MONDAY.isocalendar().week % 2 == 1
    assert await outcomes(tenant, anne, lea, canteen) == ["booked", "elsewhere"]
    assert await outcomes(tenant, paul, lea, canteen) == ["unchanged", "booked"]

    rows = await tables.Booking.select().order_by(tables.Booking.day)
    assert [row["payer"] for row in rows] == [anne.adult, paul.adult]


async def test_the_other_parents_place_in_line_is_not_mine_to_leave(tenant: Tenant) -> None:
    canteen, lea, anne, paul = await shared(tenant)
    await tables.Group.update({tables.Group.room: 0}, force=True)
    await catalogue.touch()
    await outcomes(tenant, anne, lea, canteen)
    gone = [Wanted(lea, canteen.unit, MONDAY, "cancel")]

    (line,) = await booking.save(tenant, paul, gone, "gone", tenant.now())

    assert line.reason and line.reason.code == "elsewhere"


async def test_no_day_is_elsewhere_once_the_other_parent_no_longer_answers(tenant: Tenant) -> None:
    canteen, lea, anne, paul = await shared(tenant)
    (held,) = [
        one for one in await responsibilities.of_children([lea], MONDAY) if one.adult == paul.adult
    ]
    until = NEXT + timedelta(days=1)
    await Responsibility.update({Responsibility.until: until}).where(Responsibility.id == held.id)
    days = (MONDAY, MONDAY + timedelta(days=13))
    away = await custodies.elsewhere([lea], anne.household, *days)
    assert away[lea] == {NEXT, until}
    stays = await custodies.whose(lea, *days)
    assert [one.parent for one in stays] == [anne.adult, paul.adult]
    assert stays[-1].last == until

    await responsibilities.end(held, tenant.now(), by=None, side="office", reason="judgment")

    assert await custodies.whose(lea, *days) == []
    assert await outcomes(tenant, anne, lea, canteen) == ["booked", "booked"]


async def test_a_grandparent_who_may_book_does_for_both_and_each_pays_its_weeks(
    tenant: Tenant,
) -> None:
    canteen, lea, anne, paul = await shared(tenant)
    for household, quotient in ((anne.household, 300), (paul.household, 900)):
        await insert(
            tables.Situation(
                household=household,
                first=date(2026, 9, 1),
                quotient_familial=quotient,
                source="caf",
                written_at=tenant.now(),
            )
        )
    rose = await a_family("rose@example.test", "Rose Hoarau")
    await responsibilities.write(
        lea, rose.adult, Rights("relative", may_book=True), tenant.now(), by=anne.account
    )

    assert await outcomes(tenant, rose, lea, canteen) == ["booked", "booked"]
    rows = await tables.Booking.select().order_by(tables.Booking.day)
    assert [row["payer"] for row in rows] == [anne.adult, paul.adult]
    gathered = await gather(tenant, rose, MONDAY, NEXT, tenant.now())
    family = gathered.family
    assert [family.means_on(lea, day).quotient_familial for day in (MONDAY, NEXT)] == [300, 900]
    assert not any(gathered.taking().pays(lea, day) for day in (MONDAY, NEXT))


async def test_a_day_nobody_booked_is_paid_by_the_parent_it_was_with(tenant: Tenant) -> None:
    _, lea, anne, paul = await shared(tenant)

    assert await billing._payer(lea, MONDAY) == anne.adult
    assert await billing._payer(lea, NEXT) == paul.adult


async def test_a_parent_whose_rights_have_ended_pays_no_more(tenant: Tenant) -> None:
    canteen, lea, anne, paul = await shared(tenant)
    yesterday = tenant.now().date() - timedelta(days=1)
    rose = await a_family("rose@example.test", "Rose Hoarau")
    await responsibilities.write(
        lea, rose.adult, Rights("relative", may_book=True), tenant.now(), by=anne.account
    )
    await Responsibility.update({Responsibility.until: yesterday}).where(
        Responsibility.adult == anne.adult
    )

    await outcomes(tenant, rose, lea, canteen)

    rows = await tables.Booking.select()
    assert {row["payer"] for row in rows} == {paul.adult}


async def test_neither_parent_sees_what_the_other_pays(tenant: Tenant, communes: Communes) -> None:
    canteen, lea, anne, paul = await shared(tenant)
    await outcomes(tenant, anne, lea, canteen)
    browser = await communes.alpha.family(paul.email)

    week = (await browser.get(f"/periscolaire/semaine/{MONDAY}")).text
    year = (await browser.get("/periscolaire/annee/2026")).text

    assert "Réservé" in week and "3,10" not in week
    assert "3,10" not in year


async def test_a_place_offered_is_the_parents_of_that_day(
    tenant: Tenant, communes: Communes
) -> None:
    canteen, lea, anne, paul = await shared(tenant)
    await tables.Group.update({tables.Group.room: 1}, force=True)
    await catalogue.touch()
    other = await a_family("tom@example.test", "Tom Grondin")
    tom = await a_child(other, canteen.activity, name="Tom")
    first = Wanted(tom, canteen.unit, MONDAY, "book")
    await booking.save(tenant, other, [first], "k", tenant.now())
    await outcomes(tenant, anne, lea, canteen)
    await booking.save(tenant, other, [replace(first, wish="cancel")], "gone", tenant.now())
    await communes.alpha.work()

    told = [one.recipient for one in await communes.alpha.mail() if "libérée" in one.subject]
    row = await tables.Booking.objects().get(tables.Booking.child == lea)

    assert told == [anne.email]
    assert row is not None and row.state == "offered"
    assert await waiting_lists.own(paul, tenant.now().date()) == []
    with pytest.raises(NotYours):
        await offering.accept(tenant, paul, row.id, tenant.now())
    assert await offering.accept(tenant, anne, row.id, tenant.now())
