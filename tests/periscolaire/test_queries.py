"""How many questions a booking page asks the database: few, and as many for five children as for one."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from tests.periscolaire.builders import (
    FRIDAY,
    MONDAY,
    THURSDAY,
    Canteen,
    a_canteen,
    a_child,
    a_family,
    settle,
)

from ribambelle.database import TenantEngine
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle_periscolaire import opening_days
from ribambelle_periscolaire.tables import Booking

WEEK = f"/periscolaire/semaine/{MONDAY}"
PAGE, SAVE = 8, 10


@pytest.fixture
async def town(communes: Communes) -> AsyncIterator[Town]:
    settle(communes.alpha)
    yield communes.alpha


@contextmanager
def counted() -> Iterator[list[str]]:
    """Note every statement of the block, transactions' own words apart."""
    real, patch, asked = TenantEngine.fetch, pytest.MonkeyPatch(), list[str]()

    async def fetch(engine: TenantEngine, sql: str, args: Any = ()) -> list[Any]:
        asked.append(" ".join(sql.split())[:90])
        return await real(engine, sql, args)

    patch.setattr(TenantEngine, "fetch", fetch)
    try:
        yield asked
    finally:
        patch.undo()


async def a_town_of(town: Town, children: int) -> tuple[Canteen, list[int]]:
    with town.here():
        canteen = await a_canteen(room=30)
        anne = await a_family()
        return canteen, [
            await a_child(anne, canteen.activity, name=f"É{n}") for n in range(children)
        ]


@pytest.mark.parametrize("children", [1, 5])
async def test_a_booking_page_asks_eight_questions_at_most(town: Town, children: int) -> None:
    await a_town_of(town, children)
    browser = await town.family("anne@example.test")
    await browser.get(WEEK)  # what is open is read once, then kept

    for path in (WEEK, "/periscolaire/mois/2026-12", "/periscolaire/annee/2026"):
        with counted() as asked:
            assert (await browser.get(path)).status_code == 200
        assert len(asked) <= PAGE, asked


async def test_saving_a_week_asks_ten_questions_at_most(town: Town) -> None:
    canteen, children = await a_town_of(town, 2)
    browser = await town.family("anne@example.test")
    await browser.get(WEEK)
    other = f"{children[0]}.{canteen.unit}.{FRIDAY}"
    await browser.post(WEEK, data={"cle": "first", "jour": other})  # a price is written once
    boxes = [f"{child}.{canteen.unit}.{day}" for child in children for day in (MONDAY, THURSDAY)]

    with counted() as asked:
        answer = await browser.post(WEEK, data={"cle": "k", "jour": boxes})

    assert answer.status_code == 303
    # on PostgreSQL one more: the names of what is locked
    assert len([one for one in asked if "pg_advisory" not in one]) <= SAVE, asked


async def test_on_opening_day_only_the_turn_is_asked_beside(town: Town, clock: FrozenClock) -> None:
    canteen, children = await a_town_of(town, 2)
    with town.here() as tenant:
        now = tenant.now()
        told = {"activity": canteen.activity, "mode": "room", "name": "Fête", "rate": 1}
        days = {"first": MONDAY, "last": FRIDAY}
        hours = {"begins_at": now + timedelta(hours=1), "ends_at": now + timedelta(hours=9)}
        number = await opening_days.announce(told | days | hours, 1, now)
    clock.move(hours=1)
    browser, room = await town.family("anne@example.test"), f"/periscolaire/ouvertures/{number}"
    await browser.post(f"{room}/file")
    await browser.get(WEEK)
    box = f"{children[0]}.{canteen.unit}.{FRIDAY}"
    await browser.post(WEEK, data={"cle": "first", "jour": box})

    for path in (room, WEEK):
        with counted() as asked:
            assert (await browser.get(path)).status_code == 200
        assert len(asked) <= PAGE, asked
    with counted() as asked:
        boxes = [f"{child}.{canteen.unit}.{THURSDAY}" for child in children]
        await browser.post(WEEK, data={"cle": "k", "jour": boxes})
    assert len([one for one in asked if "advisory" not in one]) <= SAVE + 1, asked
    with town.here():
        assert await Booking.count().where(Booking.state == "booked") == 1 + len(children)
