"""Which days does a usual week book, and which days does it leave out, and why?

A « semaine type » says, for each unit, its days of the week, every week or one in two. Applied to a
period it gives the days it would book, and for each other day the first rule that refused it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ribambelle_periscolaire.domain.calendar import days

Weeks = Literal["all", "even", "odd"]
Wanted = tuple[str, date]
"""A unit and a day."""
Objection = Callable[[str, date], str | None]
"""A rule: nothing, or the code of the reason why this unit cannot be booked on this day."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Some days of the week for one unit; even and odd are weeks of the ISO calendar."""

    unit: str
    weekdays: frozenset[int]
    weeks: Weeks = "all"

    def falls_on(self, day: date) -> bool:
        """Tell whether the habit falls on a day.

        Week 53 is odd and so is week 1: after such a year two odd weeks follow each other.

        >>> mondays = Habit("repas", frozenset({0}), "odd")
        >>> [mondays.falls_on(date(2026, 12, 28)), mondays.falls_on(date(2027, 1, 4))]
        [True, True]
        """
        if day.weekday() not in self.weekdays:
            return False
        is_odd = day.isocalendar().week % 2 == 1
        return self.weeks == "all" or is_odd == (self.weeks == "odd")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A day a pattern wanted and did not get, and why."""

    unit: str
    day: date
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be booked, in order, and what would not."""

    booked: tuple[Wanted, ...]
    left_out: tuple[LeftOut, ...]


def wanted(habits: Iterable[Habit], first: date, last: date) -> list[Wanted]:
    """Return what usual weeks ask for in a period, both ends included, once each, in order.

    >>> week = [Habit("repas", frozenset({0, 3})), Habit("soir", frozenset({3}), "even")]
    >>> found = wanted(week, date(2026, 9, 7), date(2026, 9, 17))
    >>> [f"{unit} {day:%d}" for unit, day in found]
    ['repas 07', 'repas 10', 'repas 14', 'repas 17', 'soir 17']
    """
    known = list(habits)
    return [
        (unit, day)
        for day in days(first, last)
        for unit in dict.fromkeys(one.unit for one in known if one.falls_on(day))
    ]


def plan(asked: Iterable[Wanted], objections: Iterable[Objection]) -> Plan:
    """Return what these rules let through, and the first reason of each refusal.

    >>> closed = lambda unit, day: "closed" if day == date(2026, 9, 10) else None
    >>> found = plan([("repas", date(2026, 9, 7)), ("repas", date(2026, 9, 10))], [closed])
    >>> [str(day) for _, day in found.booked], found.left_out[0].reason
    (['2026-09-07'], 'closed')
    """
    rules = list(objections)
    booked: list[Wanted] = []
    left_out: list[LeftOut] = []
    for unit, day in dict.fromkeys(asked):
        reasons = (rule(unit, day) for rule in rules)
        reason = next((one for one in reasons if one), None)
        if reason:
            left_out.append(LeftOut(unit, day, reason))
        else:
            booked.append((unit, day))
    return Plan(tuple(booked), tuple(left_out))


def apply(
    habits: Iterable[Habit], first: date, last: date, objections: Iterable[Objection]
) -> Plan:
    """Apply a usual week to a period.

    >>> week = [Habit("repas", frozenset({0}))]
    >>> too_late = lambda unit, day: "too_late" if day < date(2026, 9, 10) else None
    >>> found = apply(week, date(2026, 9, 1), date(2026, 9, 20), [too_late])
    >>> len(found.booked), [(one.day.day, one.reason) for one in found.left_out]
    (1, [(7, 'too_late')])
    """
    return plan(wanted(habits, first, last), objections)


def copied(
    of_sibling: Iterable[Wanted], units: dict[str, str], objections: Iterable[Objection]
) -> Plan:
    """Copy a brother's or sister's bookings, each unit becoming this child's own.

    A unit this child does not have is left out (`not_this_unit`), never replaced by a guess.

    >>> lea = [("repas-maternelle", date(2026, 9, 7)), ("sieste", date(2026, 9, 7))]
    >>> found = copied(lea, {"repas-maternelle": "repas-primaire"}, [])
    >>> found.booked[0][0], found.left_out[0].reason
    ('repas-primaire', 'not_this_unit')
    """
    asked = list(of_sibling)
    found = plan(((units[unit], day) for unit, day in asked if unit in units), objections)
    unknown = [
        LeftOut(unit, day, "not_this_unit")
        for unit, day in dict.fromkeys(asked)
        if unit not in units
    ]
    return Plan(found.booked, tuple(sorted([*found.left_out, *unknown], key=_order)))


def usual_week(bookings: Iterable[Wanted], share: int = 50) -> list[Habit]:
    """Guess the usual week behind some bookings: weekdays booked in more than `share` % of weeks.

    >>> mondays = [("repas", date(2026, 9, 7 + 7 * week)) for week in range(3)]
    >>> usual_week([*mondays, ("repas", date(2026, 9, 8))])
    [Habit(unit='repas', weekdays=frozenset({0}), weeks='all')]
    """
    known = list(dict.fromkeys(bookings))
    weeks = len({day.isocalendar()[:2] for _, day in known})
    found: dict[str, set[int]] = {}
    counts: dict[tuple[str, int], int] = {}
    for unit, day in known:
        counts[unit, day.weekday()] = counts.get((unit, day.weekday()), 0) + 1
    for (unit, weekday), count in counts.items():
        if count * 100 > share * weeks:
            found.setdefault(unit, set()).add(weekday)
    return [Habit(unit, frozenset(weekdays)) for unit, weekdays in sorted(found.items())]


def _order(one: LeftOut) -> tuple[date, str]:
    return one.day, one.unit
