"""From when, and until when, may a family add or cancel a booking?

A limit is counted back from an anchor (the day of the service, the Monday of its week, the first
day of its period, the first of its month) to a day, then set at an hour of that day. Adding and
cancelling may differ; a window may open late. The rule in French: docs/rules/delais.md.

Hours are those of a clock on the town hall's wall: 10:00 stays 10:00 on the day the clocks change,
and "72 hours before 11:30" is 11:30 three days before, whatever the night in between.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Annotated, Literal

import msgspec

from ribambelle.errors import Refused
from ribambelle_periscolaire.domain.calendar import DAY, WEEKDAYS, SchoolCalendar

Act = Literal["add", "cancel"]
Reason = Literal["not_yet", "too_late", "no_date"]
Count = Annotated[int, msgspec.Meta(ge=0, le=366)]

ANCHORS = ("day", "week", "period", "month")
COUNTS = ("calendar", "working", "clear", "school")
EXCLUDED = (*WEEKDAYS, "public_holidays", "school_holidays", "closed")
END_OF_DAY = "end of day"
MIDNIGHT = time(0)
DAY_HOURS = 24
FARTHEST = 400
"""Days a limit may go back, and days asked for the next that can still change."""


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One date for the services of a period: from its first to its last day."""

    first: date
    last: date
    until: date
    """Last day to change them."""


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A moment counted back from a service: one way of counting, an hour, days left out."""

    anchor: str = "day"
    """From what to count: day, week (its Monday), period (its first day), month (its first day)."""
    days: Count | None = None
    """So many days before the anchor; 0 for the day itself."""
    count: str = "calendar"
    """Which days count: calendar, working, school, or clear (neither end counts)."""
    weekday: str = ""
    """Or this day of the week, `weeks` before that of the anchor."""
    weeks: Count = 1
    day_of_month: Annotated[int, msgspec.Meta(ge=1, le=31)] | None = None
    """Or this day of the month, `months` before that of the anchor."""
    months: Annotated[int, msgspec.Meta(ge=0, le=24)] = 1
    hours: Annotated[int, msgspec.Meta(ge=0, le=2400)] | None = None
    """Or so many hours before the service begins."""
    at: str = ""
    """Hour of that day: "10:00"; silent, its end for a closing and its beginning for an opening."""
    excluded: tuple[str, ...] = ()
    """Days that do not count and are never the last: weekdays, holidays, closed days."""
    fixed: tuple[Fixed, ...] = ()
    """Dates written one by one; they come before any counting."""


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An announced instant for the services of a period, in the commune's own time."""

    first: date
    last: date
    opens: datetime
    closes: datetime | None = None


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When booking opens: counted back from the service, or announced dates."""

    opens: Limit | None = None
    dates: tuple[Opening, ...] = ()


class CutOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The delays of one or several activities, by the name they quote."""

    name: str
    add: Limit | None = None
    cancel: Limit | None = None
    """Silent: the same as to add."""
    cancel_when_waited: Limit | None = None
    """A later limit to cancel, while a child waits for the place."""
    window: Window = Window()


@dataclass(frozen=True, slots=True)
class Verdict:
    """May the change be made now? Since when is it so, and until when."""

    open: bool
    reason: Reason | None = None
    since: datetime | None = None
    until: datetime | None = None
    next_day: date | None = None
    """When it is too late: the next day that can still be changed."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Between which moments a change may be made: no clock moves them, so they can be kept."""

    closes: datetime
    opens: datetime | None = None

    def verdict(self, now: datetime) -> Verdict:
        """Tell whether the change may be made at some moment, and why not.

        >>> noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
        >>> Moments(noon).verdict(noon).reason, Moments(noon).verdict(noon.replace(hour=11)).open
        ('too_late', True)
        """
        at = _instant(now)
        if at >= _instant(self.closes):
            return Verdict(False, "too_late", since=self.closes)
        if self.opens and at < _instant(self.opens):
            return Verdict(False, "not_yet", until=self.opens)
        return Verdict(True, since=self.opens, until=self.closes)


def moments(
    rule: CutOff, act: Act, day: date, starts: time, calendar: SchoolCalendar, waited: bool
) -> Moments | None:
    """Return between which moments a day's booking may be added or cancelled; None: no date known."""
    try:
        closes = closes_at(rule, act, day, starts, calendar, waited=waited)
        return Moments(closes, opens_at(rule, day, calendar) if act == "add" else None)
    except Refused:
        return None


def closes_at(
    rule: CutOff,
    act: Act,
    day: date,
    starts: time,
    calendar: SchoolCalendar,
    *,
    waited: bool = False,
) -> datetime:
    """Return the moment from which this change to a day's booking comes too late.

    >>> from ribambelle_periscolaire.domain.calendar import school_calendar
    >>> nantes, noon = school_calendar("Europe/Paris", "B", (), "44"), time(12)
    >>> eve = CutOff("eve", Limit(days=1, at="10:00", excluded=("sat", "sun")))
    >>> f"{closes_at(eve, 'add', date(2026, 9, 7), noon, nantes):%A %d %H:%M}"
    'Friday 04 10:00'
    >>> week = CutOff("week", Limit(anchor="week", weekday="tue"), cancel=eve.add)
    >>> [f"{closes_at(week, act, date(2026, 9, 10), noon, nantes):%A %d %H:%M}"
    ...  for act in ("add", "cancel")]
    ['Wednesday 02 00:00', 'Wednesday 09 10:00']
    """
    limit = rule.add if act == "add" else rule.cancel or rule.add
    found = [] if limit is None else [_moment(limit, day, starts, calendar, END_OF_DAY)]
    if act == "add" or rule.cancel is None:
        opening = _opening(rule.window, day)
        if opening and opening.closes:
            found.append(opening.closes.replace(tzinfo=calendar.zone))
    if not found:
        raise Refused("no_cut_off_date", day=day)
    closes = min(found, key=_instant)
    if waited and act == "cancel" and rule.cancel_when_waited:
        later = _moment(rule.cancel_when_waited, day, starts, calendar, END_OF_DAY)
        closes = max(closes, later, key=_instant)
    return closes


def opens_at(rule: CutOff, day: date, calendar: SchoolCalendar) -> datetime | None:
    """Return the moment from which a day can be booked; nothing when it always could.

    >>> from ribambelle_periscolaire.domain.calendar import school_calendar
    >>> nantes = school_calendar("Europe/Paris", "B", (), "44")
    >>> six_weeks = CutOff("w", Limit(days=1), window=Window(Limit(days=42)))
    >>> f"{opens_at(six_weeks, date(2026, 11, 4), nantes):%A %d %B %H:%M}"
    'Wednesday 23 September 00:00'
    """
    window = rule.window
    if opening := _opening(window, day):
        return opening.opens.replace(tzinfo=calendar.zone)
    if window.opens:
        return _moment(window.opens, day, MIDNIGHT, calendar, "00:00")
    if window.dates:
        raise Refused("no_cut_off_date", day=day)
    return None


def allows(
    rule: CutOff,
    act: Act,
    day: date,
    starts: time,
    calendar: SchoolCalendar,
    now: datetime,
    *,
    waited: bool = False,
    candidates: Callable[[date], Iterable[date]] | None = None,
) -> Verdict:
    """Tell whether a booking may be added or cancelled now, and why not.

    `candidates` gives the days of the same service after one, in order: the first that can still
    be changed is named when this one cannot.

    >>> from ribambelle_periscolaire.domain.calendar import school_calendar
    >>> nantes, noon = school_calendar("Europe/Paris", "B", (), "44"), time(12)
    >>> eve = CutOff("eve", Limit(days=1, at="10:00", excluded=("sat", "sun")))
    >>> friday_11 = datetime(2026, 9, 4, 11, tzinfo=nantes.zone)
    >>> found = allows(eve, "add", date(2026, 9, 7), noon, nantes, friday_11,
    ...                candidates=lambda day: [date(2026, 9, 8), date(2026, 9, 10)])
    >>> found.open, found.reason, f"{found.since:%A %H:%M}", str(found.next_day)
    (False, 'too_late', 'Friday 10:00', '2026-09-08')
    """
    found = moments(rule, act, day, starts, calendar, waited)
    if found is None:
        return Verdict(False, "no_date")
    verdict = found.verdict(now)
    if verdict.reason == "too_late":
        following = _next(rule, act, day, starts, calendar, now, candidates)
        return replace(verdict, next_day=following)
    return verdict


def _next(
    rule: CutOff,
    act: Act,
    day: date,
    starts: time,
    calendar: SchoolCalendar,
    now: datetime,
    candidates: Callable[[date], Iterable[date]] | None,
) -> date | None:
    if candidates is None:
        return None
    following = (one for one in islice(candidates(day), FARTHEST) if one > day)
    return next(
        (one for one in following if allows(rule, act, one, starts, calendar, now).open), None
    )


def _opening(window: Window, day: date) -> Opening | None:
    return next((one for one in window.dates if one.first <= day <= one.last), None)


def _moment(
    limit: Limit, day: date, starts: time, calendar: SchoolCalendar, silent: str
) -> datetime:
    """Return where a limit falls for a service, in the commune's zone."""
    fixed = next((one for one in limit.fixed if one.first <= day <= one.last), None)
    if fixed:
        return _at(fixed.until, limit.at or silent, calendar)
    if limit.hours is not None:
        return _hours_before(limit, limit.hours, datetime.combine(day, starts), calendar)
    anchor = _anchor(limit.anchor, day, calendar)
    if limit.days is not None:
        steps = limit.days + (limit.count == "clear")
        return _at(_back(anchor, steps, limit, calendar), limit.at or silent, calendar)
    if limit.weekday:
        monday = anchor - DAY * anchor.weekday()
        found = monday - DAY * 7 * limit.weeks + DAY * WEEKDAYS.index(limit.weekday)
    elif limit.day_of_month is not None:
        found = _in_month(anchor, limit.months, limit.day_of_month)
    else:
        raise Refused("no_cut_off_date", day=day)
    return _at(_counted_from(found, limit, calendar), limit.at or silent, calendar)


def _anchor(anchor: str, day: date, calendar: SchoolCalendar) -> date:
    if anchor == "week":
        return day - DAY * day.weekday()
    if anchor == "period":
        return calendar.period_start(day)
    return day.replace(day=1) if anchor == "month" else day


def _back(day: date, steps: int, limit: Limit, calendar: SchoolCalendar) -> date:
    """Go back so many days that count."""
    for _ in range(FARTHEST):
        if not steps:
            return day
        day -= DAY
        steps -= _counts(day, limit, calendar)
    raise Refused("no_cut_off_date", day=day)


def _counted_from(day: date, limit: Limit, calendar: SchoolCalendar) -> date:
    """Return this day, or the last before it that counts."""
    return day if _counts(day, limit, calendar) else _back(day, 1, limit, calendar)


def _counts(day: date, limit: Limit, calendar: SchoolCalendar) -> bool:
    if limit.count == "working" and not calendar.is_working(day):
        return False
    if limit.count == "school" and not calendar.is_school_day(day):
        return False
    if not limit.excluded:
        return True
    return not (
        WEEKDAYS[day.weekday()] in limit.excluded
        or ("public_holidays" in limit.excluded and day in calendar.public_holidays)
        or ("school_holidays" in limit.excluded and calendar.holiday_of(day) is not None)
        or ("closed" in limit.excluded and day in calendar.closed)
    )


def _in_month(anchor: date, months: int, day: int) -> date:
    """Return a day of the month some months before; its last where there is no such day."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 - months, 12)
    end = date(year + (month == 11), (month + 1) % 12 + 1, 1) - DAY
    return end.replace(day=min(day, end.day))


def _hours_before(limit: Limit, hours: int, starts: datetime, calendar: SchoolCalendar) -> datetime:
    """Count whole days back over those that count, then the hours left."""
    whole, rest = divmod(hours, DAY_HOURS)
    found = starts - timedelta(hours=rest)
    day = _back(found.date(), whole, limit, calendar)
    if rest:
        day = _counted_from(day, limit, calendar)
    return datetime.combine(day, found.time(), tzinfo=calendar.zone)


def _at(day: date, at: str, calendar: SchoolCalendar) -> datetime:
    if at == END_OF_DAY:
        return datetime.combine(day + DAY, MIDNIGHT, tzinfo=calendar.zone)
    return datetime.combine(day, clock(at), tzinfo=calendar.zone)


@lru_cache(maxsize=256)
def clock(told: str) -> time:
    """Read an hour as a file writes it; raises ValueError.

    >>> clock("23:59")
    datetime.time(23, 59)
    """
    hours, _, minutes = told.partition(":")
    return time(int(hours), int(minutes))


def _instant(moment: datetime) -> datetime:
    """Two hours of one zone compare as wall clocks: instants do not lie when the clocks change."""
    return moment.astimezone(UTC)
