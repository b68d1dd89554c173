"""Is a place free? What she said, for as long as it may be believed."""

from dataclasses import dataclass
from datetime import date, timedelta

STATES = {
    "unknown": "Disponibilité non connue",
    "now": "Place libre maintenant",
    "later": "Place libre à partir d’une date",
    "none": "Pas de place",
}
STALE = 45
"""Days after which what nobody confirmed is no longer believed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a place stands on a day."""

    state: str
    opens: date | None = None
    """First free day, when it opens later."""


UNKNOWN = Standing("unknown")


def standing(
    state: str, opens: date | None, confirmed: date | None, today: date, stale: int = STALE
) -> Standing:
    """Return where a place stands today.

    >>> today = date(2026, 11, 26)
    >>> standing("now", None, date(2026, 11, 1), today).state
    'now'
    >>> standing("now", None, date(2026, 10, 11), today).state
    'unknown'
    >>> standing("later", date(2027, 3, 1), today, today)
    Standing(state='later', opens=datetime.date(2027, 3, 1))
    >>> standing("later", date(2026, 11, 20), date(2026, 11, 2), today).state
    'now'
    >>> standing("later", None, today, today).state
    'unknown'
    """
    if state not in STATES or confirmed is None or today - confirmed > timedelta(days=stale):
        return UNKNOWN
    if state != "later":
        return Standing(state)
    if opens is None:
        return UNKNOWN
    return Standing("now") if opens <= today else Standing("later", opens)
