"""What becomes of a quotient the State told: it counts, it waits for an agent, or nothing changes."""

from datetime import date
from typing import Literal, NamedTuple

Fate = Literal["same", "counts", "waits"]


class Current(NamedTuple):
    """What a household pays by today, where it comes from, and since when."""

    quotient: int | None
    source: str
    first: date


def fate(current: Current | None, told: int, today: date, *, is_refresh: bool) -> Fate:
    """Say what to do with a quotient the State has just told.

    The family asked for it: it counts from today, and the one before stays for the days before.

    >>> autumn, today = date(2026, 9, 1), date(2027, 2, 4)
    >>> fate(None, 640, today, is_refresh=False)
    'counts'
    >>> fate(Current(640, "caf", autumn), 640, today, is_refresh=True)
    'same'
    >>> fate(Current(812, "caf", autumn), 640, today, is_refresh=True)
    'counts'

    What an agent decided by hand is never changed while nobody looks: an agent sees both figures.
    Nor is it written over the same day.

    >>> fate(Current(812, "proof", autumn), 640, today, is_refresh=True)
    'waits'
    >>> fate(Current(812, "proof", autumn), 640, today, is_refresh=False)
    'counts'
    >>> fate(Current(812, "proof", today), 640, today, is_refresh=False)
    'waits'
    """
    if current is None:
        return "counts"
    if current.quotient == told:
        return "same"
    by_hand = current.source == "proof"
    return "waits" if by_hand and (is_refresh or current.first == today) else "counts"
