"""Counting in months."""

from calendar import monthrange
from datetime import date


def later(day: date, months: int) -> date:
    """Return the same day some months later; the last of the month where there is no such day.

    >>> later(date(2026, 11, 30), 3), later(date(2026, 11, 25), 12)
    (datetime.date(2027, 2, 28), datetime.date(2027, 11, 25))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
