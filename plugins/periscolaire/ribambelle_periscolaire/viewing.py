"""One day of the périscolaire, counted: how many are expected where, and with how many adults."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain import ratios
from ribambelle_periscolaire.domain.bookings import HOLDING
from ribambelle_periscolaire.domain.capacity_words import told
from ribambelle_periscolaire.domain.catalogue import Activity, Catalogue, Group, age_on
from ribambelle_periscolaire.domain.closures import Closed
from ribambelle_periscolaire.domain.taking import Taking
from ribambelle_periscolaire.gathering import MINUTES, at_office, limit, ratio_of
from ribambelle_periscolaire.keeping import past
from ribambelle_periscolaire.queries import catalogue, office
from ribambelle_periscolaire.queries.office import Booked

OFFICE = ("agent", "admin")
SEEN = (*office.STANDING, "closed")
SEEN_FIRST = ("booked", "offered", "waiting", "absent", "closed")
"""Which state of a child is counted, when its boxes of a day stand differently."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How much of a day somebody may see."""

    schools: frozenset[int] | None = None
    """The children of these schools only; None for all."""
    meals_only: bool = False
    names: bool = True
    writes: bool = False

    def sees(self, one: Booked) -> bool:
        """Tell whether a booking is for a child they may see."""
        return self.schools is None or one.pupil.school in self.schools


def reach_of(person: Person) -> Reach:
    """Return what somebody sees of a day: all, the children of a school, or the meals counted.

    >>> from ribambelle.identity import Grant
    >>> cook = Person(1, 0, "", "", "staff", frozenset({Grant("kitchen")}))
    >>> reach_of(cook).names, reach_of(cook).meals_only
    (False, True)
    """
    if person.holds(*OFFICE):
        return Reach(writes=True)
    if person.holds("school_staff"):
        return Reach(schools=frozenset(person.numbers("school_staff", "core.school")))
    return Reach(meals_only=True, names=False)


@dataclass
class Line:
    """One group on one day."""

    group: Group
    counts: Counter[str] = field(default_factory=Counter)
    capacity: int | None = None
    capacity_told: str = ""
    staff: int | None = None
    """Adults written for this day; None for the usual ones."""
    needed: int | None = None
    """Adults the children booked need at the fullest moment; None where the law sets no ratio."""
    over: list[Booked] = field(default_factory=list)

    @property
    def adults(self) -> int | None:
        """Adults on duty that day."""
        return self.group.staff if self.staff is None else self.staff

    @property
    def expected(self) -> int:
        """Children expected, a place offered counted."""
        return self.counts["booked"] + self.counts["offered"]

    @property
    def is_short(self) -> bool:
        """Tell whether adults are missing for the children booked."""
        return self.needed is not None and self.adults is not None and self.adults < self.needed


@dataclass
class Service:
    """One activity on one day."""

    activity: Activity
    lines: list[Line]
    closures: list[str] = field(default_factory=list)

    @property
    def expected(self) -> int:
        """Children expected in all its groups."""
        return sum(line.expected for line in self.lines)


async def day_of(tenant: Tenant, reach: Reach, day: date, now: datetime) -> list[Service]:
    """Return the activities of a day, group by group, as far as somebody may see."""
    known = await (catalogue.whole() if day < now.date() else catalogue.current())
    activities = [one for one in known.activities if _shown(one, reach)]
    rows = [
        one
        for one in await office.between([a.id for a in activities], day, day, SEEN)
        if reach.sees(one)
    ]
    gathered = await at_office(tenant, [], day, day, now, groups=known.groups, known=known)
    taking, opened = gathered.taking(), (await catalogue.current()).by_id
    found = []
    for activity in activities:
        runs = any(gathered.doors.runs(activity, unit, day) for unit in activity.units)
        mine = [one for one in rows if _activity(known, one) == activity.id]
        if (runs and activity.id in opened) or mine:
            lines = [_line(taking, activity, group, mine, day) for group in activity.groups]
            shut = [one for one in known.closures if _speaks_of(one, activity.id, day)]
            found.append(Service(activity, lines, [one.note or one.said for one in shut]))
    return found


def _shown(activity: Activity, reach: Reach) -> bool:
    if activity.booked != "online":
        return False
    return not reach.meals_only or any(unit.is_meal for unit in activity.units)


def _activity(known: Catalogue, one: Booked) -> int:
    return known.units[one.unit].activity if one.unit in known.units else 0


def _speaks_of(closed: Closed, activity: int, day: date) -> bool:
    return closed.first <= day <= closed.last and closed.activity in (None, activity)


def _line(
    taking: Taking, activity: Activity, group: Group, rows: Iterable[Booked], day: date
) -> Line:
    mine = [one for one in rows if one.held.group == group.id]
    spots = {
        spot: fill for spot, fill in taking.fills.items() if spot[0] == group.id and spot[1] == day
    }
    staff = next((fill.staff for fill in spots.values() if fill.staff is not None), None)
    capacity, by = limit(taking.catalogue, group.id, staff)
    line = Line(group, _children(mine), capacity, "", staff)
    rule = ratio_of(activity) if activity.regime else ratios.WITHOUT_RATIO
    each = rule.six_and_over if group.from_age >= ratios.SIX else rule.under_six
    line.capacity_told = told(capacity, by, line.adults, each)
    if rule is not ratios.WITHOUT_RATIO:
        line.needed = ratios.needed(ratios.peak_by_age(_stays(taking, mine, day), rule), rule)
    full = [spot for spot, fill in spots.items() if capacity is not None and fill.taken > capacity]
    line.over = past((one for one in mine if one.state in HOLDING), taking, full)
    return line


def _children(rows: Collection[Booked]) -> Counter[str]:
    """Count children, not boxes: a meal and its afternoon are one child, booked before waiting."""
    found: dict[int, str] = {}
    for state in reversed(SEEN_FIRST):
        found |= {one.key[0]: state for one in rows if one.state == state}
    return Counter(found.values())


def _stays(taking: Taking, rows: Iterable[Booked], day: date) -> list[tuple[time, time, int]]:
    units = taking.catalogue.units
    return [
        (
            time(*divmod(units[one.unit].begins, MINUTES)),
            time(*divmod(units[one.unit].ends, MINUTES)),
            age_on(one.pupil.born_on, day),
        )
        for one in rows
        if one.state in HOLDING and one.unit in units and units[one.unit].ends < 24 * MINUTES
    ]
