"""What is written in a family's calendar: whole days, or moments, that any plugin knows of."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something on a day, on several in a row, or at an hour.

    `uid` names it for ever in its commune (``core.custody:12:2026-11-25``): a telephone that reads
    it again changes the event it has. `last` is included; `begins` and `ends` come together.
    """

    uid: str
    title: str
    first: date
    last: date | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    place: str = ""
    href: str = ""
    icon: str = "agenda"

    @property
    def through(self) -> date:
        """The last day, included.

        >>> Event("a", "Cantine", date(2026, 11, 25)).through
        datetime.date(2026, 11, 25)
        """
        return self.last or self.first

    def touches(self, first: date, last: date) -> bool:
        """Tell whether it is on one of these days.

        >>> stay = Event("a", "Chez vous", date(2026, 11, 23), date(2026, 11, 29))
        >>> stay.touches(date(2026, 11, 29), date(2026, 12, 5)), stay.touches(
        ...     date(2026, 11, 30), date(2026, 12, 5))
        (True, False)
        """
        return self.first <= last and self.through >= first
