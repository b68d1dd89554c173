"""Which group will a child be in when it starts?"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

GROUPS = ("babies", "middle", "older")
LABELS = {"babies": "Bébés", "middle": "Moyens", "older": "Grands"}


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """Ages, in months, at which a child of this commune changes group."""

    baby_until: int = 15
    middle_until: int = 24
    youngest_weeks: int = 10
    start_within_months: int = 24
    """How long before its start a place may be asked for."""

    def group(self, birth: date, start: date) -> str:
        """Return the group of a child born, or due, on `birth` who starts on `start`.

        >>> limits = AgeLimits()
        >>> limits.group(date(2026, 3, 14), date(2026, 9, 1))
        'babies'
        >>> limits.group(date(2025, 6, 1), date(2026, 9, 1))
        'middle'
        >>> limits.group(date(2024, 6, 1), date(2026, 9, 1))
        'older'
        """
        months = months_between(birth, start)
        if months < self.baby_until:
            return "babies"
        return "middle" if months < self.middle_until else "older"

    def earliest_start(self, birth: date) -> date:
        """Return the first day a child born on `birth` may start.

        >>> AgeLimits().earliest_start(date(2026, 3, 14))
        datetime.date(2026, 5, 23)
        """
        return birth + timedelta(weeks=self.youngest_weeks)

    def latest_start(self, today: date) -> date:
        """Return the last day a place may be asked for.

        >>> AgeLimits(start_within_months=15).latest_start(date(2026, 11, 30))
        datetime.date(2028, 2, 29)
        """
        years, month = divmod(today.month - 1 + self.start_within_months, 12)
        year, month = today.year + years, month + 1
        return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))

    def changes(self, birth: date) -> tuple[date, date]:
        """Return the days from which a child is of the middle group, then of the older one.

        >>> AgeLimits().changes(date(2026, 3, 14))
        (datetime.date(2027, 6, 14), datetime.date(2028, 3, 14))
        """
        return _months_after(birth, self.baby_until), _months_after(birth, self.middle_until)

    def label(self, group: str) -> str:
        """Return a group with its ages, as agents read it.

        >>> AgeLimits().label("middle")
        'Moyens (15–24 mois)'
        """
        ages = {
            "babies": f"moins de {self.baby_until} mois",
            "middle": f"{self.baby_until}–{self.middle_until} mois",
            "older": f"plus de {self.middle_until} mois",
        }
        return f"{LABELS[group]} ({ages[group]})"


def _months_after(birth: date, months: int) -> date:
    """Return the day a child is so many months old: the 1st where its day is not in the month."""
    years, month = divmod(birth.month - 1 + months, 12)
    try:
        return date(birth.year + years, month + 1, birth.day)
    except ValueError:
        return date(birth.year + years, month + 2, 1)


def school_entry(birth: date) -> date:
    """Return the day a child starts school: 1 September of the year it turns three.

    Code de l’éducation, art. L. 131-1 and L. 131-5. A crèche may keep it until its fourth
    birthday, but admits nobody for that.

    >>> school_entry(date(2026, 3, 14)), school_entry(date(2026, 12, 31))
    (datetime.date(2029, 9, 1), datetime.date(2029, 9, 1))
    """
    return date(birth.year + 3, 9, 1)


def months_between(first: date, then: date) -> int:
    """Return how many whole months went by.

    >>> months_between(date(2026, 1, 31), date(2026, 2, 28))
    0
    >>> months_between(date(2026, 1, 15), date(2026, 3, 15))
    2
    """
    return (then.year - first.year) * 12 + then.month - first.month - (then.day < first.day)
