"""The month's table as the public and the CAF may see it: computed once, then never again."""

from datetime import date, datetime, timedelta

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.identity.tables import Quartier
from ribambelle.statistics import protected
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.statistics import NOWHERE, grid
from ribambelle_creche.queries import statistics
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import FrozenCount

LATEST_DAY = 3
TOWN, TOTAL, ELSEWHERE = "Ville", "total", "Sans quartier"


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
    names = {
        row["id"]: row["name"]
        for row in await Quartier.select(Quartier.id, Quartier.name)
        .where(Quartier.parent.is_null())
        .order_by(Quartier.folded)
    }
    rows = [*names, NOWHERE]
    counts = [
        [expected + babies, *others]
        for expected, babies, *others in grid(await statistics.demand(), rows)
    ]
    table = protected(counts, threshold)
    labels = [*(names[one] for one in names), ELSEWHERE, TOWN]
    await FrozenCount.insert(
        *(
            FrozenCount(
                month=month,
                quartier=label,
                age_group=group,
                children=cell if isinstance(cell, int) else None,
            )
            for label, line in zip(labels, table.cells, strict=True)
            for group, cell in zip((*GROUPS, TOTAL), line, strict=True)
        )
    )
