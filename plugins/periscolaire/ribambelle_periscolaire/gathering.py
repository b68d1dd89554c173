"""All that decides about a family's boxes between two days, read once: for a page, or under a lock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from ribambelle.errors import Refused
from ribambelle.identity import Person, custodies
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.calendars import calendar_of
from ribambelle_periscolaire.domain import cut_off, ratios
from ribambelle_periscolaire.domain.calendar import SchoolCalendar, school_year
from ribambelle_periscolaire.domain.catalogue import Activity, Catalogue, Unit, age_on
from ribambelle_periscolaire.domain.cut_off import Act, CutOff, Moments, Verdict
from ribambelle_periscolaire.domain.doors import Doors, Pupil
from ribambelle_periscolaire.domain.openings import Turn
from ribambelle_periscolaire.domain.taking import Fill, Held, Key, Spot, Taking
from ribambelle_periscolaire.queries import bookings, catalogue, pupils, rooms
from ribambelle_periscolaire.queries.pupils import Family
from ribambelle_periscolaire.settings import Settings

MINUTES = 60
NEVER = Verdict(False, "no_date")
MOMENTS = "periscolaire.moments"
MOST = 4_000


class Fills(dict[Spot, Fill]):
    """How full each spot is; one nobody touched is empty, with the capacity of its group."""

    def __init__(self, catalogue: Catalogue, groups: Iterable[int]) -> None:
        super().__init__()
        self.catalogue, self.groups = catalogue, frozenset(groups)

    def __missing__(self, spot: Spot) -> Fill:
        if spot[0] not in self.groups:  # never read: nobody knows how full it is
            raise LookupError(f"group {spot[0]} was not counted")
        fill = self[spot] = Fill(places(self.catalogue, spot[0], None))
        return fill

    def take_in(self, loads: dict[Spot, Fill]) -> None:
        """Count what is already taken."""
        for spot, fill in loads.items():
            capacity = places(self.catalogue, spot[0], fill.staff)
            self[spot] = Fill(capacity, fill.taken, fill.waiting, fill.staff)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What stands for one family between two days, and the rules that say what may change."""

    family: Family
    doors: Doors
    held: dict[Key, Held]
    fills: Fills

    @property
    def catalogue(self) -> Catalogue:
        """What the commune opens."""
        return self.doors.catalogue

    def past_cut_off(self) -> "Gathered":
        """Return the same, as an agent decides: the families' deadline does not stop it."""
        doors = replace(self.doors, allows=lambda *_: Verdict(True), known={})
        return replace(self, doors=doors)

    def let_in(self) -> "Gathered":
        """Return the same, as the town hall gives the places of a wish window out."""
        return replace(self, doors=replace(self.doors, now=None))

    def taking(self, *, waiting_allowed: bool = True) -> Taking:
        """Return what decides, on what stands."""
        family = self.family
        return Taking(
            *(self.doors, family.pupils, self.held, self.fills, family.payer_on, waiting_allowed),
            home=family.household or None,
            home_on=family.home_on,
        )


def doors_of(
    tenant: Tenant,
    known: Catalogue,
    now: datetime,
    elsewhere: dict[int, frozenset[date]] | None = None,
    turns: Mapping[int, Turn] | None = None,
) -> Doors:
    """Return what says whether boxes may change now, in a commune."""
    calendar, rules = calendar_of(tenant), tenant.of(Settings).cut_offs
    kept = _kept_moments(tenant, calendar, rules)
    away = elsewhere or {}

    def allows(name: str, act: Act, day: date, begins: int, waited: bool) -> Verdict:
        asked = name, act, day, begins, waited
        if asked not in kept:
            rule = next((one for one in rules if one.name == name), None)
            starts = time(*divmod(begins, MINUTES))
            kept[asked] = (
                cut_off.moments(rule, act, day, starts, calendar, waited) if rule else None
            )
        found = kept[asked]
        return found.verdict(now) if found else NEVER

    def priced(activity: Activity, unit: Unit, day: date) -> bool:
        return has_tariff(tenant, activity.code, unit.code, day)

    return Doors(
        known,
        calendar,
        allows,
        school_year,
        lambda child, day: day in away.get(child, ()),
        priced,
        now,
        turns or {},
    )


def _kept_moments(
    tenant: Tenant, calendar: SchoolCalendar, rules: tuple[CutOff, ...]
) -> dict[tuple[str, Act, date, int, bool], Moments | None]:
    """Return the moments of cut-offs already told, as long as the commune's file says the same.

    Counting a month's back, day by day, is most of what its page decides.
    """
    kept = tenant.engine.kept.get(MOMENTS)
    if kept is None or kept[0] is not calendar or kept[1] is not rules or len(kept[2]) > MOST:
        kept = tenant.engine.kept[MOMENTS] = calendar, rules, {}
    found: dict[tuple[str, Act, date, int, bool], Moments | None] = kept[2]
    return found


def groups_of(doors: Doors, family: Iterable[Pupil], first: date, last: date) -> set[int]:
    """Return the groups that may receive these children between two days."""
    found = set()
    for pupil in family:
        opened = {number for numbers in pupil.activities.values() for number in numbers}
        for number in opened & doors.catalogue.by_id.keys():
            activity = doors.catalogue.by_id[number]
            schools = {pupil.placed(first)[0], pupil.placed(last)[0]}
            for age in range(age_on(pupil.born_on, first), age_on(pupil.born_on, last) + 1):
                found |= {
                    group.id for school in schools if (group := activity.group_of(school, age))
                }
    return found


async def gather(
    tenant: Tenant, person: Person, first: date, last: date, now: datetime
) -> Gathered:
    """Return what stands for a family between two days, both included."""
    years = school_year(first), school_year(last)
    family = await pupils.family_of(person, now.date(), years)
    known = await catalogue.current(family.mark)
    away = {}
    if family.shared:
        away = await custodies.elsewhere(list(family.shared), person.household, first, last)
        family = await pupils.in_turn(family, first, last)
    turns = await rooms.turns(known.openings, person.household, first, last, now)
    doors = doors_of(tenant, known, now, away, turns)
    held = await bookings.of_children(list(family.pupils), first, last)
    return await _filled(family, doors, held, first, last)


async def at_office(
    tenant: Tenant,
    children: list[int],
    first: date,
    last: date,
    now: datetime,
    *,
    groups: Iterable[int] = (),
    known: Catalogue | None = None,
) -> Gathered:
    """Return what stands for some children, whoever books for them: for an agent or the clock.

    Nobody pays by it: prices are those already written.

    :param groups: groups to count too, whichever these children are in.
    :param known: what is open, when this transaction has just written it.
    """
    years = school_year(first), school_year(last)
    family = await pupils.family_of_children(children, years)
    doors = doors_of(tenant, known or await catalogue.current(), now)
    held = await bookings.of_children(children, first, last)
    return await _filled(family, doors, held, first, last, groups)


async def _filled(
    family: Family,
    doors: Doors,
    held: dict[Key, Held],
    first: date,
    last: date,
    more: Iterable[int] = (),
) -> Gathered:
    groups = groups_of(doors, family.pupils.values(), first, last)
    groups |= {one.group for one in held.values()} | set(more)
    fills = Fills(doors.catalogue, groups)
    fills.take_in(await bookings.loads(groups, first, last))
    return Gathered(family, doors, held, fills)


def has_tariff(tenant: Tenant, activity: str, unit: str, day: date) -> bool:
    """Tell whether the commune says what a unit costs on a day."""
    try:
        tenant.of(Settings).prices.on(activity, unit, day)
    except Refused:
        return False
    return True


def places(catalogue: Catalogue, number: int, staff: int | None) -> int | None:
    """Return how many children a group holds with this staff, or its usual one; None: no limit."""
    return limit(catalogue, number, staff)[0]


def limit(catalogue: Catalogue, number: int, staff: int | None) -> tuple[int | None, str]:
    """Return how many children a group holds and what sets it: licence, room, staff, law or nothing.

    A group of mixed ages is counted as if all were under six: never too many for the adults.
    """
    group = catalogue.groups.get(number)
    if group is None:
        return 0, ""
    adults = group.staff if staff is None else staff
    if adults is None or not catalogue.by_id[group.activity].regime:
        named = {"licence": group.licence, "room": group.room}
        known = {name: count for name, count in named.items() if count is not None}
        least = min(known, key=lambda name: known[name]) if known else ""
        return known.get(least), least
    present = (
        ratios.Staff(six_and_over=adults)
        if group.from_age >= ratios.SIX
        else ratios.Staff(under_six=adults)
    )
    found = ratios.capacity(
        group.licence, group.room, present, ratio_of(catalogue.by_id[group.activity])
    )
    return found.total, found.limited_by


def ratio_of(activity: Activity) -> ratios.Ratio:
    """Return how many children an adult may look after in an activity that has a regime."""
    is_long = any(unit.ends - unit.begins > ratios.LONG_HOURS * MINUTES for unit in activity.units)
    return ratios.ratio(activity.regime, is_long=is_long)
