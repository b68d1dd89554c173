"""The figures of a month: counted once after it ends, small counts hidden, then only read."""

from collections.abc import Sequence
from datetime import timedelta

from ribambelle import tenants
from ribambelle_bibliotheque.queries import activities, cards, figures
from ribambelle_bibliotheque.settings import Settings

COLUMNS = ("Cartes données", "Places prises")


async def publish_month() -> None:
    """Publish the month that ended; a job of each night, which finds it done from the second on."""
    tenant = tenants.current()
    last = tenant.now().astimezone(tenant.zone).date().replace(day=1) - timedelta(days=1)
    month, first = f"{last:%Y-%m}", last.replace(day=1)
    if await figures.of_month(month) is not None:
        return
    least = tenant.of(Settings).threshold
    given = await cards.given_between(first, last)
    received = await activities.received_between(first, last)
    await figures.publish(month, shown(given, least), shown(received, least))


def shown(count: int, least: int) -> int | None:
    """Return a count as it is published; one that could tell of somebody is hidden.

    The two columns are counts of different things, with no total: neither gives the other away.

    >>> shown(12, 5), shown(3, 5), shown(0, 5)
    (12, None, 0)
    """
    return None if 0 < count < least else count


async def of_month(month: str) -> Sequence[int | None] | None:
    """Return what was published of a month, or nothing."""
    found = await figures.of_month(month)
    return None if found is None else (found.cards, found.registrations)
