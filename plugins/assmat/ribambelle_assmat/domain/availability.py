"""Is a place free? What she said, for as long as it may be believed."""

from dataclasses import dataclass
from datetime import date, timedelta

STATES = {
    "unknown": "Disponibilité non connue",
    "now": "Place libre maintenant",
    "later": "Place libre à partir d’une date",
    "none": "Pas de place",
}
ASKED_EVERY = timedelta(days=30)
"""How long after she last said, or was last asked, a childminder is asked again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a place stands on a day."""

    state: str
    opens: date | None = None
    """First free day, when it opens later."""


UNKNOWN = Standing("unknown")


def is_believed(said: date | None, today: date, days: int) -> bool:
    """Tell whether what was said may still be believed: that many days, the last one included.

    >>> said = date(2026, 10, 12)
    >>> is_believed(said, date(2026, 11, 26), 45), is_believed(said, date(2026, 11, 27), 45)
    (True, False)
    >>> is_believed(said, date(2026, 11, 27), 60), is_believed(None, said, 60)
    (True, False)
    """
    return said is not None and today - said <= timedelta(days=days)


def standing(
    state: str, opens: date | None, confirmed: date | None, today: date, believed_days: int
) -> Standing:
    """Return where a place stands today.

    >>> today = date(2026, 11, 26)
    >>> standing("now", None, date(2026, 11, 1), today, 45).state
    'now'
    >>> [standing("now", None, date(2026, 10, 11), today, days).state for days in (45, 46)]
    ['unknown', 'now']
    >>> standing("later", date(2027, 3, 1), today, today, 45)
    Standing(state='later', opens=datetime.date(2027, 3, 1))
    >>> standing("later", date(2026, 11, 20), date(2026, 11, 2), today, 45).state
    'now'
    >>> standing("later", None, today, today, 45).state
    'unknown'
    """
    if state not in STATES or not is_believed(confirmed, today, believed_days):
        return UNKNOWN
    if state != "later":
        return Standing(state)
    if opens is None:
        return UNKNOWN
    return Standing("now") if opens <= today else Standing("later", opens)
