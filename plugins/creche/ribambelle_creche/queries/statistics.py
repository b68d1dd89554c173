"""Demand counted where it stands at this moment: one GROUP BY, never a counter to keep right."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from piccolo.custom_types import Combinable
from piccolo.query import Select
from piccolo.query.functions.aggregate import Count, Min, Sum

from ribambelle.childcare import Childcare
from ribambelle_creche.domain.age import AgeLimits
from ribambelle_creche.domain.capacity import Place
from ribambelle_creche.domain.statistics import Count as Counted
from ribambelle_creche.domain.statistics import FacilityDemand, Scope, Supply
from ribambelle_creche.domain.supply import Presence, by_then, present
from ribambelle_creche.queries import streets
from ribambelle_creche.queries.contracts import presence
from ribambelle_creche.tables import Application, Capacity, Contract, Facility, Wish
from ribambelle_creche.workflow import ACTIVE, LIVING

LIVES = Application.demande.state.is_in(list(LIVING))
ASKS = Application.demande.state.is_in(list(ACTIVE))
"""The active demand: files complete and confirmed."""
OPEN = Facility.is_open.eq(True)
EVERYTHING = Scope()


def _asking(scope: Scope) -> Select[Application]:
    question = Application.select(Application.id).where(ASKS)
    for condition in _within(scope):
        question = question.where(condition)
    return question


def counted_once(scope: Scope = EVERYTHING) -> Combinable:
    """Keep one file a child of the register: its first among those that are counted."""
    first = Application.select(Min(Application.id, alias="first")).where(
        ASKS, Application.child.is_not_null(), *_within(scope)
    )
    return Application.child.is_null() | Application.id.is_in(first.group_by(Application.child))


def _within(scope: Scope) -> Iterator[Combinable]:
    if scope.desk:
        yield Application.desk == scope.desk
    if scope.first:
        yield Application.start_month >= scope.first
    if scope.last:
        yield Application.start_month <= scope.last
    if scope.facilities is not None:
        theirs = list(scope.facilities) or [0]
        named = Wish.select(Wish.application).where(Wish.facility.is_in(theirs))
        yield Application.id.is_in(named)


Cut = Mapping[str, int]
"""The number each IRIS is counted under, where the town is cut in IRIS and not in quartiers."""


async def demand(scope: Scope = EVERYTHING, cut: Cut | None = None) -> list[Counted]:
    """Return who asks by quartier, age group, month and birth: each child counted once.

    Files still to be checked, completed or confirmed are not demand yet, or any more. Twins have
    one file and are two; a child for whom each parent has a file is one.
    """
    area = Application.quartier if cut is None else Application.iris
    rows = (
        await Application.select(
            area.as_alias("quartier"),
            Application.age_group,
            Application.start_month,
            Application.is_expected,
            Application.children,
            Count(Application.id, alias="files"),
            Sum(Application.half_days, alias="half_days"),
        )
        .where(ASKS, counted_once(scope), *_within(scope))
        .group_by(
            area,
            Application.children,
            Application.age_group,
            Application.start_month,
            Application.is_expected,
        )
    )
    return [_counted(row, cut) for row in rows]


async def wishes(scope: Scope = EVERYTHING, cut: Cut | None = None) -> list[Counted]:
    """Return the same, each wish counted: the second measure."""
    area = Wish.application.quartier if cut is None else Wish.application.iris
    rows = (
        await Wish.select(
            area.as_alias("quartier"),
            Wish.application.age_group.as_alias("age_group"),
            Wish.application.start_month.as_alias("start_month"),
            Wish.application.is_expected.as_alias("is_expected"),
            Count(Wish.id, alias="files"),
            Sum(Wish.application.half_days, alias="half_days"),
        )
        .where(Wish.application.is_in(_asking(scope)))
        .group_by(
            area,
            Wish.application.age_group,
            Wish.application.start_month,
            Wish.application.is_expected,
        )
    )
    return [_counted(row, cut) for row in rows]


def _counted(row: dict[str, Any], cut: Cut | None) -> Counted:
    area, each = row["quartier"], row.get("children", 1)
    return Counted(
        quartier=(area or 0) if cut is None else cut.get(area or "", 0),
        age_group=row["age_group"],
        month=row["start_month"],
        is_expected=bool(row["is_expected"]),
        children=int(row["files"]) * each,
        half_days=int(row["half_days"] or 0) * each,
    )


async def supply_by_iris(cut: Cut) -> list[Supply]:
    """Return free and total half-days by IRIS and age group, each open crèche by its own address."""
    rows = await Facility.select(Facility.id, Facility.address).where(OPEN)
    where = await streets.irises_of({row["id"]: row["address"] for row in rows})
    cells = (
        await Capacity.select(
            Capacity.facility,
            Capacity.age_group,
            Sum(Capacity.free, alias="free"),
            Sum(Capacity.places, alias="places"),
        )
        .where(Capacity.facility.is_in(list(where) or [0]))
        .group_by(Capacity.facility, Capacity.age_group)
    )
    return [
        Supply(
            cut.get(where[row["facility"]], 0),
            row["age_group"],
            int(row["free"] or 0),
            int(row["places"] or 0),
        )
        for row in cells
    ]


async def places_by_iris(cut: Cut, told: Sequence[Childcare]) -> Counter[tuple[str, int]]:
    """Return places by mode and IRIS, each at its address; 0 where no IRIS is known for it."""
    where = await streets.irises_of({n: one.line for n, one in enumerate(told) if one.line})
    found: Counter[tuple[str, int]] = Counter()
    for number, one in enumerate(told):
        found[one.mode, cut.get(where.get(number, ""), 0)] += one.places
    return found


async def supply() -> list[Supply]:
    """Return free and total half-days by quartier and age group, over open facilities."""
    rows = (
        await Capacity.select(
            Capacity.facility.quartier.as_alias("quartier"),
            Capacity.age_group,
            Sum(Capacity.free, alias="free"),
            Sum(Capacity.places, alias="places"),
        )
        .where(Capacity.facility.is_in(Facility.select(Facility.id).where(OPEN)))
        .group_by(Capacity.facility.quartier, Capacity.age_group)
    )
    return [
        Supply(
            row["quartier"] or 0, row["age_group"], int(row["free"] or 0), int(row["places"] or 0)
        )
        for row in rows
    ]


async def supply_on(
    days: Collection[date], today: date, ages: AgeLimits
) -> dict[date, list[Supply]]:
    """Return free and total half-days as they will be on some days: what is asked for then is set
    over what is free then.
    """
    cells: dict[int, dict[Place, tuple[int, int]]] = {}
    quartiers: dict[int, int] = {}
    for row in await Capacity.objects(Capacity.facility).where(
        Capacity.facility.is_in(Facility.select(Facility.id).where(OPEN))
    ):
        quartiers[row.facility.id] = int(row.facility.quartier or 0)
        place = (row.age_group, row.weekday, row.half)
        cells.setdefault(row.facility.id, {})[place] = (row.places, row.free)
    children: dict[int, list[Presence]] = {}
    lasts = Contract.last.is_null() | (Contract.last >= today)
    for one in await Contract.objects().where(lasts):
        children.setdefault(int(one.facility), []).append(presence(one))
    found: dict[date, list[Supply]] = {}
    for day in days:
        many: Counter[tuple[int, str, str]] = Counter()
        for facility, told in cells.items():
            theirs = children.get(facility, ())
            free = by_then(
                {place: left for place, (_, left) in told.items()},
                {place: places for place, (places, _) in told.items()},
                present(theirs, today, ages),
                present(theirs, max(day, today), ages),
            )
            for place, (places, _) in told.items():
                many[quartiers[facility], place[0], "places"] += places
                many[quartiers[facility], place[0], "free"] += free[place]
        found[day] = [
            Supply(area, group, many[area, group, "free"], many[area, group, "places"])
            for area, group in sorted({key[:2] for key in many})
        ]
    return found


async def by_facility(scope: Scope = EVERYTHING) -> list[FacilityDemand]:
    """Return, for each open facility, how many files name it, and how many first."""
    named = await _wishes_of(scope)
    first = await _wishes_of(scope, Wish.rank == 1)
    rows = (
        await Facility.select(Facility.id, Facility.name, Facility.quartier, Facility.places)
        .where(OPEN)
        .order_by(Facility.folded, Facility.id)
    )
    return [
        FacilityDemand(
            id=row["id"],
            name=row["name"],
            quartier=row["quartier"] or 0,
            places=row["places"],
            named=named.get(row["id"], 0),
            first=first.get(row["id"], 0),
        )
        for row in rows
    ]


async def _wishes_of(scope: Scope, *which: Combinable) -> dict[int, int]:
    question = (
        Wish.select(Wish.facility, Count(Wish.id, alias="files"))
        .where(Wish.application.is_in(_asking(scope)))
        .group_by(Wish.facility)
    )
    for condition in which:
        question = question.where(condition)
    return {row["facility"]: int(row["files"]) for row in await question}


async def months() -> list[str]:
    """Return the months in which a counted file asks to start, in order."""
    rows = await Application.select(Application.start_month).where(ASKS).distinct()
    return sorted(row["start_month"] for row in rows if row["start_month"])


async def files(scope: Scope = EVERYTHING) -> int:
    """Return how many files are living: twins have one, a child may have two."""
    return int(await Application.count().where(LIVES, *_within(scope)))


async def complete(scope: Scope = EVERYTHING) -> int:
    """Return how many living files are complete and confirmed."""
    return int(await Application.count().where(ASKS, *_within(scope)))


async def fresh(since: datetime, scope: Scope = EVERYTHING, states: Sequence[str] = LIVING) -> int:
    """Return how many living files were sent or confirmed since a moment."""
    confirmed = Application.confirmed_at >= since
    sent = Application.confirmed_at.is_null() & (Application.submitted_at >= since)
    lives = Application.demande.state.is_in(list(states))
    return int(await Application.count().where(lives, *_within(scope), confirmed | sent))
