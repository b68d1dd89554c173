"""The month's table as the public and the CAF may see it: computed once, then never again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.statistics import HIDDEN, Table, protected, protected_after
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.statistics import grid
from ribambelle_creche.queries import statistics
from ribambelle_creche.queries.areas import areas, published_cut
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import FrozenCount

LATEST_DAY = 3
TOWN, TOTAL = "Ville", "total"


async def freeze_month() -> None:
    """Freeze the month that ended, once, in the first nights of the next; run every night.

    Later than that the demand is no more the one of the month's end: no table is better than a
    table that bears another month's name.
    """
    tenant = tenants.current()
    now = tenant.now()
    if now.day > LATEST_DAY:
        return
    month = month_before(now)
    async with transaction():
        await locks.advisory(f"creche.frozen:{month}")
        if not await FrozenCount.exists().where(FrozenCount.month == month):
            await freeze(month, tenant.of(Settings).public_threshold)


def month_before(now: datetime) -> str:
    """Return the last whole month.

    >>> month_before(datetime(2026, 12, 1, 3))
    '2026-11'
    """
    first: date = now.date().replace(day=1)
    return f"{first - timedelta(days=1):%Y-%m}"


async def freeze(month: str, threshold: int) -> None:
    """Write the table of a month from today's demand, small counts hidden in it."""
    cut = await published_cut()
    names, numbers = await areas(cut)
    labels = [*names.values(), TOWN]
    counts, before = await _counts(names, numbers), await _last_table(labels)
    table = protected_after(before, counts, threshold) if before else protected(counts, threshold)
    await FrozenCount.insert(
        *(
            FrozenCount(
                month=month,
                quartier=label,
                age_group=group,
                children=cell if isinstance(cell, int) else None,
                cut=cut or "quartier",
            )
            for label, line in zip(labels, table.cells, strict=True)
            for group, cell in zip((*GROUPS, TOTAL), line, strict=True)
        )
    )


async def beside_the_month(
    names: Mapping[int, str], cut: statistics.Cut | None, threshold: int
) -> Table:
    """Return today's demand as it may be read beside the last month's table.

    A crèche and the printed inventory have this one: two that differ in their columns would say by
    subtraction what each hides. What the month hides stays hidden here: a cell that is large enough
    today may be the one that covered a small one then.
    """
    return protected(await _counts(names, cut), threshold, await _still_hidden(names))


async def _counts(names: Mapping[int, str], cut: statistics.Cut | None) -> list[list[int]]:
    """Return today's demand by part of the town and age, children to be born with the babies."""
    return [
        [expected + babies, *others]
        for expected, babies, *others in grid(await statistics.demand(cut=cut), list(names))
    ]


async def _last_table(labels: Sequence[str]) -> Table | None:
    """Return the last month's table, when it has the same lines: read beside it, one says more."""
    last = (
        await FrozenCount.select(FrozenCount.month)
        .order_by(FrozenCount.month, ascending=False)
        .first()
    )
    if last is None:
        return None
    rows = await FrozenCount.select(
        FrozenCount.quartier, FrozenCount.age_group, FrozenCount.children
    ).where(FrozenCount.month == last["month"])
    cells = {
        (row["quartier"], row["age_group"]): HIDDEN if row["children"] is None else row["children"]
        for row in rows
    }
    places = [[(label, group) for group in (*GROUPS, TOTAL)] for label in labels]
    if {place for line in places for place in line} != cells.keys():
        return None
    return Table(tuple(tuple(cells[place] for place in line) for line in places))


async def of_the_town(month: str) -> list[int | None] | None:
    """Return the town's line of a month's table as it was published, ages then total."""
    rows = await FrozenCount.select(FrozenCount.age_group, FrozenCount.children).where(
        (FrozenCount.month == month) & (FrozenCount.quartier == TOWN)
    )
    cells = {row["age_group"]: row["children"] for row in rows}
    return [cells.get(group) for group in (*GROUPS, TOTAL)] if cells else None


async def _still_hidden(names: Mapping[int, str]) -> set[tuple[int, int]]:
    """Return the places of the cells that the last month's table hides."""
    last = (
        await FrozenCount.select(FrozenCount.month)
        .order_by(FrozenCount.month, ascending=False)
        .first()
    )
    if last is None:
        return set()
    hidden = await FrozenCount.select(FrozenCount.quartier, FrozenCount.age_group).where(
        (FrozenCount.month == last["month"]) & FrozenCount.children.is_null()
    )
    rows = {label: place for place, label in enumerate([*names.values(), TOWN])}
    columns = {group: place for place, group in enumerate((*GROUPS, TOTAL))}
    return {
        (rows[one["quartier"]], columns[one["age_group"]])
        for one in hidden
        if one["quartier"] in rows
    }
