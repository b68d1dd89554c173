"""Until when is a card good?"""

import calendar
from datetime import date, timedelta


def until(given_on: date, months: int) -> date:
    """Return the last day of a card: the eve of the same day, so many months later.

    >>> until(date(2026, 11, 25), 12)
    datetime.date(2027, 11, 24)
    >>> until(date(2027, 8, 31), 6)
    datetime.date(2028, 2, 28)
    """
    year, month = divmod(given_on.year * 12 + given_on.month - 1 + months, 12)
    day = min(given_on.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day) - timedelta(days=1)
