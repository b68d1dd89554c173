"""Who came and who did not, when several tablets, offline for an hour, say it?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

ACTS: dict[str, str] = {"present": "Présent", "absent": "Absent", "left": "Parti"}
ABSENCES: dict[str, str] = {
    "unjustified": "Absence non justifiée",
    "justified": "Absence justifiée",
    "certificate": "Absence avec certificat médical",
}
"""Kinds of absence; a tablet says the first, an agent the others."""
DRIFT = timedelta(minutes=5)
"""How far ahead the clock of a tablet may be."""
LATE_SYNC = timedelta(days=7)
"""How long a tablet may keep marks before it sends them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing somebody marked about one child, one day, one unit."""

    event: str
    act: str
    at: datetime
    author: str = ""
    absence: str = ""
    arrived: int | None = None
    left: int | None = None
    is_correction: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What all the marks of a child's day come to."""

    state: str
    absence: str = ""
    arrived: int | None = None
    left: int | None = None
    event: str = ""
    has_conflict: bool = False


def standing(marks: Iterable[Mark]) -> Standing:
    """Return what stands: the latest mark by the tablets' time, and an agent's correction before all.

    Two people who end on contrary words are a conflict: it is shown until an agent settles it.

    >>> nine = datetime(2026, 11, 30, 9)
    >>> came = Mark("a", "present", nine, "tablet 1", arrived=540)
    >>> missed = Mark("b", "absent", nine + timedelta(minutes=9), "tablet 2")
    >>> found = standing([missed, came])
    >>> found.state, found.absence, found.has_conflict
    ('absent', 'unjustified', True)
    >>> standing([came, Mark("c", "left", nine + timedelta(hours=9), "tablet 2", left=1080)]).left
    1080
    >>> settled = Mark("d", "present", nine, "agent 3", arrived=540, is_correction=True)
    >>> standing([settled, missed, came]).has_conflict, standing([settled, missed]).state
    (False, 'present')
    """
    ordered = sorted(marks, key=lambda one: (one.is_correction, one.at, one.event))
    found = Standing("")
    last: dict[str, str] = {}
    for one in ordered:
        state = "absent" if one.act == "absent" else "present"
        if one.is_correction:
            last = {}
        last[one.author] = state
        if state == "absent":
            found = Standing("absent", one.absence or "unjustified", event=one.event)
        elif one.is_correction:
            found = Standing("present", "", one.arrived, one.left, one.event)
        else:
            came = found.arrived if found.state == "present" else None
            arrived = one.arrived if came is None else came
            left = one.left if one.act == "left" else None
            found = Standing("present", "", arrived, left, one.event)
    contrary = len(set(last.values())) > 1
    return Standing(found.state, found.absence, found.arrived, found.left, found.event, contrary)


def when(said: datetime, received: datetime, day: date, zone: tzinfo) -> datetime:
    """Return when a mark counts from: as the tablet says, unless its clock cannot be right.

    >>> from datetime import UTC
    >>> def at(day, hour):
    ...     return datetime(2026, 11, day, hour, tzinfo=UTC)
    >>> when(at(30, 9), at(30, 10), date(2026, 11, 30), UTC).hour
    9
    >>> when(at(30, 12), at(30, 10), date(2026, 11, 30), UTC).hour
    10
    >>> when(at(2, 12), at(30, 10), date(2026, 11, 29), UTC).isoformat()
    '2026-11-29T23:59:00+00:00'
    """
    if said.astimezone(zone).date() == day and said <= received + DRIFT:
        return said
    if received.astimezone(zone).date() == day:
        return received
    return datetime.combine(day, time(23, 59), zone)


def may_mark(day: date, today: date) -> bool:
    """Tell whether a day may still be marked by a tablet: that day, and a week after for late news.

    >>> monday = date(2026, 11, 30)
    >>> [may_mark(monday, monday + timedelta(days=after)) for after in (-1, 0, 7, 8)]
    [False, True, True, False]
    """
    return timedelta(0) <= today - day <= LATE_SYNC


def minutes(moment: datetime, zone: tzinfo) -> int:
    """Return a moment as minutes after midnight, in the commune.

    >>> from datetime import UTC
    >>> minutes(datetime(2026, 11, 30, 16, 45, tzinfo=UTC), UTC)
    1005
    """
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute
