"""Why this answer? What blocked each wish of one file, half-day by half-day, and nobody else's data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle_creche.domain import week
from ribambelle_creche.domain.admission.counterfactual import slot_of
from ribambelle_creche.domain.admission.outcome import Refusal
from ribambelle_creche.domain.admission.snapshot import Application, Option
from ribambelle_creche.domain.age import LABELS, AgeLimits
from ribambelle_creche.domain.resources import groups_of

WHOLE_WEEK = "week"


@dataclass(frozen=True, slots=True)
class Blocked:
    """One wish that was refused: the half-days asked, those that were full, the points there."""

    facility: int
    group: str
    asked: tuple[str, ...]
    full: Mapping[str, int | None]
    """Each full half-day, with the points of the last admitted; None when all hold a right."""
    points: int
    """The file's own points there, what the crèche adds included."""
    count: int
    is_week_full: bool
    is_withheld: bool
    short_staffed: tuple[str, ...] = ()
    """Half-days that had a place, and too few adults."""

    @property
    def lacking_adults(self) -> str:
        """The half-days that had a place and too few adults, in words."""
        return week.words(week.bits(self.short_staffed))

    @property
    def answers(self) -> dict[str, str]:
        """The half-days asked, as the grid of the page shows them."""
        return {slot: "plein" if slot in self.full else "place" for slot in self.asked}

    @property
    def lasts(self) -> list[tuple[str, int]]:
        """The full half-days that points opened, in words, with the points of the last admitted.

        >>> full = {"mon-am": 85, "mon-pm": 85, "thu-am": 80, "fri-am": None}
        >>> one = Blocked(12, "babies", tuple(full), full, 70, 1, False, False)
        >>> one.lasts, one.by_right
        ([('lundi', 85), ('jeudi matin', 80)], 'vendredi matin')
        """
        found: dict[int, list[str]] = {}
        for slot, last in self.full.items():
            if last is not None:
                found.setdefault(last, []).append(slot)
        return [
            (week.words(week.bits(slots)), last)
            for last, slots in sorted(found.items(), reverse=True)
        ]

    @property
    def by_right(self) -> str:
        """The full half-days that no points opened, in words."""
        return week.words(week.bits(slot for slot, last in self.full.items() if last is None))

    @property
    def is_tied(self) -> bool:
        """Tell whether only the date or the draw told it from the last admitted."""
        return any(last == self.points for _, last in self.lasts)

    @property
    def group_told(self) -> str:
        """The section, in words."""
        return LABELS.get(self.group, self.group).lower()


def said(slot: str) -> str:
    """Return a half-day in words.

    >>> said("tue-am")
    'mardi matin'
    """
    return week.words(week.bits([slot]))


def blocked(one: Application, refusals: Iterable[Refusal]) -> list[Blocked]:
    """Return each refused wish once, for the week that was wished there first.

    >>> from ribambelle_creche.domain.admission import Snapshot, propose
    >>> def asks(name, points, *slots):
    ...     option = Option("12/babies/0", "12", {f"12/babies/{slot}": 1 for slot in slots}, 5)
    ...     return Application(name, points, "2026-03-01", 0, (option,))
    >>> files = (asks("A", 80, "tue-am"), asks("B", 65, "mon-am", "tue-am"))
    >>> refused = propose(Snapshot({"12/babies/mon-am": 1, "12/babies/tue-am": 1}, files)).refusals
    >>> (found,) = blocked(files[1], refused["B"])
    >>> found.answers, found.lasts, found.points
    ({'mon-am': 'place', 'tue-am': 'plein'}, [('mardi matin', 85)], 70)
    """
    found: dict[str, Blocked] = {}
    for refusal in refusals:
        option = one.option(refusal.option)
        if option is None or option.facility in found:
            continue
        found[option.facility] = _blocked(one, option, refusal)
    return list(found.values())


def _blocked(one: Application, option: Option, refusal: Refusal) -> Blocked:
    full: dict[str, int | None] = {}
    for blocking in refusal.blocking:
        slot = slot_of(blocking.resource)
        if slot in week.SLOTS:
            known = [last for last in (full.get(slot), blocking.last_points) if last is not None]
            full[slot] = max(known, default=None)
    slots = {slot_of(name) for name in option.demand}
    why: dict[str, set[str]] = {}
    for told in refusal.blocking:
        why.setdefault(slot_of(told.resource), set()).add(told.resource.split("/")[1])
    return Blocked(
        facility=int(option.facility),
        group=option.id.split("/")[1],
        asked=tuple(slot for slot in week.SLOTS if slot in slots),
        full={slot: full[slot] for slot in week.SLOTS if slot in full},
        points=one.points + option.bonus,
        count=one.count,
        is_week_full=any(slot_of(one.resource) == WHOLE_WEEK for one in refusal.blocking),
        is_withheld=any(one.withheld for one in refusal.blocking),
        short_staffed=tuple(slot for slot in week.SLOTS if why.get(slot) == {"staff"}),
    )


def older_starts(
    born_on: date, start_on: date, last_start: date, periods: Sequence[date], ages: AgeLimits
) -> list[tuple[date, tuple[str | None, ...]]]:
    """Return the first of each later month of the window at which the child is of another group.

    Places are counted at the first entry and on 1 September: a later start changes an answer only
    by changing the section.

    >>> winter = (date(2027, 1, 4),)
    >>> older_starts(date(2025, 11, 20), date(2027, 1, 4), date(2027, 3, 31), winter, AgeLimits())
    [(datetime.date(2027, 3, 1), ('middle',))]
    >>> older_starts(date(2026, 8, 20), date(2027, 1, 4), date(2027, 3, 31), winter, AgeLimits())
    []
    """
    found, before = [], groups_of(born_on, start_on, periods, ages)
    day = _next_month(start_on)
    while day <= last_start:
        groups = groups_of(born_on, day, periods, ages)
        if groups != before:
            found.append((day, groups))
            before = groups
        day = _next_month(day)
    return found


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
