"""Which deadlines come soon, and for which days? Each is told once, a day before or two."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment from which some days of an activity can no longer be booked."""

    closes: datetime
    days: tuple[date, ...]

    @property
    def last_day(self) -> date:
        """The last day on which one can book: midnight ends the day before.

        >>> Deadline(datetime(2026, 12, 2), ()).last_day
        datetime.date(2026, 12, 1)
        """
        return (self.closes - MINUTE).date()


def deadlines(
    closings: Iterable[tuple[date, datetime]], *, each_day: bool = False
) -> list[Deadline]:
    """Return the deadlines of an activity, the first to come first.

    Days that close together are one deadline: those of a week, of a month, of the holidays. Where
    each day closes by itself, the first of a week stands for its week, unless `each_day`.

    :param closings: each day of a service, with the moment its bookings close, in the commune's zone.

    >>> def told(closings, **asked):
    ...     found = deadlines(closings, **asked)
    ...     return [(f"{one.closes:%a %d %H}", [day.day for day in one.days]) for one in found]
    >>> week = [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 3), date(2026, 12, 4)]
    >>> eve_at_ten = [(day, datetime(2026, 11, 27 if number == 0 else 30, 10) + timedelta(
    ...     days=max(0, day.toordinal() - week[1].toordinal()))) for number, day in enumerate(week)]
    >>> told(eve_at_ten)
    [('Fri 27 10', [30, 1, 3, 4])]
    >>> told(eve_at_ten, each_day=True)
    [('Fri 27 10', [30]), ('Mon 30 10', [1]), ('Wed 02 10', [3]), ('Thu 03 10', [4])]
    >>> holidays = [(date(2026, 12, day), datetime(2026, 11, 27, 23)) for day in (21, 22, 28)]
    >>> told(holidays)
    [('Fri 27 23', [21, 22, 28])]
    """
    together: dict[datetime, set[date]] = {}
    for day, closes in closings:
        together.setdefault(closes, set()).add(day)
    found: list[Deadline] = []
    weeks: dict[date, Deadline] = {}
    for closes, some in sorted(together.items()):
        days, mondays = tuple(sorted(some)), {_monday(day) for day in some}
        if each_day or len(mondays) > 1:
            found.append(Deadline(closes, days))
            continue
        monday = mondays.pop()
        first = weeks.get(monday, Deadline(closes, ()))
        weeks[monday] = Deadline(first.closes, tuple(sorted({*first.days, *days})))
    return sorted([*found, *weeks.values()], key=lambda one: (one.closes, one.days))


def soon(found: Iterable[Deadline], now: datetime, within: timedelta) -> list[Deadline]:
    """Return the deadlines of the hours that come; one that passed is not told any more.

    >>> friday = Deadline(datetime(2026, 11, 27, 10), (date(2026, 11, 30),))
    >>> thursday, saturday = datetime(2026, 11, 26, 8), datetime(2026, 11, 28, 8)
    >>> [len(soon([friday], now, timedelta(hours=48))) for now in (thursday, saturday)]
    [1, 0]
    """
    return [one for one in found if now < one.closes <= now + within]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
