"""What does the commune open, and which group receives this child?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from ribambelle_periscolaire.domain.closures import Closed
from ribambelle_periscolaire.domain.openings import Opening


@dataclass(frozen=True, slots=True)
class Unit:
    """What one box books on one day."""

    id: int
    activity: int
    code: str
    name: str
    begins: int
    ends: int
    weekdays: int = 127
    parts: int = 1
    is_meal: bool = False
    choice: str = ""
    needs: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Children received together, and how many there may be."""

    id: int
    activity: int
    name: str
    school: int | None = None
    from_age: int = 2
    to_age: int = 17
    licence: int | None = None
    room: int | None = None
    staff: int | None = None

    def receives(self, school: int | None, age: int) -> bool:
        """Tell whether a child of this school and age is in this group.

        >>> small = Group(1, 1, "Maternelle", school=4, from_age=2, to_age=5)
        >>> small.receives(4, 5), small.receives(4, 6), small.receives(None, 5)
        (True, False, False)
        """
        return self.school in (None, school) and self.from_age <= age <= self.to_age


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity with its units and groups, in the order families read them."""

    id: int
    code: str
    name: str
    kind: str
    runs: str
    booked: str = "online"
    place: str = ""
    cut_off: str = ""
    regime: str = ""
    regie: str = ""
    tax_care: bool = False
    units: tuple[Unit, ...] = ()
    groups: tuple[Group, ...] = ()

    def group_of(self, school: int | None, age: int) -> Group | None:
        """Return the group a child belongs to; one of its own school comes before one for all."""
        wide = None
        for group in self.groups:
            if group.receives(school, age):
                if group.school is not None:
                    return group
                wide = wide or group
        return wide

    @property
    def is_choice(self) -> bool:
        """Tell whether a day takes one of its units, rather than each on its own."""
        return len(self.units) > 1 and all(unit.choice for unit in self.units)


@dataclass(frozen=True)
class Catalogue:
    """All that is open, as it was read once; `mark` says whether it still is what stands."""

    mark: str
    activities: tuple[Activity, ...]
    closures: tuple[Closed, ...] = ()
    openings: tuple[Opening, ...] = ()
    """Days that all may not book yet."""
    by_id: dict[int, Activity] = field(init=False)
    units: dict[int, Unit] = field(init=False)
    groups: dict[int, Group] = field(init=False)

    def __post_init__(self) -> None:
        """Index what is asked for by number."""
        object.__setattr__(self, "by_id", {one.id: one for one in self.activities})
        object.__setattr__(self, "units", {u.id: u for one in self.activities for u in one.units})
        object.__setattr__(self, "groups", {g.id: g for one in self.activities for g in one.groups})

    def activity_of(self, unit: int) -> Activity:
        """Return the activity a unit belongs to."""
        return self.by_id[self.units[unit].activity]

    def told(self, unit: int) -> str:
        """Return what a unit is called out of its activity: « Cantine », « Mercredi : matin »."""
        activity, name = self.activity_of(unit), self.units[unit].name
        return activity.name if len(activity.units) == 1 else f"{activity.name} : {name.lower()}"

    def rivals(self, unit: Unit) -> Iterator[Unit]:
        """Give the units that a day cannot hold beside this one."""
        if unit.choice:
            for other in self.by_id[unit.activity].units:
                if other.choice == unit.choice and other.id != unit.id:
                    yield other


def age_on(born: date | None, day: date) -> int:
    """Return the age of a child in whole years on a day; a child without birthday counts as six.

    >>> age_on(date(2020, 11, 27), date(2026, 11, 26)), age_on(date(2020, 11, 26), date(2026, 11, 26))
    (5, 6)
    """
    if born is None:
        return 6
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def in_order(units: Sequence[Unit]) -> list[Unit]:
    """Return units so that each comes after the one it needs.

    >>> meal = Unit(1, 1, "meal", "Repas", 0, 0, needs=2)
    >>> morning = Unit(2, 1, "am", "Matin", 0, 0)
    >>> [unit.code for unit in in_order([meal, morning])]
    ['am', 'meal']
    """
    known = {unit.id: unit for unit in units}

    def depth(unit: Unit, seen: frozenset[int] = frozenset()) -> int:
        above = known.get(unit.needs or 0)
        if above is None or above.id in seen:
            return 0
        return 1 + depth(above, seen | {unit.id})

    return sorted(units, key=lambda unit: (depth(unit), unit.id))
