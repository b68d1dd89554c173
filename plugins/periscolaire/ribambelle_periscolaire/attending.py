"""Marks become what stands: each once, under the lock of the day, whoever sends it, however often."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_periscolaire.billing import settle_day
from ribambelle_periscolaire.booking import spot_name
from ribambelle_periscolaire.domain import attendance as rules
from ribambelle_periscolaire.domain.catalogue import Activity, Catalogue, Group, Unit
from ribambelle_periscolaire.queries import attendance, catalogue, dues

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Marker:
    """Who marks: a member of staff or a tablet, for some schools or for all."""

    account: int | None = None
    device: int | None = None
    schools: frozenset[int] | None = None
    """None for all."""
    expires_at: datetime | None = None

    def sees(self, school: int | None) -> bool:
        """Tell whether a child of this school is theirs to see."""
        return self.schools is None or school in self.schools

    def enters(self, group: Group) -> bool:
        """Tell whether a group may hold children of theirs."""
        return self.schools is None or group.school is None or group.school in self.schools


class Sent(msgspec.Struct, frozen=True):
    """One mark as a tablet sends it."""

    id: str
    roll: int
    day: date
    child: int
    unit: int
    act: str
    at: datetime


@dataclass
class Answer:
    """What became of a batch: the events that are kept, and why the others are not."""

    kept: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    conflicts: list[tuple[int, int]] = field(default_factory=list)
    """Children and units of which two people disagree."""


@dataclass
class Sheet:
    """One group on one day, as this person may see it."""

    activity: Activity
    group: Group
    day: date
    expected: dict[tuple[int, int], dict[str, Any]]
    standing: dict[tuple[int, int], dict[str, Any]]
    others: dict[int, dict[str, Any]]
    locked_at: datetime | None

    @property
    def units(self) -> list[Unit]:
        """What the group may be marked for that day."""
        return [
            unit for unit in self.activity.units if unit.weekdays >> self.day.weekday() & 1
        ] or list(self.activity.units)

    def holds(self, child: int, unit: int) -> bool:
        """Tell whether a child may be marked here."""
        known = child in self.others or any(key[0] == child for key in self.expected)
        return known and unit in {one.id for one in self.activity.units}

    def unplanned(self, child: int, unit: int) -> bool:
        """Tell whether a child would come without a booking."""
        return (child, unit) not in self.expected


async def sheet(known: Catalogue, marker: Marker, group: int, day: date) -> Sheet:
    """Return a group on a day; one of another school does not exist."""
    found = known.groups.get(group)
    if found is None or not marker.enters(found):
        raise NotYours
    activity = known.by_id[found.activity]
    expected = await attendance.expected(group, day)
    stands = await attendance.standing(group, day)
    others = await attendance.receivable(activity, found, day)
    return Sheet(
        activity,
        found,
        day,
        {(one["child"], one["unit"]): one for one in expected if marker.sees(one["school"])},
        {key: one for key, one in stands.items() if marker.sees(one["school"])},
        {one["child"]: one for one in others if marker.sees(one["school"])},
        (await attendance.locked(day)).get(activity.id),
    )


async def take(tenant: Tenant, marker: Marker, sent: Sequence[Sent], now: datetime) -> Answer:
    """Keep every mark of a batch that may be; the same batch twice changes nothing more."""
    if len(sent) > MOST:
        raise Refused("too_many_marks", allowed=MOST)
    known = await catalogue.current()
    answer = Answer()
    rolls: dict[tuple[int, date], list[Sent]] = {}
    for one in sent:
        rolls.setdefault((one.roll, one.day), []).append(one)
    names = {
        spot_name(known.groups[roll].activity, day) for roll, day in rolls if roll in known.groups
    }
    async with transaction():
        await advisory(*sorted(names))
        for (roll, day), some in sorted(rolls.items()):
            try:
                found = await sheet(known, marker, roll, day)
            except NotYours:
                answer.refused |= {one.id: "unknown" for one in some}
                continue
            await _roll(tenant, marker, found, some, now, answer)
    return answer


async def _roll(
    tenant: Tenant, marker: Marker, found: Sheet, sent: list[Sent], now: datetime, answer: Answer
) -> None:
    kept = {}
    for one in sent:
        if why := _refusal(found, one, now.astimezone(tenant.zone).date()):
            answer.refused[one.id] = why
        else:
            kept[one.id] = one
    rows = [_row(tenant, marker, one, now) for one in kept.values()]
    fresh = await attendance.add(rows)
    answer.kept += sorted(kept)
    touched = {(one.child, one.unit) for one in kept.values() if one.id in fresh}
    answer.conflicts += await _stand(found, touched, now)
    for child, unit in sorted(touched):
        if found.unplanned(child, unit):
            once = f"periscolaire.unplanned:{child}:{found.day}:{unit}"
            told: dict[str, Any] = {"child": child, "day": str(found.day), "unit": unit}
            await later("periscolaire", "tell_unplanned", once=once, **told)


def _refusal(found: Sheet, one: Sent, today: date) -> str:
    if not found.holds(one.child, one.unit):
        return "unknown"
    if found.locked_at is not None:
        return "locked"
    if not rules.may_mark(one.day, today):
        return "not_that_day"
    return "" if one.act in rules.ACTS and 0 < len(one.id) <= 36 else "unreadable"


def _row(tenant: Tenant, marker: Marker, one: Sent, now: datetime) -> tuple[Any, ...]:
    at = rules.when(one.at, now, one.day, tenant.zone)
    minutes = rules.minutes(at, tenant.zone)
    arrived = minutes if one.act == "present" else None
    left = minutes if one.act == "left" else None
    absence = "unjustified" if one.act == "absent" else ""
    told = (one.id, one.child, one.day, one.unit, one.act, absence, arrived, left)
    return (*told, marker.device, marker.account, False, "", at, now)


async def _stand(
    found: Sheet, touched: set[tuple[int, int]], now: datetime
) -> list[tuple[int, int]]:
    marks = await attendance.marks(sorted({child for child, _ in touched}), found.day)
    stands = []
    for child, unit in sorted(touched):
        key = child, found.day, unit
        one = rules.standing(attendance.read(row) for row in marks[key])
        stands.append((key, found.group.id, one, found.unplanned(child, unit)))
    await attendance.stand(stands, now)
    return [(key[0], key[2]) for key, _, one, _ in stands if one.has_conflict]


@dataclass(frozen=True, slots=True)
class Correction:
    """What an agent says stands, and why."""

    state: str
    absence: str
    arrived: int | None
    left: int | None
    reason: str


async def correct(
    tenant: Tenant,
    found: Sheet,
    child: int,
    unit: int,
    told: Correction,
    event: str,
    by: int,
    now: datetime,
) -> None:
    """Write what an agent corrects, locked day or not: before every tablet, with its reason."""
    if not found.holds(child, unit) and (child, unit) not in found.standing:
        raise NotYours
    async with transaction():
        await advisory(spot_name(found.activity.id, found.day))
        absence = told.absence if told.state == "absent" else ""
        row = (event, child, found.day, unit, told.state, absence, told.arrived, told.left)
        fresh = await attendance.add([(*row, None, by, True, told.reason, now, now)])
        if not fresh:
            return
        await _stand(found, {(child, unit)}, now)
        about = f"periscolaire.attendance:{child}:{found.day}:{unit}"
        was_locked = found.locked_at is not None
        if was_locked:
            await dues.forget((child, found.day, unit))
            await settle_day(tenant, found.activity, found.day, now, child)
        facts: dict[str, Any] = {"state": told.state, "absence": absence, "locked": was_locked}
        act = "periscolaire.attendance_corrected"
        await journal.record(act, about, account=by, side="office", **facts)


async def close(tenant: Tenant, activity: Activity, day: date, by: int, now: datetime) -> bool:
    """Lock an activity on a day: its marks are final and priced; False when they already were."""
    async with transaction():
        await advisory(spot_name(activity.id, day))
        if not await attendance.lock(activity.id, day, by, now):
            return False
        await settle_day(tenant, activity, day, now)
        about = f"periscolaire.roll:{activity.id}:{day}"
        await journal.record("periscolaire.roll_locked", about, account=by, side="office")
    return True
