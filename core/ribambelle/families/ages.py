"""In which band of ages is a child, for the town hall to write to the right families?"""

from datetime import date
from typing import Final

EXPECTED: Final = "a-naitre"
BANDS: Final = {
    EXPECTED: "Enfant à naître",
    "0-2": "Enfant de moins de 3 ans",
    "3-5": "Enfant de 3 à 5 ans",
    "6-10": "Enfant de 6 à 10 ans",
    "11-17": "Enfant de 11 à 17 ans",
}
UPPER: Final = {3: "0-2", 6: "3-5", 11: "6-10", 18: "11-17"}
"""The birthday on which a child leaves each band."""


def band(born_on: date | None, due_on: date | None, today: date) -> str | None:
    """Return the band of a child on a day; None for an adult, or when no date is known.

    A child whose expected day is past counts as born that day: nobody has told the birth yet.

    >>> today = date(2026, 11, 25)
    >>> [band(date(year, 11, 25), None, today) for year in (2026, 2023, 2020, 2015, 2008)]
    ['0-2', '3-5', '6-10', '11-17', None]
    >>> band(date(2023, 11, 26), None, today)
    '0-2'
    >>> band(None, date(2026, 12, 24), today), band(None, date(2026, 11, 20), today)
    ('a-naitre', '0-2')
    >>> band(None, None, today) is None
    True
    """
    day = born_on or due_on
    if day is None:
        return None
    if day > today:
        return EXPECTED
    years = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    return next((code for upper, code in UPPER.items() if years < upper), None)
