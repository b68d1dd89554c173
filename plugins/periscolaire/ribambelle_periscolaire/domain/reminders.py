"""Which weeks must be booked soon? Told before their first deadline, once."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta


def weeks_due(
    closings: Iterable[tuple[date, datetime]], now: datetime, within: timedelta
) -> dict[date, datetime]:
    """Return the weeks, by their Monday, whose first deadline falls in the hours that come.

    A week whose first deadline has passed is not told any more: the family knows it, or chose.

    :param closings: each day of a service, with the moment its bookings close.

    >>> from datetime import UTC
    >>> monday, tuesday = date(2026, 11, 30), date(2026, 12, 1)
    >>> closings = [(tuesday, datetime(2026, 11, 30, 10, tzinfo=UTC)),
    ...             (monday, datetime(2026, 11, 27, 10, tzinfo=UTC))]
    >>> found = weeks_due(closings, datetime(2026, 11, 26, 8, tzinfo=UTC), timedelta(hours=48))
    >>> [(str(week), f"{first:%A %H:%M}") for week, first in found.items()]
    [('2026-11-30', 'Friday 10:00')]
    >>> weeks_due(closings, datetime(2026, 11, 28, 8, tzinfo=UTC), timedelta(hours=48))
    {}
    """
    first: dict[date, datetime] = {}
    for day, closes in closings:
        monday = day - timedelta(days=day.weekday())
        first[monday] = min(closes, first.get(monday, closes))
    return {week: closes for week, closes in sorted(first.items()) if now < closes <= now + within}
