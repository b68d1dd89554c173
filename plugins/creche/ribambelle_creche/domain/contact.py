"""Has the crèche called this family, and is it late?"""

from dataclasses import dataclass
from datetime import date, timedelta

OUTCOMES = {
    "reached": "Famille jointe",
    "met": "Famille rencontrée",
    "message": "Message laissé",
    "no_answer": "Pas de réponse",
    "wrong_number": "Numéro qui ne répond plus",
    "not_interested": "Ne souhaite plus cette crèche",
}
NEW, AGAIN, DONE, GONE = "new", "again", "done", "gone"
_STANDING = {
    "": NEW,
    "reached": DONE,
    "met": DONE,
    "message": AGAIN,
    "no_answer": AGAIN,
    "wrong_number": AGAIN,
    "not_interested": GONE,
}


def standing(last_outcome: str) -> str:
    """Return where a crèche stands with a family, from its last call; none is the empty text.

    >>> [standing(last) for last in ("", "message", "met", "not_interested")]
    ['new', 'again', 'done', 'gone']
    """
    return _STANDING[last_outcome]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A family waiting for the first call of a crèche that has so many days to make it."""

    since: date
    today: date
    within: int

    @property
    def days(self) -> int:
        """How many days the family has waited; the day of the file counts for none.

        >>> Waiting(date(2026, 11, 2), date(2026, 11, 25), within=15).days
        23
        """
        return max(0, (self.today - self.since).days)

    @property
    def last_day(self) -> date:
        """The last day on which the call is still in time.

        >>> Waiting(date(2026, 11, 2), date(2026, 11, 25), within=15).last_day
        datetime.date(2026, 11, 17)
        """
        return self.since + timedelta(days=self.within)

    @property
    def late(self) -> int:
        """How many days the crèche is late; 0 while it is in time.

        >>> Waiting(date(2026, 11, 10), date(2026, 11, 25), within=15).late
        0
        >>> Waiting(date(2026, 11, 9), date(2026, 11, 25), within=15).late
        1
        """
        return max(0, self.days - self.within)


def in_time_since(today: date, within: int) -> date:
    """Return the oldest day since which a family may wait without the crèche being late.

    >>> in_time_since(date(2026, 11, 25), within=15)
    datetime.date(2026, 11, 10)
    """
    return today - timedelta(days=within)
