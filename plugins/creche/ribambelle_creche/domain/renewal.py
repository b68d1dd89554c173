"""Does a family still look for a place? When it is asked, and when silence ends its file."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

REMINDER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Renewal:
    """How often a commune asks, and how long a family has to answer."""

    every_months: int = 3
    within_days: int = 30

    def asks_on(self, confirmed_on: date) -> date | None:
        """Return the day a file is to be confirmed again; None where a commune asks nothing.

        The end of a long month is the end of a short one.

        >>> Renewal(every_months=3).asks_on(date(2026, 11, 30))
        datetime.date(2027, 2, 28)
        >>> Renewal(every_months=0).asks_on(date(2026, 11, 30)) is None
        True
        """
        if self.every_months <= 0:
            return None
        years, month = divmod(confirmed_on.month - 1 + self.every_months, 12)
        year, month = confirmed_on.year + years, month + 1
        last = calendar.monthrange(year, month)[1]
        return date(year, month, min(confirmed_on.day, last))

    def last_day(self, asked_on: date) -> date:
        """Return the last day on which the answer still counts, that day included.

        >>> Renewal(within_days=30).last_day(date(2026, 11, 25))
        datetime.date(2026, 12, 25)
        """
        return asked_on + timedelta(days=self.within_days)

    def reminds_on(self, asked_on: date) -> date | None:
        """Return the day of the one reminder; None when the delay is too short for one.

        >>> Renewal(within_days=30).reminds_on(date(2026, 11, 25))
        datetime.date(2026, 12, 18)
        >>> Renewal(within_days=10).reminds_on(date(2026, 11, 25)) is None
        True
        """
        if self.within_days < 2 * REMINDER.days:
            return None
        return self.last_day(asked_on) - REMINDER


def is_over(last_day: date, today: date) -> bool:
    """Tell whether the delay has run out.

    >>> is_over(date(2026, 12, 25), date(2026, 12, 25)), is_over(date(2026, 12, 25), date(2026, 12, 26))
    (False, True)
    """
    return today > last_day
