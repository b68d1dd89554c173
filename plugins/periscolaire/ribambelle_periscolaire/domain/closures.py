"""Does something not run that day, for whom, and why?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

REASONS: dict[str, str] = {
    "closed": "Fermé",
    "bridge": "Pont",
    "strike": "Grève",
    "outing": "Sortie",
    "class": "Classe fermée",
}


@dataclass(frozen=True, slots=True)
class Closed:
    """Days in a row on which something does not run; None stands for every one of a kind."""

    id: int
    first: date
    last: date
    reason: str
    activity: int | None = None
    school: int | None = None
    class_name: str = ""
    note: str = ""

    def stops(self, activity: int, school: int | None, class_name: str, day: date) -> bool:
        """Tell whether it stops an activity for a child of this school and class on a day.

        >>> trip = Closed(1, date(2026, 11, 27), date(2026, 11, 27), "outing", school=4,
        ...               class_name="CE1 A")
        >>> trip.stops(2, 4, "CE1 A", date(2026, 11, 27)), trip.stops(2, 4, "CP", date(2026, 11, 27))
        (True, False)
        >>> trip.stops(2, 5, "CE1 A", date(2026, 11, 27))
        False
        """
        return (
            self.first <= day <= self.last
            and self.activity in (None, activity)
            and self.school in (None, school)
            and self.class_name in ("", class_name)
        )

    @property
    def said(self) -> str:
        """What a family reads in the day's box."""
        return REASONS[self.reason]


def stopping(
    closures: Iterable[Closed], activity: int, school: int | None, class_name: str, day: date
) -> Closed | None:
    """Return what stops an activity for a child on a day, if anything does."""
    for one in closures:
        if one.stops(activity, school, class_name, day):
            return one
    return None
