"""When must a family say again that what is known of it is right?"""

from calendar import monthrange
from datetime import date


def due_on(confirmed_on: date, months: int) -> date | None:
    """Return the day from which a family is asked again; None when the commune never asks.

    >>> due_on(date(2025, 11, 25), 12), due_on(date(2026, 8, 31), 6)
    (datetime.date(2026, 11, 25), datetime.date(2027, 2, 28))
    >>> due_on(date(2025, 11, 25), 0) is None
    True
    """
    if not months:
        return None
    year, month = divmod(confirmed_on.year * 12 + confirmed_on.month - 1 + months, 12)
    return date(year, month + 1, min(confirmed_on.day, monthrange(year, month + 1)[1]))
