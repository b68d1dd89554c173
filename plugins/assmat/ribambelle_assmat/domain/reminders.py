"""When is a childminder reminded of what the law asks, of her silence, of a place that opens?

Source: decree 2021-1131 of 30 August 2021: before 1 June and 1 December of each year, she says which
places she will have free in the six months that follow.
"""

from datetime import date, timedelta

from ribambelle.calendar.months import later

AHEAD = timedelta(days=15)
"""How long before the last day she is reminded of it."""
SILENCE = 6
"""Months without a word."""
LATE = timedelta(days=21)
"""A reminder that could not leave on its day leaves in these; later, it says nothing true."""
SOON = timedelta(days=30)
"""How long before a place opens its childminder is written to."""


def half_year(today: date) -> date | None:
    """Return the day before which she says her places, while it is near; None the rest of the year.

    >>> half_year(date(2027, 5, 17)), half_year(date(2027, 5, 16)), half_year(date(2027, 6, 1))
    (datetime.date(2027, 6, 1), None, None)
    >>> half_year(date(2026, 11, 30))
    datetime.date(2026, 12, 1)
    """
    for deadline in (date(today.year, 6, 1), date(today.year, 12, 1)):
        if deadline - AHEAD <= today < deadline:
            return deadline
    return None


def last_silent(today: date) -> tuple[date, date]:
    """Return between which days her last word must be, for her six months to have just passed.

    >>> last_silent(date(2026, 11, 25))
    (datetime.date(2026, 5, 4), datetime.date(2026, 5, 25))
    """
    return later(today - LATE, -SILENCE), later(today, -SILENCE)
