"""Which days do banks and public offices work?"""

from datetime import date, timedelta
from functools import cache

FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
BANKS = ((1, 1), (5, 1), (12, 25), (12, 26))
"""Days on which no money moves between banks of the euro, besides those around Easter."""


def easter(year: int) -> date:
    """Return Easter Sunday.

    >>> easter(2026), easter(2027)
    (datetime.date(2026, 4, 5), datetime.date(2027, 3, 28))
    """
    century, golden = year // 100, year % 19
    epact = (19 * golden + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    epact -= epact // 28 * (1 - 29 // (epact + 1) * ((21 - golden) // 11))
    after = (year + year // 4 + epact + 2 - century + century // 4) % 7
    month, day = divmod(epact - after + 28 - 1, 31)
    return date(year, 3 + month, day + 1)


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Return the public holidays of the whole country."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=after) for after in (1, 39, 50)}
    return frozenset(moving | {date(year, *one) for one in FIXED})


def is_worked(day: date) -> bool:
    """Tell whether offices work that day.

    >>> [is_worked(date(2026, 11, one)) for one in (10, 11, 13, 14)]
    [True, False, True, False]
    """
    return day.weekday() < 5 and day not in public_holidays(day.year)


def moves_money(day: date) -> bool:
    """Tell whether banks move money that day (the TARGET calendar).

    >>> [moves_money(one) for one in (date(2026, 11, 11), date(2026, 4, 3), date(2026, 12, 26))]
    [True, False, False]
    """
    sunday = easter(day.year)
    closed = {sunday + timedelta(days=after) for after in (-2, 1)}
    return day.weekday() < 5 and day not in closed and (day.month, day.day) not in BANKS


def worked_since(day: date, today: date) -> int:
    """Return how many worked days have passed after a day, today included.

    >>> worked_since(date(2026, 11, 20), date(2026, 11, 23))
    1
    >>> worked_since(date(2026, 11, 20), date(2026, 11, 21))
    0
    """
    return sum(is_worked(day + timedelta(days=after)) for after in range(1, (today - day).days + 1))
