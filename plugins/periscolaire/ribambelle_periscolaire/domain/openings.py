"""Before which days may be booked by all, whose turn is it?

Two ways keep opening day from being a race. A wish window: families say what they wish for some
days, and nobody books them until the result is published. An announced opening: a waiting room
gives each family a rank, and lets so many in every few minutes, for the time to book.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

MODES: dict[str, str] = {
    "wishes": "Fenêtre de vœux, puis attribution",
    "room": "Ouverture annoncée, avec salle d’attente",
}
SPANS: dict[str, str] = {"week": "semaines entières", "day": "jours, un par un"}
EARLY = timedelta(hours=3)
"""How long before its hour a waiting room may be entered: all who do are drawn alike."""
DAY = timedelta(days=1)

Kept = Literal["wishes_soon", "wishes", "wishes_ended", "room_soon", "room", "turn", "turn_over"]


@dataclass(frozen=True, slots=True)
class Turn:
    """When a family may come in, and until when it may book."""

    rank: int
    step: int
    at: datetime
    until: datetime

    def is_on(self, now: datetime) -> bool:
        """Tell whether the family may book now."""
        return self.at <= now < self.until


@dataclass(frozen=True, slots=True)
class Span:
    """What one wish may be about: a week, or a day, of those that open."""

    code: str
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Its days, both ends included."""
        return [self.first + DAY * number for number in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class Opening:
    """Some days of an activity, opened by wishes or through a waiting room.

    >>> from datetime import UTC
    >>> hour = datetime(2027, 1, 6, 8, 30, tzinfo=UTC)
    >>> ends = hour.replace(hour=20)
    >>> room = Opening(1, 7, "room", "Hiver", date(2027, 2, 8), date(2027, 2, 19), hour, ends)
    >>> mine = Turn(151, 1, hour.replace(minute=35), hour.replace(minute=50))
    >>> minutes = [hour.replace(minute=minute) for minute in (29, 31, 36, 55)]
    >>> [(room.keeps_out(mine, now) or ("booking", None))[0] for now in minutes]
    ['room_soon', 'turn', 'booking', 'turn_over']
    >>> room.holds(7, date(2027, 2, 8), ends), room.holds(7, date(2027, 3, 1), hour)
    (False, False)
    """

    id: int
    activity: int
    mode: str
    name: str
    first: date
    last: date
    begins_at: datetime
    ends_at: datetime
    span: str = "week"
    rate: int = 50
    """Families let in at once."""
    every: int = 5
    """Minutes between two times families are let in."""
    stay: int = 15
    """Minutes a family has to book."""

    def holds(self, activity: int, day: date, now: datetime) -> bool:
        """Tell whether a day is not booked by all yet; a wish window holds until its result is out."""
        if activity != self.activity or not self.first <= day <= self.last:
            return False
        return self.mode == "wishes" or now < self.ends_at

    def keeps_out(self, turn: Turn | None, now: datetime) -> tuple[Kept, datetime | None] | None:
        """Return why a family may not book now, and the moment it speaks of; None: it may."""
        if self.mode == "wishes":
            if now < self.begins_at:
                return "wishes_soon", self.begins_at
            return ("wishes", self.ends_at) if now < self.ends_at else ("wishes_ended", None)
        if now < self.begins_at:
            return "room_soon", self.begins_at
        if turn is None:
            return "room", None
        if turn.is_on(now):
            return None
        return ("turn", turn.at) if now < turn.at else ("turn_over", turn.until)

    def step_at(self, now: datetime) -> int:
        """Return how many times families were let in after the first, at a moment.

        >>> from datetime import UTC
        >>> hour = datetime(2027, 1, 6, 8, 30, tzinfo=UTC)
        >>> room = Opening(1, 7, "room", "", date(2027, 2, 8), date(2027, 2, 19), hour, hour, every=5)
        >>> [room.step_at(hour.replace(minute=minute)) for minute in (29, 30, 34, 41)]
        [-1, 0, 0, 2]
        """
        return (now - self.begins_at) // timedelta(minutes=self.every)

    def turn(self, rank: int, step: int, came: datetime) -> Turn:
        """Return the turn of whoever is let in at a step; who comes after it began has as long."""
        at = self.begins_at + step * timedelta(minutes=self.every)
        return Turn(rank, step, at, max(at, came) + timedelta(minutes=self.stay))

    def is_before(self, now: datetime) -> bool:
        """Tell whether it has not begun."""
        return now < self.begins_at

    def is_over(self, now: datetime) -> bool:
        """Tell whether its last moment has passed."""
        return now >= self.ends_at


def early_step(rank: int, rate: int) -> int:
    """Return at which step those who came before the hour are let in, by rank.

    >>> [early_step(rank, 50) for rank in (1, 50, 51)]
    [0, 0, 1]
    """
    return (rank - 1) // rate


def late_step(now_step: int, last_step: int, in_last: int, rate: int) -> int:
    """Return at which step somebody who comes after the hour is let in: never more than the rate.

    :param last_step: the last step somebody has already, with `in_last` families in it.

    >>> late_step(now_step=1, last_step=5, in_last=50, rate=50)
    6
    >>> late_step(now_step=1, last_step=5, in_last=49, rate=50), late_step(9, 5, 50, 50)
    (5, 9)
    """
    if now_step > last_step:
        return now_step
    return last_step if in_last < rate else last_step + 1


def spans(first: date, last: date, kind: str) -> Iterator[Span]:
    """Give the weeks or the days between two days; a week bears the date of its Monday.

    >>> [(one.code, one.last.day) for one in spans(date(2027, 2, 10), date(2027, 2, 19), "week")]
    [('2027-02-08', 14), ('2027-02-15', 19)]
    """
    day = first
    while day <= last:
        end = min(last, day + DAY * (6 - day.weekday())) if kind == "week" else day
        start = day - DAY * day.weekday() if kind == "week" else day
        yield Span(start.isoformat(), day, end)
        day = end + DAY
