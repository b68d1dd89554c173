"""With which parent is the child on a given day?

Weeks are those of the calendar (ISO 8601), even or odd, as judgments write them: a year of 53 weeks
gives the same parent two weeks running. School holidays may be shared apart, by halves: who has the
first half in even years has the second in odd ones.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ribambelle.calendar.holidays import Holiday

HOLIDAYS: dict[str, str] = {
    "weeks": "Comme le reste de l’année",
    "halves": "Par moitiés, en alternant une année sur deux",
    "fortnights": "Par moitiés, et l’été par quinzaines",
}
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
SHORTEST = 7
"""Days under which a bridge is not worth halving: it follows the weeks."""
SUMMER = 28
"""Days from which holidays are those of summer, and may go by fortnights."""
FORTNIGHT = 14
ORDINARY = 2025
"""A year in the middle of which an even week follows an odd one: any would do."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """How two parents share the weeks of a child; parents are numbers that mean nothing here.

    `changes_on` is a weekday, 0 for Monday. When the change is after school, the day itself still
    belongs to the parent who had the child in the morning.
    """

    even: int
    odd: int
    changes_on: int = 0
    changes_after_school: bool = False
    holidays: str = "weeks"
    first_half: int | None = None

    def whose(self, day: date, holidays: Iterable[Holiday] = ()) -> int:
        """Return the parent a day belongs to.

        >>> each_monday = Sharing(even=1, odd=2)
        >>> [each_monday.whose(date(2026, 11, day)) for day in (22, 23, 29, 30)]
        [2, 1, 1, 2]
        >>> friday_evening = Sharing(even=1, odd=2, changes_on=4, changes_after_school=True)
        >>> [friday_evening.whose(date(2026, 11, day)) for day in (27, 28)]
        [2, 1]

        Christmas 2026 is shared by halves, the first one for parent 1 since 2026 is even:

        >>> noel = Holiday("Vacances de Noël", date(2026, 12, 19), date(2027, 1, 3))
        >>> halves = Sharing(even=1, odd=2, holidays="halves", first_half=1)
        >>> [halves.whose(date(2026, 12, day), [noel]) for day in (19, 26, 27)]
        [1, 1, 2]
        """
        if self.holidays != "weeks" and self.first_half is not None:
            for one in holidays:
                if one.first <= day <= one.last and one.days >= SHORTEST:
                    return self._in_holidays(day, one)
        return self._in_weeks(day)

    def in_the_week(self, *, even: bool) -> tuple[int, ...]:
        """Return whose each day is, Monday to Friday, in an even or an odd week without holidays.

        A change on Friday evening leaves the days of an even week to the parent of the odd ones:

        >>> Sharing(even=1, odd=2).in_the_week(even=True)
        (1, 1, 1, 1, 1)
        >>> Sharing(even=1, odd=2, changes_on=4, changes_after_school=True).in_the_week(even=True)
        (2, 2, 2, 2, 2)
        >>> Sharing(even=1, odd=2, changes_on=2).in_the_week(even=True)
        (2, 2, 1, 1, 1)
        """
        monday = date.fromisocalendar(ORDINARY, 10 if even else 11, 1)
        return tuple(self._in_weeks(monday + timedelta(days=day)) for day in range(5))

    def _in_weeks(self, day: date) -> int:
        began = day - timedelta(days=(day.weekday() - self.changes_on) % 7)
        if self.changes_after_school and began == day:
            began -= timedelta(days=7)
        return self.even if began.isocalendar().week % 2 == 0 else self.odd

    def _in_holidays(self, day: date, holiday: Holiday) -> int:
        first = self.first_half
        second = self.odd if first == self.even else self.even
        if holiday.first.year % 2:
            first, second = second, first
        turns = first, second
        passed = (day - holiday.first).days
        if self.holidays == "fortnights" and holiday.days >= SUMMER:
            return turns[passed // FORTNIGHT % 2] or 0
        return turns[0 if passed < (holiday.days + 1) // 2 else 1] or 0


@dataclass(frozen=True, slots=True)
class Stay:
    """Days in a row with the same parent, both ends included."""

    parent: int
    first: date
    last: date


def stays(
    sharing: Sharing, first: date, last: date, holidays: Sequence[Holiday] = ()
) -> list[Stay]:
    """Return the days from one to another, both included, grouped by parent.

    >>> [(s.parent, s.first.day, s.last.day) for s in
    ...  stays(Sharing(even=1, odd=2), date(2026, 11, 25), date(2026, 12, 8))]
    [(1, 25, 29), (2, 30, 6), (1, 7, 8)]
    """
    found: list[Stay] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        parent = sharing.whose(day, holidays)
        if found and found[-1].parent == parent:
            found[-1] = Stay(parent, found[-1].first, day)
        else:
            found.append(Stay(parent, day, day))
    return found
