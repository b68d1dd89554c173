"""On which days does who is in a crèche change, and what was taken there since a commission?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ribambelle_creche.domain.age import GROUPS, AgeLimits
from ribambelle_creche.domain.capacity import PLACES, Place
from ribambelle_creche.domain.supply import Cells, Presence, half_days

TOMORROW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Promised:
    """A place that waits for an answer: its section and half-days, from when, until when."""

    group: str
    slots: int
    first: date
    last: date | None = None


def changes(
    children: Iterable[Presence],
    promised: Iterable[Promised],
    start: date,
    until: date,
    ages: AgeLimits | None = None,
) -> list[date]:
    """Return the first day, then each one by the last on which a place is taken or left.

    Who enters, leaves or, where ages are given, changes section is counted on that very day. A
    child of this crèche enters in February and leaves in May, the month it is fifteen months old.

    >>> tom = Presence(date(2026, 2, 10), 1, date(2027, 2, 1), date(2027, 5, 28))
    >>> [f"{day:%d/%m}" for day in
    ...  changes([tom], [], date(2027, 1, 4), date(2027, 6, 30), AgeLimits())]
    ['04/01', '01/02', '10/05', '29/05']
    >>> changes([tom], [], date(2027, 6, 1), date(2027, 6, 30), AgeLimits())
    [datetime.date(2027, 6, 1)]
    """
    days = {start}
    for child in children:
        days |= {child.first, *(ages.changes(child.born_on) if ages and child.born_on else ())}
        if child.leaves_on:
            days.add(child.leaves_on + TOMORROW)
    for one in promised:
        days |= {one.first, *([one.last + TOMORROW] if one.last else [])}
    return sorted(day for day in days if start <= day <= until)


def there(
    children: Iterable[Presence],
    promised: Iterable[Promised],
    day: date,
    since: date,
    ages: AgeLimits,
) -> Cells:
    """Return who is there on a day, each in the section it had when the year began, or it entered.

    Sections change in September, as for the children a commission places.

    >>> tom = Presence(date(2025, 9, 20), 1, date(2026, 1, 5))
    >>> found = there([tom], [], date(2027, 2, 1), date(2026, 11, 2), AgeLimits())
    >>> found["babies", 0, "am"], found["middle", 0, "am"]
    (1, 0)
    """
    cells = dict.fromkeys(PLACES, 0)
    for child in children:
        if child.is_here(day):
            born, entered = child.born_on, max(since, child.first)
            group = ages.group(born, entered) if born else GROUPS[-1]
            for when in half_days(child.slots):
                cells[group, *when] += 1
    for place, many in held(promised, day).items():
        cells[place] += many
    return cells


def held(promised: Iterable[Promised], day: date) -> Cells:
    """Return how many places are held on a day.

    >>> tom = Promised("babies", 1, date(2027, 1, 14), date(2027, 4, 24))
    >>> [held([tom], day)["babies", 0, "am"] for day in (date(2027, 1, 13), date(2027, 4, 24))]
    [0, 1]
    """
    cells = dict.fromkeys(PLACES, 0)
    for one in promised:
        if one.first <= day and (one.last is None or day <= one.last):
            for when in half_days(one.slots):
                cells[one.group, *when] += 1
    return cells


def to_come(promised: Sequence[Promised], start: date, until: date) -> Cells:
    """Return how many places more than on the first day are held on the fullest day of a period.

    Two children who follow one another take one place; who is there from the first day is left out.

    >>> here = Promised("babies", 1, date(2026, 12, 1), date(2027, 1, 13))
    >>> tom = Promised("babies", 1, date(2027, 1, 14), date(2027, 4, 24))
    >>> zoe = Promised("babies", 1, date(2027, 4, 25))
    >>> period = date(2027, 1, 4), date(2027, 8, 31)
    >>> to_come([tom, zoe], *period)["babies", 0, "am"]
    1
    >>> to_come([here, tom], *period)["babies", 0, "am"]
    0
    """
    now = held(promised, start)
    days = [held(promised, day) for day in changes([], promised, start, until)]
    return {place: max(cells[place] for cells in days) - now[place] for place in PLACES}


def as_promised(child: Presence, since: date, ages: AgeLimits) -> Promised:
    """Return what a child takes, in the section it has when the period begins, or it enters.

    >>> tom = Presence(date(2025, 9, 20), 1, date(2027, 2, 1), date(2027, 5, 28))
    >>> as_promised(tom, date(2027, 1, 4), AgeLimits()).group
    'middle'
    """
    group = ages.group(child.born_on, max(since, child.first)) if child.born_on else GROUPS[-1]
    return Promised(group, child.slots, child.first, child.leaves_on)


def periods(days: Sequence[date]) -> list[tuple[date, date]]:
    """Return the first and last day of each period: the last ends with the school year too.

    >>> periods((date(2027, 5, 3), date(2027, 9, 1)))[1]
    (datetime.date(2027, 9, 1), datetime.date(2028, 8, 31))
    >>> periods((date(2027, 1, 4),))
    [(datetime.date(2027, 1, 4), datetime.date(2027, 8, 31))]
    """
    ends = [date(day.year + (day >= date(day.year, 9, 1)), 9, 1) - TOMORROW for day in days]
    return list(zip(days, ends, strict=True))


def more(before: Mapping[Place, int], now: Mapping[Place, int]) -> Cells:
    """Return how many children more there are now, place by place; fewer is told below zero.

    >>> more({("babies", 0, "am"): 5}, {("babies", 0, "am"): 6})["babies", 0, "am"]
    1
    """
    return {place: now.get(place, 0) - before.get(place, 0) for place in PLACES}
