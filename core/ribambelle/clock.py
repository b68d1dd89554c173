"""The one place that reads the time; everything else is handed a moment."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def after(moment: datetime, wait: timedelta = timedelta()) -> datetime:
    """Return the moment that much later, in UTC: the night clocks change, an hour is an hour.

    Adding to a moment of a zone adds to what its clocks show: in the hour that comes twice, a
    minute later would be an hour ago.

    >>> from zoneinfo import ZoneInfo
    >>> at = datetime(2026, 10, 25, 2, 5, fold=1, tzinfo=ZoneInfo("Europe/Paris"))
    >>> f"{after(at, timedelta(minutes=1)):%H:%M}"
    '01:06'
    """
    return moment.astimezone(UTC) + wait
