"""What may run out in a crèche, and what does one child ask of it? The engine's words for places.

A crèche is a set of resources, each with a whole number; a child's option asks some of each. A
resource is `12/babies/mon-am` (places of a group), `12/all/mon-am` (the whole crèche at one time),
`12/all/week` (half-days of a week), `12/staff/mon-am` (adults). When the window goes past
September, what is counted from September on ends with `@2`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from ribambelle_creche.domain import staff, week
from ribambelle_creche.domain.age import GROUPS, AgeLimits, school_entry
from ribambelle_creche.domain.authorisation import Authorised
from ribambelle_creche.domain.capacity import Place
from ribambelle_creche.domain.supply import most_overflow
from ribambelle_creche.domain.week import DAYS

ADULT = 120
"""What one adult holds: five children who do not walk, or eight who do (CSP, art. R. 2324-46-4)."""
WEIGHTS = {
    "5-8": {"babies": 24, "middle": 15, "older": 15},
    "6": dict.fromkeys(GROUPS, 20),
}
"""What one child weighs, as the crèche chose: one adult for five or eight, or for six."""
Slot = str
"""A half-day, as mon-am."""


@dataclass(frozen=True, slots=True)
class House:
    """One crèche as one commission sees it; what is counted by period has one item per period."""

    facility: int
    given: tuple[Mapping[Place, int], ...]
    """Places given."""
    present: tuple[Mapping[Place, int], ...]
    """Children already there."""
    authorised: int
    overflow: int = 0
    """Children above its authorisation that the crèche agrees to."""
    adults: Mapping[Slot, int] = field(default_factory=dict)
    """Adults of each half-day; none when the crèche does not say, and staff is not counted."""
    ratio: str = "5-8"
    modulated: Mapping[Slot, int] = field(default_factory=dict)
    """Children authorised at the half-days where their number is another one."""

    @property
    def allowed(self) -> Authorised:
        """Children it is authorised for, half-day by half-day."""
        return Authorised(self.authorised, self.modulated)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The half-days it opens: those of Saturday only when it says how many it may have then.

        >>> house = House(12, ({},), ({},), 10, modulated={"sat-am": 10, "sat-pm": 10})
        >>> len(house.slots), len(House(12, ({},), ({},), 10).slots)
        (12, 10)
        """
        return week.shown(saturday=any(week.is_saturday(slot) for slot in self.modulated))

    def most(self, slot: Slot) -> int:
        """Return the children at once in a half-day: 115 % of what is authorised then, at most."""
        authorised = self.allowed.at(slot)
        return authorised + min(self.overflow, most_overflow(authorised))


def deficit(house: House) -> dict[str, int]:
    """Return what a crèche that has more children than it may lacks, resource by resource.

    >>> deficit(House(12, ({},), ({("babies", 0, "am"): 11},), authorised=10))
    {'12/all/mon-am': 1}
    """
    return {name: -number for name, number in balance(house).items() if number < 0}


def resources(house: House) -> dict[str, int]:
    """Return what may run out in one crèche, never under zero.

    A crèche of 10 places has 7 babies on Monday morning, and gives 5 places: 3 fit, one more with
    the child it agrees to above its authorisation. Its week has 100 half-days, 7 are taken.

    >>> monday = ("babies", 0, "am")
    >>> plain = resources(House(12, ({monday: 5},), ({monday: 7},), authorised=10))
    >>> plain["12/babies/mon-am"], plain["12/all/mon-am"], plain["12/all/week"]
    (5, 3, 93)
    >>> resources(House(12, ({monday: 5},), ({monday: 7},), 10, overflow=1))["12/all/mon-am"]
    4

    Two adults hold 240: seven babies weigh 168, three more would need 72.

    >>> resources(House(12, ({},), ({monday: 7},), 10, adults={"mon-am": 2}))["12/staff/mon-am"]
    72

    Authorised for 4 only on Monday morning, too few for one in excess (115 % of 4), it has a shorter
    week.

    >>> early = resources(House(12, ({},), ({},), 10, overflow=1, modulated={"mon-am": 4}))
    >>> early["12/all/mon-am"], early["12/all/mon-pm"], early["12/all/week"]
    (4, 11, 94)

    A micro-crèche may have one adult alone, with three children of any age.

    >>> resources(House(12, ({},), ({monday: 2},), 10, adults={"mon-am": 1}))["12/all/mon-am"]
    1
    """
    return {name: max(0, number) for name, number in balance(house).items()}


def balance(house: House) -> dict[str, int]:
    """Return what is left in a crèche; below zero, what it has given already and does not have."""
    found: dict[str, int] = {}
    for period, (given, there) in enumerate(zip(house.given, house.present, strict=True), start=1):
        end = _suffix(period, len(house.given))
        for slot in house.slots:
            when = place_of(slot)
            for group in GROUPS:
                found[f"{house.facility}/{group}/{slot}{end}"] = given.get((group, *when), 0)
            children = {group: there.get((group, *when), 0) for group in GROUPS}
            at_once = staff.most_children(
                house.adults.get(slot), house.authorised, house.most(slot)
            )
            found[f"{house.facility}/all/{slot}{end}"] = at_once - sum(children.values())
            if house.adults:
                held = sum(WEIGHTS[house.ratio][one] * many for one, many in children.items())
                found[f"{house.facility}/staff/{slot}{end}"] = (
                    ADULT * house.adults.get(slot, 0) - held
                )
        taken = sum(there.values())
        found[f"{house.facility}/all/week{end}"] = house.allowed.week - taken
    return found


@dataclass(frozen=True, slots=True)
class Asking:
    """What one file asks: its weeks by preference, its crèches by preference."""

    groups: tuple[str | None, ...]
    """The age group in each period; None in a period that ends before the child enters."""
    needs: tuple[int, ...]
    """Weeks as numbers: the one wished, then the fallbacks."""
    wishes: tuple[int, ...]
    bonuses: Mapping[int, int] = field(default_factory=dict)
    """Points a crèche adds, for itself alone."""
    count: int = 1
    """Children of the file: each of them takes what an option asks."""
    together: str = ""
    """What twins accept, as a code of domain.dossier."""
    flags: tuple[str, ...] = ()
    """Codes of the reserves it may enter."""
    start_on: date | None = None
    """The entry asked for, as the commission saw it."""
    later_groups: tuple[str | None, ...] = ()
    """The same child from September on, when the family said that its entry may wait until then."""
    elsewhere: tuple[int, ...] = ()
    """Crèches it did not name and that take the child, the nearest first, when any would do."""
    most_elsewhere: int = 0
    """How many of them it is examined for, at most."""


def groups_of(
    born_on: date, start_on: date, periods: Sequence[date], ages: AgeLimits
) -> tuple[str | None, ...]:
    """Return the age group of a child in each period, None in one that is over when it enters.

    Counted on the day it enters, then on 1 September: groups change in September.

    >>> periods = (date(2027, 5, 3), date(2027, 9, 1))
    >>> groups_of(date(2026, 5, 20), date(2027, 5, 3), periods, AgeLimits())
    ('babies', 'middle')
    >>> groups_of(date(2026, 5, 20), date(2027, 9, 6), periods, AgeLimits())
    (None, 'middle')
    """
    ends = [*periods[1:], None]
    return tuple(
        None if end and start_on >= end else ages.group(born_on, max(start_on, begins))
        for begins, end in zip(periods, ends, strict=True)
    )


def later_groups(
    born_on: date, start_on: date, latest: date | None, periods: Sequence[date], ages: AgeLimits
) -> tuple[str | None, ...]:
    """Return the groups of a child that may wait until September to enter; none when it may not.

    A place that is free from September only is then for it too.

    >>> periods = (date(2027, 5, 3), date(2027, 9, 1))
    >>> born, start = date(2026, 5, 20), date(2027, 8, 23)
    >>> later_groups(born, start, date(2027, 9, 6), periods, AgeLimits())
    (None, 'middle')
    >>> later_groups(born, start, date(2027, 8, 30), periods, AgeLimits())
    ()
    """
    september = periods[-1]
    if len(periods) < 2 or latest is None or not start_on < september <= latest:
        return ()
    if september >= school_entry(born_on):
        return ()
    return groups_of(born_on, september, periods, ages)


Option = dict[str, object]


def options(file: Asking, houses: Mapping[int, House]) -> list[Option]:
    """Return what one file could be given, the preferred first, in the engine's form.

    Crèche by crèche in the order of the family, and in each the week wished before its fallbacks:
    the first crèche on fewer days comes before the second one.

    >>> houses = {one: House(one, ({},), ({},), 10) for one in (12, 15)}
    >>> file = Asking(("babies",), (0b1100, 0b0100), (12, 15), {12: 20})
    >>> [(one["id"], one["bonus"]) for one in options(file, houses)]
    [('12/babies/0', 20), ('12/babies/1', 20), ('15/babies/0', 0), ('15/babies/1', 0)]
    >>> options(file, houses)[1]["demand"]
    {'12/babies/tue-am': 1, '12/all/tue-am': 1, '12/all/week': 1}

    A window that goes past September: a baby until August, in the middle group from September.

    >>> across = {12: House(12, ({}, {}), ({}, {}), 10)}
    >>> list(options(Asking(("babies", "middle"), (1,), (12,)), across)[0]["demand"])
    ... # doctest: +NORMALIZE_WHITESPACE
    ['12/babies/mon-am', '12/all/mon-am', '12/all/week',
     '12/middle/mon-am@2', '12/all/mon-am@2', '12/all/week@2']
    >>> options(Asking((None, "middle"), (1,), (12,)), across)[0]["id"]
    '12/middle/0'

    A family whose entry may wait until September asks for that too, after the day it wished.

    >>> waits = Asking(("babies", "middle"), (1,), (12,), later_groups=(None, "middle"))
    >>> [(one["id"], len(one["demand"])) for one in options(waits, across)]
    [('12/babies/0', 6), ('12/middle/0@2', 3)]
    """
    entries = [("", file.groups), *([("@2", file.later_groups)] if file.later_groups else [])]
    return [
        {
            "id": f"{facility}/{next(group for group in groups if group)}/{rank}{end}",
            "facility": str(facility),
            "bonus": file.bonuses.get(facility, 0),
            "demand": demand(houses[facility], groups, need),
        }
        for facility in file.wishes
        if facility in houses
        for rank, need in enumerate(file.needs)
        for end, groups in entries
    ]


def demand(house: House, groups: Sequence[str | None], need: int) -> dict[str, int]:
    """Return what one child takes of a crèche, for one week and its group of each period.

    >>> staffed = House(12, ({},), ({},), 10, adults={"mon-am": 2})
    >>> demand(staffed, ["middle"], 1)
    {'12/middle/mon-am': 1, '12/all/mon-am': 1, '12/staff/mon-am': 15, '12/all/week': 1}
    """
    asked: dict[str, int] = {}
    for period, group in enumerate(groups, start=1):
        if group is None:
            continue
        end = _suffix(period, len(groups))
        for slot in week.slots(need):
            asked[f"{house.facility}/{group}/{slot}{end}"] = 1
            asked[f"{house.facility}/all/{slot}{end}"] = 1
            if house.adults:
                asked[f"{house.facility}/staff/{slot}{end}"] = WEIGHTS[house.ratio][group]
        asked[f"{house.facility}/all/week{end}"] = week.count(need)
    return asked


def taken_by(
    house: House,
    more: Mapping[Place, int],
    free: Mapping[Place, int],
    capacities: Mapping[str, int],
    period: int,
) -> dict[str, int]:
    """Return what more children take of what a commission gave, in one period.

    Les Lilas have 8 places of babies on Monday morning and gave 3 of the 5 free ones. One child
    more takes one of the two kept aside; a third one takes one that was given.

    >>> monday = ("babies", 0, "am")
    >>> lilas, given = House(12, ({},), ({},), 10), {"12/babies/mon-am": 3, "12/all/mon-am": 5}
    >>> taken_by(lilas, {monday: 1}, {monday: 4}, given, 1)
    {'12/babies/mon-am': 0, '12/all/mon-am': 1}
    >>> taken_by(lilas, {monday: 3}, {monday: 2}, given, 1)["12/babies/mon-am"]
    1
    """
    end, found = _suffix(period, len(house.given)), {}
    for slot in week.SLOTS:
        places = [(group, *place_of(slot)) for group in GROUPS]
        for place in places:
            name = f"{house.facility}/{place[0]}/{slot}{end}"
            lacking = max(0, capacities.get(name, 0) - free.get(place, 0))
            found[name] = min(more.get(place, 0), lacking)
        found[f"{house.facility}/all/{slot}{end}"] = sum(more.get(place, 0) for place in places)
        found[f"{house.facility}/staff/{slot}{end}"] = sum(
            WEIGHTS[house.ratio][place[0]] * more.get(place, 0) for place in places
        )
    found[f"{house.facility}/all/week{end}"] = sum(more.values())
    return {name: many for name, many in found.items() if name in capacities}


def of_all(houses: Iterable[House]) -> dict[str, int]:
    """Return the resources of every crèche, together."""
    return {name: number for house in houses for name, number in resources(house).items()}


def place_of(slot: Slot) -> tuple[int, str]:
    """Return the weekday and the half of a half-day.

    >>> place_of("wed-pm")
    (2, 'pm')
    """
    day, half = slot.split("-")
    return [code for code, _, _ in DAYS].index(day), half


def _suffix(period: int, periods: int) -> str:
    return f"@{period}" if period > 1 and periods > 1 else ""
