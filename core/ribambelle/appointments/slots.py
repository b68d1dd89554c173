"""Which hours of a session may a family still take?"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from ribambelle.errors import Refused

SHORTEST, LONGEST, MOST_SEATS = 5, 240, 20
HOUR = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})?")


def minutes_of(text: str) -> int:
    """Return an hour as it was typed in minutes since midnight, or refuse it.

    >>> minutes_of("09:30"), minutes_of("9 h"), minutes_of("14h05")
    (570, 540, 845)
    >>> minutes_of("25:00")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: hour_unreadable
    """
    found = HOUR.fullmatch(text.strip())
    hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hours > 23 or minutes > 59:
        raise Refused("hour_unreadable")
    return hours * 60 + minutes


def at(day: date, minutes: int, zone: tzinfo) -> datetime:
    """Return the moment of an hour of a day.

    >>> from zoneinfo import ZoneInfo
    >>> f"{at(date(2027, 1, 4), 570, ZoneInfo('Europe/Paris')):%d %H:%M}"
    '04 09:30'
    """
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone)


def starts(begins: int, ends: int, slot: int) -> list[int]:
    """Return when each slot begins; one that would end after the session is none.

    >>> starts(540, 600, 20), starts(540, 595, 20), starts(540, 550, 20)
    ([540, 560, 580], [540, 560], [])
    """
    return list(range(begins, ends - slot + 1, slot))


@dataclass(frozen=True, slots=True)
class Slot:
    """One hour of a session, and how many families it can still take."""

    begins: int
    free: int


def free(hours: Iterable[int], seats: int, taken: Iterable[int]) -> list[Slot]:
    """Return the hours with the seats left in each.

    >>> free([540, 560], 2, [540, 540, 560])
    [Slot(begins=540, free=0), Slot(begins=560, free=1)]
    """
    held = Counter(taken)
    return [Slot(one, max(seats - held[one], 0)) for one in hours]


def seat(seats: int, held: Iterable[int]) -> int:
    """Return the first seat nobody holds; refuse when all are held.

    >>> seat(3, [0, 2])
    1
    >>> seat(1, [0])
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: slot_full
    """
    taken = set(held)
    found = next((one for one in range(seats) if one not in taken), None)
    if found is None:
        raise Refused("slot_full")
    return found
