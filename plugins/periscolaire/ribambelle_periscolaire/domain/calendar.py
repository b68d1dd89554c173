"""Is there school on this day? Does the town hall work? In which holidays, in which school year?

The commune's own dates come first (``[[school_holidays]]``), then those of its zone: the Ministry's
for A, B and C, a file shipped with this plugin for La Réunion. A zone nobody wrote down has none.
Past the last day a source speaks of, nothing is known: no day is called a school day there.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import msgspec

from ribambelle.calendar.holidays import PUBLISHED, Holiday, published

DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Weekdays as a commune's file writes them, Monday first."""
WEDNESDAY = 2
SATURDAY = 5
FOUR_DAYS = frozenset({0, 1, 3, 4})
AUGUST, SEPTEMBER = 8, 9
LEAST_BREAK = 5
"""Days under which a pause does not end a school period: the Ascension bridge."""
SHIPPED = {"La Réunion": "la-reunion.toml"}
SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    **{code: code for code in ("971", "972", "973", "974", "976")},
    "975": "PM",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
"""What the library of public holidays calls the départements that have days of their own."""
YEARS = range(2020, 2051)
"""Years a calendar holds, computed once: no booking is outside them."""


class Shipped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of holidays shipped with the plugin, and the days it speaks of, both included."""

    known_from: date
    known_until: date
    holidays: tuple[Holiday, ...]


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """The days of one commune."""

    zone: ZoneInfo
    school_holidays: tuple[Holiday, ...] = ()
    public_holidays: frozenset[date] = frozenset()
    closed: frozenset[date] = frozenset()
    school_weekdays: frozenset[int] = FOUR_DAYS
    known_from: date = date.min
    known_until: date = date.max
    free: frozenset[date] = field(init=False, repr=False, compare=False)
    """Every day of school holidays: a month page asks hundreds of times."""

    def __post_init__(self) -> None:
        """Spread the holidays out, day by day."""
        spread = (day for one in self.school_holidays for day in days(one.first, one.last))
        object.__setattr__(self, "free", frozenset(spread))

    def knows(self, day: date) -> bool:
        """Tell whether the school calendar of this day is known."""
        return self.known_from <= day <= self.known_until

    def is_school_day(self, day: date) -> bool:
        """Tell whether the children of this commune have school.

        >>> bridge = Holiday("Pont de l’Ascension", date(2027, 5, 6), date(2027, 5, 8))
        >>> paris = SchoolCalendar(ZoneInfo("Europe/Paris"), (bridge,))
        >>> [paris.is_school_day(date(2027, 5, day)) for day in (4, 5, 6, 7, 10)]
        [True, False, False, False, True]
        """
        return (
            day.weekday() in self.school_weekdays
            and self.knows(day)
            and day not in self.public_holidays
            and day not in self.closed
            and day not in self.free
        )

    def is_working(self, day: date) -> bool:
        """Tell whether the town hall works: Monday to Friday, neither a public holiday nor closed.

        School holidays are working days: only the children are away.

        >>> reunion = SchoolCalendar(ZoneInfo("Indian/Reunion"), (), public_holidays("974"))
        >>> reunion.is_working(date(2027, 12, 20)), reunion.is_working(date(2027, 12, 21))
        (False, True)
        """
        return (
            day.weekday() < SATURDAY and day not in self.public_holidays and day not in self.closed
        )

    def holiday_of(self, day: date) -> Holiday | None:
        """Return the school holidays a day is in, if it is."""
        if day not in self.free:
            return None
        for one in self.school_holidays:
            if one.first <= day <= one.last:
                return one
        return None

    def period_start(self, day: date) -> date:
        """Return the first day of the holidays a day is in, else of its school period.

        A school period begins the day after holidays end, in August where school does; a bridge of
        a few days ends none. Before any known holidays, it begins with the school year.

        >>> autumn = Holiday("Toussaint", date(2026, 10, 17), date(2026, 11, 1))
        >>> paris = SchoolCalendar(ZoneInfo("Europe/Paris"), (autumn,))
        >>> [str(paris.period_start(date(2026, month, 20))) for month in (9, 10, 11)]
        ['2026-09-01', '2026-10-17', '2026-11-02']
        """
        breaks = [one for one in self.school_holidays if one.days >= LEAST_BREAK]
        for one in breaks:
            if one.first <= day <= one.last:
                return one.first
        year = school_year(day)
        ended = [one.last + DAY for one in breaks if one.last < day]
        this_year = [back for back in ended if back >= date(year, AUGUST, 1)]
        return max(this_year, default=year_bounds(year)[0])

    def wednesdays(self, first: date, last: date) -> list[date]:
        """Return the Wednesdays out of holidays on which the commune is open, both ends included.

        >>> paris = SchoolCalendar(ZoneInfo("Europe/Paris"), (), public_holidays("44"))
        >>> [day.day for day in paris.wednesdays(date(2026, 11, 1), date(2026, 11, 30))]
        [4, 18, 25]
        """
        return [
            day
            for day in days(first, last)
            if day.weekday() == WEDNESDAY
            and self.is_working(day)
            and self.knows(day)
            and self.holiday_of(day) is None
        ]


def school_year(day: date) -> int:
    """Return the year in which a day's school year begins, on 1 September.

    >>> school_year(date(2026, 9, 1)), school_year(date(2027, 8, 31))
    (2026, 2026)
    """
    return day.year if day.month >= SEPTEMBER else day.year - 1


def year_bounds(year: int) -> tuple[date, date]:
    """Return the first and the last day of a school year.

    >>> [str(day) for day in year_bounds(2026)]
    ['2026-09-01', '2027-08-31']
    """
    return date(year, SEPTEMBER, 1), date(year + 1, SEPTEMBER, 1) - DAY


def days(first: date, last: date) -> Iterator[date]:
    """Go through days, both ends included."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


@cache
def public_holidays(departement: str) -> frozenset[date]:
    """Return the public holidays of a département, by its code.

    Alsace and Moselle have two more days. Good Friday is off only in communes that have a
    Protestant church, and the library cannot know: the others write that day in `worked`.

    >>> good_friday, abolition = date(2027, 3, 26), date(2027, 12, 20)
    >>> [good_friday in public_holidays(code) for code in ("44", "67")]
    [False, True]
    >>> [abolition in public_holidays(code) for code in ("44", "974")]
    [False, True]
    """
    from holidays import country_holidays

    return frozenset(country_holidays("FR", subdiv=SUBDIVISIONS.get(departement), years=YEARS))


@cache
def school_calendar(
    timezone: str,
    school_zone: str = "",
    told: tuple[Holiday, ...] = (),
    departement: str = "",
    closed: tuple[date, ...] = (),
    school_weekdays: tuple[str, ...] = ("mon", "tue", "thu", "fri"),
    worked: tuple[date, ...] = (),
) -> SchoolCalendar:
    """Return the calendar these settings describe: the same settings, the same object.

    >>> nantes = school_calendar("Europe/Paris", "B", (), "44")
    >>> nantes.is_school_day(date(2026, 11, 12)), nantes.is_school_day(date(2026, 11, 11))
    (True, False)
    >>> nantes is school_calendar("Europe/Paris", "B", (), "44")
    True
    """
    found, known_from, known_until = _holidays(school_zone, told)
    return SchoolCalendar(
        ZoneInfo(timezone),
        found,
        public_holidays(departement) - frozenset(worked),
        frozenset(closed),
        frozenset(WEEKDAYS.index(one) for one in school_weekdays),
        known_from,
        known_until,
    )


def _holidays(zone: str, told: tuple[Holiday, ...]) -> tuple[tuple[Holiday, ...], date, date]:
    """Return the holidays and the days they are known for.

    What a commune writes is known to the end of its last school year; a zone nobody wrote down is
    a commune that says it has none.
    """
    if told:
        known = tuple(sorted(told, key=lambda one: one.first))
        return known, date.min, year_bounds(school_year(known[-1].last))[1]
    if zone in PUBLISHED:
        known = tuple(one for one in published(zone) if one.last.year in YEARS)
        return known, known[0].first, known[-1].last
    if zone in SHIPPED:
        one = shipped(SHIPPED[zone])
        return one.holidays, one.known_from, one.known_until
    return (), date.min, date.max


@cache
def shipped(name: str) -> Shipped:
    """Return a file of holidays shipped with the plugin.

    >>> [one.name for one in shipped("la-reunion.toml").holidays][:2]
    ['Vacances d’octobre', 'Vacances de l’été austral']
    """
    text = files("ribambelle_periscolaire").joinpath("data", name).read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Shipped)
