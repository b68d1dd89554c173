"""When must a family say again that what is known of it is right?"""

from datetime import date

from ribambelle.calendar.months import later


def due_on(confirmed_on: date, months: int) -> date | None:
    """Return the day from which a family is asked again; None when the commune never asks.

    >>> due_on(date(2025, 11, 25), 12), due_on(date(2026, 8, 31), 6)
    (datetime.date(2026, 11, 25), datetime.date(2027, 2, 28))
    >>> due_on(date(2025, 11, 25), 0) is None
    True
    """
    return later(confirmed_on, months) if months else None
