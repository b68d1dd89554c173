"""When is there no school?

The commune's file says it (``[[school_holidays]]``); where it says nothing, the calendar of the
Ministry for its zone does. La Réunion, Corsica, Mayotte and the Antilles have calendars of their
own, which only the file can tell.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

import msgspec

from ribambelle.errors import Misconfigured

PUBLISHED = ("A", "B", "C")


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days without school, weekends around included: the first and the last, both free."""

    name: str
    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse holidays that end before they begin."""
        if self.last < self.first:
            raise Misconfigured(
                f"« {self.name} » finit avant de commencer",
                key="school_holidays",
                cure="écrivez le premier jour dans first, le dernier dans last",
            )

    @property
    def days(self) -> int:
        """How many days it lasts.

        >>> Holiday("Toussaint", date(2026, 10, 17), date(2026, 11, 1)).days
        16
        """
        return (self.last - self.first).days + 1


def between(zone: str, told: Sequence[Holiday], first: date, last: date) -> list[Holiday]:
    """Return the holidays that touch these days, in order, whole.

    >>> [one.name for one in between("B", (), date(2026, 12, 1), date(2026, 12, 31))]
    ['Vacances de Noël']
    >>> between("La Réunion", (), date(2026, 12, 1), date(2026, 12, 31))
    []
    """
    known = told or (published(zone) if zone in PUBLISHED else ())
    found = [one for one in known if one.first <= last and one.last >= first]
    return sorted(found, key=lambda one: one.first)


@cache
def published(zone: str) -> tuple[Holiday, ...]:
    """Return the holidays the Ministry published for a zone, all those the library knows."""
    from vacances_scolaires_france import SchoolHolidayDates

    column = f"vacances_zone_{zone.lower()}"
    rows = sorted(SchoolHolidayDates().data.items())
    found: list[Holiday] = []
    for day, row in rows:
        if not row[column]:
            continue
        name = row["nom_vacances"].replace("'", "’")
        last = found[-1] if found else None
        if last and last.name == name and last.last == day - timedelta(days=1):
            found[-1] = Holiday(name, last.first, day)
        else:
            found.append(Holiday(name, day, day))
    return tuple(found)
