"""When is a family reminded of an invoice?"""

from collections.abc import Sequence
from datetime import date


def step(due_on: date, today: date, days: Sequence[int]) -> int:
    """Return how many reminders an invoice has reached; none before the first.

    :param days: days after the last day to pay, one for each reminder.

    >>> due = date(2026, 11, 30)
    >>> [step(due, date(2026, 12, day), (7, 21)) for day in (6, 7, 20, 21, 31)]
    [0, 1, 1, 2, 2]
    """
    return sum((today - due_on).days >= one for one in days)
