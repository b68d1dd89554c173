"""What the town hall opens is changed by one agent at a time, and never under a family's feet.

Whatever is changed, the same three questions are asked of the days to come, under their locks: does
a booking lose its service, does a child change groups, is a group fuller than it may now be.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from ribambelle.database import REFUSED, advisory, transaction
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_periscolaire.booking import spot_name
from ribambelle_periscolaire.domain.calendar import days, school_year, year_bounds
from ribambelle_periscolaire.domain.catalogue import Catalogue, age_on
from ribambelle_periscolaire.domain.doors import Doors
from ribambelle_periscolaire.domain.taking import Spot, Taking
from ribambelle_periscolaire.gathering import at_office, doors_of, places
from ribambelle_periscolaire.queries import catalogue, offer, office
from ribambelle_periscolaire.queries.offer import Kept
from ribambelle_periscolaire.queries.office import Booked
from ribambelle_periscolaire.settling import offer_anew, settle
from ribambelle_periscolaire.tables import Activity, Booking, Group, Unit

OFFER = "periscolaire.offer"
"""Name of the lock of all that the town hall opens: one agent changes it at a time."""
HARMLESS = frozenset(
    {"name", "place", "position", "kind", "cut_off", "regie", "tax_care", "is_meal"}
)
"""Columns that move no child and fill no group."""
NAMES: dict[type[Any], str] = {Activity: "activity", Unit: "unit", Group: "group"}


@dataclass(frozen=True, slots=True)
class Moving:
    """A child whose booking goes to another group."""

    booked: Booked
    group: int


@dataclass(repr=False)  # its lists name children: they stay out of any log
class Consequences:
    """What a change of what is open does to the bookings of the days to come."""

    stranded: list[Booked] = field(default_factory=list)
    """Those that no unit or no group would receive any more."""
    moving: list[Moving] = field(default_factory=list)
    over: list[Booked] = field(default_factory=list)
    """Those past the new capacity, the last to have booked."""


async def add(
    tenant: Tenant,
    kind: type[Kept],
    values: Mapping[str, Any],
    by: int,
    now: datetime,
    *,
    confirmed: bool = False,
) -> int:
    """Open something new; refuse a code that something else bears.

    A new group takes children from another: they are moved once it was said yes.
    """
    activity = int(values["activity"]) if "activity" in values else 0
    try:
        async with transaction():
            await advisory(OFFER)
            before = await _read(tenant, activity)
            made = await kind.insert(kind(**values)).returning(kind.id)
            number = int(made[0]["id"])
            await _follow(tenant, activity or number, before, by, now, confirmed)
            await _told(kind, number, by, "opened")
    except REFUSED as error:
        raise Refused("code_known") from error
    return number


async def change(
    tenant: Tenant,
    row: Kept,
    version: str,
    values: Mapping[str, Any],
    by: int,
    now: datetime,
    *,
    confirmed: bool = False,
) -> None:
    """Change something that is open; refuse when somebody was quicker or a family would lose a day.

    :param version: of the row as it was shown: `queries.offer.version`.
    :param confirmed: the children who change groups were listed, and it was said yes.
    """
    kind = type(row)
    activity = int(row.id if isinstance(row, Activity) else row.activity)
    async with transaction():
        await advisory(OFFER)
        stands = await offer.one(kind, row.id)
        if offer.version(stands) != version:
            raise Refused("offer_moved")
        changed = {name for name, value in values.items() if getattr(stands, name) != value}
        before = await (_read(tenant, activity) if changed - HARMLESS else catalogue.current())
        if isinstance(stands, Unit) and "parts" in changed:
            await _require_never_booked(stands)
        columns: dict[Any, Any] = {**values}
        await kind.update(columns).where(kind.id == row.id)
        if changed - HARMLESS:
            await _follow(tenant, activity, before, by, now, confirmed)
        else:
            await catalogue.touch()
        await _told(kind, row.id, by, "changed")


async def _require_never_booked(unit: Unit) -> None:
    """Refuse to change what a unit fills once it was booked: places are counted part by part."""
    if await Booking.exists().where(Booking.unit == unit.id):
        raise Refused("parts_booked")


async def _read(tenant: Tenant, activity: int) -> Catalogue:
    """Take every day to come of an activity, then return what is open."""
    await advisory(*(spot_name(activity, day) for day in coming(tenant.now().date())))
    return await catalogue.current()


def coming(today: date) -> list[date]:
    """Return the days that may be booked already: until the end of the next school year."""
    return list(days(today, year_bounds(school_year(today) + 1)[1]))


async def _told(kind: type[Any], number: int, by: int, what: str) -> None:
    name = NAMES[kind]
    await journal.record(
        f"periscolaire.{name}_{what}", f"periscolaire.{name}:{number}", account=by, side="office"
    )


async def _follow(
    tenant: Tenant, activity: int, before: Catalogue, by: int, now: datetime, confirmed: bool
) -> None:
    """Make the days to come follow what has just been written, or refuse the whole of it."""
    await catalogue.touch()
    after = await catalogue.fresh()
    today = now.date()
    found = consequences(
        await office.between([activity], today, date.max),
        doors_of(tenant, before, now),
        doors_of(tenant, after, now),
    )
    if found.stranded:
        raise Refused("stranded", found=found)
    if found.moving and not confirmed:
        raise Refused("moving", found=found)
    taking = await _moved(tenant, activity, before, after, found, now)
    if found.over:
        raise Refused("over", found=found)
    await settle(tenant, taking, by, "office", now)
    groups = [group.id for group in _groups(after, activity)]
    await offer_anew(tenant, groups, (today, coming(today)[-1]), by, now, after)


def consequences(standing: Iterable[Booked], before: Doors, after: Doors) -> Consequences:
    """Return the bookings that lose their service, and those that change groups, by this change.

    What was already so before is left as it is: a change of name moves nobody.
    """
    found = Consequences()
    for one in standing:
        if not _serves(after, one):
            if _serves(before, one):
                found.stranded.append(one)
            continue
        activity = after.catalogue.units[one.unit].activity
        group, was = _group(after, one, activity), _group(before, one, activity)
        gone = one.held.group not in after.catalogue.groups
        if group == was and not gone:
            continue
        if group is None:
            found.stranded.append(one)
        elif group != one.held.group:
            found.moving.append(Moving(one, group))
    return found


def _serves(doors: Doors, one: Booked) -> bool:
    unit = doors.catalogue.units.get(one.unit)
    if unit is None:
        return False
    activity = doors.catalogue.by_id[unit.activity]
    return activity.booked == "online" and doors.runs(activity, unit, one.day)


def _group(doors: Doors, one: Booked, activity: int) -> int | None:
    known = doors.catalogue.by_id.get(activity)
    school, _ = one.pupil.placed(one.day)
    group = known.group_of(school, age_on(one.pupil.born_on, one.day)) if known else None
    return group.id if group else None


async def _moved(
    tenant: Tenant,
    activity: int,
    before: Catalogue,
    after: Catalogue,
    found: Consequences,
    now: datetime,
) -> Taking:
    """Move whoever changes groups, and see which groups are then fuller than they may be."""
    children = sorted({one.booked.key[0] for one in found.moving})
    groups = {group.id for kept in (before, after) for group in _groups(kept, activity)}
    last = coming(now.date())[-1]
    gathered = await at_office(tenant, children, now.date(), last, now, groups=groups, known=after)
    taking, gained = gathered.taking(), set[Spot]()
    for one in found.moving:
        unit = after.units[one.booked.unit]
        held = taking.held.get(one.booked.key, one.booked.held)
        taking.put(one.booked.key, unit, "move", replace(held, group=one.group))
        gained |= set(taking.spots(one.group, unit, one.booked.day))
    full = _fuller(taking, before, after, gained)
    if full:
        found.over = await _past(activity, taking, full)
    return taking


def _fuller(taking: Taking, before: Catalogue, after: Catalogue, gained: set[Spot]) -> set[Spot]:
    """Return the spots this change makes too full; one that already was is left as it is."""
    full = set()
    for spot, fill in taking.fills.items():
        group = spot[0]
        if group not in after.groups or fill.capacity is None or fill.taken <= fill.capacity:
            continue
        had = places(before, group, fill.staff) if group in before.groups else 0
        if spot in gained or had is None or had > fill.capacity:
            full.add(spot)
    return full


def _groups(kept: Catalogue, activity: int) -> Iterable[Any]:
    return kept.by_id[activity].groups if activity in kept.by_id else ()


async def _past(activity: int, taking: Taking, full: set[Spot]) -> list[Booked]:
    """Return who is past the capacity of some spots: the last to have booked."""
    on_days = {day for _, day, _ in full}
    rows = await office.between([activity], min(on_days), max(on_days), ("booked", "offered"))
    return past(rows, taking, full)


def past(rows: Iterable[Booked], taking: Taking, full: Iterable[Spot]) -> list[Booked]:
    """Return the bookings past the capacity of some spots, in the order they were made."""
    found: dict[int, Booked] = {}
    on_day: dict[date, list[Booked]] = {}
    for one in rows:
        on_day.setdefault(one.day, []).append(one)
    for spot in full:
        group, day, part = spot
        there = [
            one
            for one in on_day.get(day, [])
            if taking.held.get(one.key, one.held).group == group
            and one.unit in taking.catalogue.units
            and taking.catalogue.units[one.unit].parts & part
        ]
        capacity = taking.fills[spot].capacity
        if capacity is not None:
            found |= {one.id: one for one in there[capacity:]}
    return sorted(found.values(), key=lambda one: (one.day, one.id))
