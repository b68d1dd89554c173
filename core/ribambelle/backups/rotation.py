"""Which copies are kept?"""

from collections.abc import Callable, Iterable
from datetime import datetime


def kept(
    taken: Iterable[datetime], *, recent: int, daily: int, weekly: int, monthly: int
) -> set[datetime]:
    """Return the copies to keep: the latest ones, then the last of each day, week and month.

    Moments are in the commune's own time: a day ends at its midnight, a week on Sunday. Days on
    which nothing was copied count for nothing: a machine off for a month loses no copy.

    >>> from datetime import timedelta
    >>> evening = datetime(2026, 11, 26, 20)
    >>> hourly = [evening - timedelta(hours=hours) for hours in range(24 * 40)]
    >>> found = kept(hourly, recent=2, daily=2, weekly=2, monthly=2)
    >>> [f"{one:%a %d/%m %H h}" for one in sorted(found, reverse=True)]
    ['Thu 26/11 20 h', 'Thu 26/11 19 h', 'Wed 25/11 23 h', 'Sun 22/11 23 h', 'Sat 31/10 23 h']
    """
    latest = sorted(taken, reverse=True)
    found = set(latest[:recent])
    for most, period in ((daily, _day), (weekly, _week), (monthly, _month)):
        ends: dict[tuple[int, ...], datetime] = {}
        for one in latest:
            ends.setdefault(period(one), one)
        found |= set(list(ends.values())[:most])
    return found


Period = Callable[[datetime], tuple[int, ...]]


def _day(at: datetime) -> tuple[int, ...]:
    return at.year, at.month, at.day


def _week(at: datetime) -> tuple[int, ...]:
    return tuple(at.isocalendar())[:2]


def _month(at: datetime) -> tuple[int, ...]:
    return at.year, at.month
