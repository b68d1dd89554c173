"""Is a child of the age an activity receives?"""

from datetime import date


def years(born_on: date, day: date) -> int:
    """Return how old somebody is on a day, in whole years.

    >>> years(date(2020, 12, 5), date(2026, 12, 4)), years(date(2020, 12, 5), date(2026, 12, 5))
    (5, 6)
    """
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def fits(born_on: date | None, day: date, from_age: int, to_age: int) -> bool:
    """Tell whether a child has the age, that day; a child who is not born yet never does.

    >>> fits(date(2022, 12, 5), date(2026, 12, 9), 3, 6)
    True
    >>> fits(date(2024, 12, 5), date(2026, 12, 9), 3, 6), fits(None, date(2026, 12, 9), 0, 6)
    (False, False)
    """
    return born_on is not None and from_age <= years(born_on, day) <= to_age
