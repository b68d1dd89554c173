"""How does a paper say which days a child came?"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from ribambelle_periscolaire.domain.words import MONTHS, listed


def presence_told(days: Iterable[tuple[str, date]]) -> list[str]:
    """Return one line for each activity and month, in the order given: how many days, and which.

    :param days: the name of an activity, and a day the child came; one day counts once.

    >>> days = [("Cantine", date(2026, 12, day)) for day in (3, 4, 4)]
    >>> presence_told([*days, ("Cantine", date(2027, 1, 5))])
    ['Cantine, décembre 2026 : 2 jours (3 et 4)', 'Cantine, janvier 2027 : 1 jour (5)']
    """
    found = []
    for (name, year, month), some in groupby(days, key=lambda one: (one[0], *_month(one[1]))):
        told = [str(day) for day in sorted({one.day for _, one in some})]
        count = f"{len(told)} jour{'s' if len(told) > 1 else ''}"
        found.append(f"{name}, {MONTHS[month - 1]} {year} : {count} ({listed(told)})")
    return found


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
