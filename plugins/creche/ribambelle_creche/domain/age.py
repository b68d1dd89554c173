"""Which group will a child be in when it starts?"""

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


def months_between(first: date, then: date) -> int:
    """Return how many whole months went by.

    >>> months_between(date(2026, 1, 31), date(2026, 2, 28))
    0
    >>> months_between(date(2026, 1, 15), date(2026, 3, 15))
    2
    """
    return (then.year - first.year) * 12 + then.month - first.month - (then.day < first.day)
