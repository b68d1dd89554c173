"""The order of the kitchen: what stood at the cut-off of each day, kept the night after."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.calendars import calendar_of
from ribambelle_periscolaire.domain.catalogue import Activity, Catalogue, Group, Unit
from ribambelle_periscolaire.domain.cut_off import closes_at
from ribambelle_periscolaire.queries import catalogue, kitchen
from ribambelle_periscolaire.settings import Settings

AHEAD = timedelta(days=35)
"""How far ahead a cut-off may freeze an order: a month booked in advance."""
BEHIND = timedelta(days=7)
"""How far back an order may still be kept: a cut-off of the day itself, nights the worker was away."""


@dataclass(frozen=True)
class Meals:
    """The meals of one group on one day."""

    activity: Activity
    group: Group
    unit: Unit
    booked: int
    ordered: int | None = None
    """None while one may still book."""
    cut_off: datetime | None = None
    diets: Counter[str] = field(default_factory=Counter)
    eaten: int | None = None
    late: list[tuple[str, datetime]] = field(default_factory=list)


def services(known: Catalogue) -> Iterator[tuple[Activity, Group, Unit]]:
    """Give what the kitchen cooks for: each group of each activity with a meal."""
    for activity in known.activities:
        for unit in activity.units:
            if unit.is_meal:
                for group in activity.groups:
                    yield activity, group, unit


def cut_off_of(tenant: Tenant, activity: Activity, unit: Unit, day: date) -> datetime | None:
    """Return from when it is too late to book a meal; None when no rule says it."""
    rule = next((one for one in tenant.of(Settings).cut_offs if one.name == activity.cut_off), None)
    if rule is None:
        return None
    starts = time(*divmod(unit.begins, 60))
    try:
        return closes_at(rule, "add", day, starts, calendar_of(tenant))
    except Refused:
        return None


@dataclass(frozen=True, slots=True)
class Booked:
    """What is booked on some days: how many meals, and of which diet."""

    tallied: kitchen.Tallied
    diets: dict[kitchen.Spot, Counter[str]]

    def diets_of(self, day: date) -> Counter[str]:
        """Return how many of each diet on a day, all groups together."""
        found = Counter[str]()
        for spot, diets in self.diets.items():
            if spot[0] == day:
                found.update(diets)
        return found


async def booked(first: date, last: date) -> Booked:
    """Return what is booked between two days."""
    known, tallied = await catalogue.current(), await kitchen.tallied(first, last)

    def mark(day: date) -> kitchen.Mark:
        return known.mark, tallied.moves.get(day, 0)

    return Booked(tallied, await kitchen.diets(first, last, mark))


async def of_day(
    tenant: Tenant, day: date, now: datetime, read: Booked | None = None
) -> list[Meals]:
    """Return the meals of a day: what is booked, what was ordered, of which diet, what came late.

    :param read: what is booked, when it was read for more days.
    """
    known, read = await catalogue.current(), read or await booked(day, day)
    tallied, diets = read.tallied, read.diets
    mark = known.mark, tallied.moves.get(day, 0)
    orders, eaten = await kitchen.orders(day, day), await kitchen.eaten(day, day)
    frozen: dict[int, tuple[datetime, kitchen.Frozen]] = {}
    found = []
    for activity, group, unit in services(known):
        closes = cut_off_of(tenant, activity, unit, day)
        if closes and closes <= now and unit.id not in frozen:
            is_kept = all((day, one.id, unit.id) in orders for one in activity.groups)
            asked = await kitchen.at_cut_off(day, unit.id, closes, mark, is_kept=is_kept)
            frozen[unit.id] = closes, asked
        spot = day, group.id, unit.id
        one = Meals(activity, group, unit, tallied.meals.get(spot, 0), eaten=eaten.get(spot))
        found.append(_frozen(one, spot, orders, frozen.get(unit.id), diets.get(spot, Counter())))
    return [one for one in found if one.booked or one.ordered or one.eaten or one.late]


def _frozen(
    one: Meals,
    spot: kitchen.Spot,
    orders: dict[kitchen.Spot, kitchen.Row],
    frozen: tuple[datetime, kitchen.Frozen] | None,
    diets: Counter[str],
) -> Meals:
    kept = orders.get(spot)
    ordered = closes = None
    late: list[tuple[str, datetime]] = []
    if frozen:
        closes, then = frozen
        ordered, diets = then.meals.get(spot, 0), then.diets.get(spot, Counter())
        late = [(row["act"], row["at"]) for row in then.late if row["group"] == one.group.id]
    if kept:
        ordered, closes, diets = kept["meals"], kept["cut_off"], kitchen.as_diets(kept["diets"])
    told: dict[str, Any] = {"ordered": ordered, "cut_off": closes, "diets": diets, "late": late}
    return Meals(one.activity, one.group, one.unit, one.booked, eaten=one.eaten, **told)


async def freeze() -> None:
    """Keep the orders whose cut-off has passed; a job, which may run twice."""
    tenant = tenants.current()
    now = tenant.now()
    today = now.date()
    known = await catalogue.current()
    kept = await kitchen.orders(today - BEHIND, today + AHEAD)
    tallied = await kitchen.tallied(today - BEHIND, today + AHEAD)
    for day in sorted(tallied.moves):
        missing = [
            (activity, group, unit)
            for activity, group, unit in services(known)
            if (day, group.id, unit.id) not in kept
        ]
        if missing:
            await _keep(tenant, day, missing, now)


async def _keep(
    tenant: Tenant, day: date, missing: list[tuple[Activity, Group, Unit]], now: datetime
) -> None:
    async with transaction():
        asked: dict[int, dict[kitchen.Spot, int]] = {}
        diets: dict[kitchen.Spot, Counter[str]] = {}
        rows = []
        for activity, group, unit in missing:
            closes = cut_off_of(tenant, activity, unit, day)
            if closes is None or closes > now:
                continue
            if unit.id not in asked:
                asked[unit.id] = await kitchen.ordered(day, unit.id, closes)
                diets |= await kitchen.minded_at(day, unit.id, closes)
            spot = day, group.id, unit.id
            told = kitchen.as_text(diets.get(spot, Counter()))
            rows.append((*spot, asked[unit.id].get(spot, 0), told, closes, now))
        if rows:
            await kitchen.keep_orders(rows)
