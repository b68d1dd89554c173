"""The kitchen: the order as it stood at the cut-off, what came late, what was eaten."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.periscolaire.builders import (
    THURSDAY,
    a_child,
    a_family,
    a_group,
    a_unit,
    an_activity,
    settle,
)

from ribambelle.database import prepared
from ribambelle.identity import Grant
from ribambelle.testing import FrozenClock
from ribambelle.testing.communes import Communes
from ribambelle_periscolaire import booking, ordering, tables
from ribambelle_periscolaire.domain.sheet import Health
from ribambelle_periscolaire.domain.taking import Change, Wanted
from ribambelle_periscolaire.queries import bookings, sheets

DESK = f"/bureau/periscolaire/cuisine?jour={THURSDAY}"
AFTER = datetime(2026, 12, 2, 12, tzinfo=UTC)
MOST_QUESTIONS = 14
CUT_OFF_OF_THE_DAY = """
[periscolaire]
[[periscolaire.cut_offs]]
name = "veille"
add = { days = 0, at = "09:00" }
[[periscolaire.tariffs]]
name = "Repas"
activity = ["cantine"]
unit = ["repas"]
first = 2026-09-01
flat = 310
"""


async def test_the_order_is_what_stood_at_the_cut_off(
    communes: Communes, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = communes.alpha
    settle(town)
    with town.here() as tenant:
        activity = await an_activity()
        unit, group = await a_unit(activity, is_meal=True), await a_group(activity)
        anne = await a_family()
        lea, noe = [await a_child(anne, activity, name=name) for name in ("Léa", "Noé")]
        wanted = [Wanted(child, unit, THURSDAY, "book") for child in (lea, noe)]
        await booking.save(tenant, anne, wanted, "key", tenant.now())
        health = Health("Sans porc", has_allergy=True, allergies="Lait")
        await sheets.write(lea, tenant.now(), health=health)
        clock.set(AFTER)
        held = await bookings.of_children([noe], THURSDAY, THURSDAY)
        ((key, was),) = held.items()
        late = Change(key, "cancel", replace(was, state="cancelled"))
        await bookings.write([late], None, "office", clock())
        for _ in range(2):
            await ordering.freeze()
        (order,) = await tables.Order.objects()
        assert (order.meals, order.diets) == (2, '{"Allergie":1,"Sans porc":1}')

    kitchen = await town.staff(Grant("kitchen"), email="cuisine@example.test")
    await kitchen.get(DESK)
    asked: list[Any] = []
    ask = prepared.Prepared.ask

    async def counted(self: Any, **values: Any) -> Any:
        asked.append(self)
        return await ask(self, **values)

    monkeypatch.setattr(prepared.Prepared, "ask", counted)
    page = (await kitchen.get(DESK)).text
    assert len(asked) <= MOST_QUESTIONS
    assert '<td class="n" role="cell" data-l="Sans porc">1</td>' in page  # in the week too
    assert "Changé après la commande" in page
    book = await kitchen.get(f"/bureau/periscolaire/cuisine/{THURSDAY}/export")
    assert book.content.startswith(b"PK")

    clock.set(datetime(2026, 12, 3, 14, tzinfo=UTC))
    agent = await town.staff(email="autre@example.test")
    kitchen = await town.staff(Grant("kitchen"), email="chef@example.test")
    where = f"/bureau/periscolaire/cuisine/{THURSDAY}"
    sent = {"roll": str(group), "unit": str(unit), "eaten": "1"}
    assert (await kitchen.post(where, data=sent)).status_code == 403
    await agent.post(where, data=sent)
    assert "Commandés et mangés" in (await agent.get(DESK)).text
    with town.here():
        assert [row.meals for row in await tables.Eaten.objects()] == [1]


async def test_the_diets_of_an_order_are_those_of_its_children_at_the_cut_off(
    communes: Communes, clock: FrozenClock
) -> None:
    """Who cancels late leaves the order, diets and all, as it was asked for."""
    town = communes.alpha
    settle(town)
    with town.here() as tenant:
        activity = await an_activity()
        unit, _ = await a_unit(activity, is_meal=True), await a_group(activity)
        anne = await a_family()
        lea, noe = [await a_child(anne, activity, name=name) for name in ("Léa", "Noé")]
        wanted = [Wanted(child, unit, THURSDAY, "book") for child in (lea, noe)]
        await booking.save(tenant, anne, wanted, "key", tenant.now())
        health = Health("Sans porc", has_allergy=True, allergies="Lait", allergens=("milk",))
        await sheets.write(lea, tenant.now(), health=health)
        clock.set(AFTER)
        held = await bookings.of_children([lea], THURSDAY, THURSDAY)
        ((key, was),) = held.items()
        late = Change(key, "cancel", replace(was, state="cancelled"))
        await bookings.write([late], None, "office", clock())
        (before,) = await ordering.of_day(tenant, THURSDAY, clock())
        await ordering.freeze()
        (after,) = await ordering.of_day(tenant, THURSDAY, clock())
    for one in (before, after):
        assert (one.booked, one.ordered) == (1, 2)
        assert dict(one.diets) == {"Sans porc": 1, "Allergie : lait": 1}


async def test_an_order_of_the_same_day_is_kept_the_night_after(
    communes: Communes, clock: FrozenClock
) -> None:
    town = communes.alpha
    settle(town, CUT_OFF_OF_THE_DAY)
    with town.here() as tenant:
        activity = await an_activity()
        unit, _ = await a_unit(activity, is_meal=True), await a_group(activity)
        anne = await a_family()
        lea = await a_child(anne, activity)
        wanted = [Wanted(lea, unit, THURSDAY, "book")]
        await booking.save(tenant, anne, wanted, "key", tenant.now())
        clock.set(datetime(2026, 12, 3, 3, tzinfo=UTC))
        await ordering.freeze()
        assert await tables.Order.count() == 0  # one may still book until nine
        clock.set(datetime(2026, 12, 4, 3, tzinfo=UTC))
        await ordering.freeze()
        assert [row.meals for row in await tables.Order.objects()] == [1]
