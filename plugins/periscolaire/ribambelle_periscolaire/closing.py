"""Days that do not run: declared at once, their bookings closed, and opened again when lifted.

A closure and what it closes are written together, under the lock of the days it speaks of: a family
that books at the same instant is either closed with the others, or refused.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ribambelle.database import advisory, transaction
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_periscolaire.booking import spot_name
from ribambelle_periscolaire.domain.bookings import before_closed
from ribambelle_periscolaire.domain.calendar import days
from ribambelle_periscolaire.domain.catalogue import Catalogue, in_order
from ribambelle_periscolaire.domain.closures import Closed, stopping
from ribambelle_periscolaire.domain.taking import Held, Taking
from ribambelle_periscolaire.gathering import Gathered, at_office
from ribambelle_periscolaire.queries import catalogue, closures, office
from ribambelle_periscolaire.queries.office import Booked
from ribambelle_periscolaire.settling import offer_anew, settle
from ribambelle_periscolaire.tables import Closure


@dataclass(frozen=True, slots=True)
class Concerned:
    """The bookings a closure closes."""

    bookings: list[Booked]

    @property
    def children(self) -> int:
        """How many children they are for."""
        return len({one.key[0] for one in self.bookings})

    @property
    def by_state(self) -> Counter[str]:
        """How many stand in each state."""
        return Counter(one.state for one in self.bookings)


@dataclass
class Reopened:
    """What lifting a closure gives back."""

    back: list[Booked] = field(default_factory=list)
    left: list[Booked] = field(default_factory=list)
    """Those who found their place gone: nothing is booked for them any more."""


def closed_of(row: Closure) -> Closed:
    """Return a closure as the rule reads it."""
    return Closed(
        row.id or 0,
        row.first,
        row.last,
        row.reason,
        row.activity,
        row.school,
        row.class_name,
        row.note,
    )


def named(known: Catalogue, row: Closure) -> list[int]:
    """Return the activities a closure speaks of."""
    return [one.id for one in known.activities if row.activity in (None, one.id)]


async def preview(row: Closure, today: date) -> Concerned:
    """Return what a closure would close, from today on."""
    return await _concerned(await catalogue.current(), row, today, office.STANDING)


async def _concerned(
    known: Catalogue, row: Closure, today: date, states: Sequence[str]
) -> Concerned:
    closed = closed_of(row)
    rows = await office.between(named(known, row), max(row.first, today), row.last, states)
    return Concerned(
        [one for one in rows if one.unit in known.units and _stops(known, closed, one)]
    )


def _stops(known: Catalogue, closed: Closed, one: Booked) -> bool:
    activity = known.units[one.unit].activity
    return closed.stops(activity, *one.pupil.placed(one.day), one.day)


async def declare(tenant: Tenant, row: Closure, by: int, now: datetime) -> int:
    """Close days and all that is booked on them; the same closure declared twice is one.

    Nothing of a closed day is due: no price stays. Days that are past keep what happened.
    """
    async with transaction():
        known = await catalogue.current()
        await lock(known, row)
        if number := await closures.same(row):
            return number
        made = await Closure.insert(row).returning(Closure.id)
        row.id = int(made[0]["id"])
        await catalogue.touch()
        known = await catalogue.fresh()
        found = await _concerned(known, row, now.date(), office.STANDING)
        taking = (await _gathered(tenant, known, row, found.bookings, now)).taking()
        close(taking, found.bookings)
        await settle(tenant, taking, by, "office", now)
        await _told(row.id, by, "closed")
    return row.id


def close(taking: Taking, standing: Iterable[Booked]) -> None:
    """Close bookings: nobody is expected, nothing is due."""
    for one in standing:
        after = Held("closed", one.held.group, payer=one.held.payer, absence=one.held.absence)
        taking.put(one.key, taking.catalogue.units[one.unit], "close", after)


async def lift(tenant: Tenant, number: int, by: int, now: datetime) -> Reopened:
    """Open closed days again: each booking comes back as it was where its place is still free.

    Lifting twice is once. A day that another closure stops stays closed.
    """
    async with transaction():
        row = await closures.one(number)
        await lock(await catalogue.current(), row)
        changed = (
            await Closure.update({Closure.lifted_at: now})
            .where((Closure.id == number) & Closure.lifted_at.is_null())
            .returning(Closure.id)
        )
        if not changed:
            return Reopened()
        await catalogue.touch()
        known = await catalogue.fresh()
        found = await _concerned(known, row, now.date(), ("closed",))
        gathered = await _gathered(tenant, known, row, found.bookings, now)
        taking = gathered.taking()
        done = await _reopen(taking, found.bookings)
        await settle(tenant, taking, by, "office", now)
        groups = {held.group for held in taking.held.values()}
        await offer_anew(tenant, groups, (row.first, row.last), by, now, known)
        await _told(number, by, "lifted")
    return done


async def _reopen(taking: Taking, shut: list[Booked]) -> Reopened:
    """Give each booking back what it was before it was closed, those that had a place first."""
    known, done = taking.catalogue, Reopened()
    free = [one for one in shut if not _still_closed(known, one)]
    if not free:
        return done
    span = [one.day for one in free]
    told = await closures.stories(sorted({one.key[0] for one in free}), min(span), max(span))
    stood = {one.key: before_closed(told[one.key]) for one in free}
    ranks = {unit.id: rank for rank, unit in enumerate(in_order(list(known.units.values())))}
    for one in sorted(free, key=lambda each: (ranks[each.unit], each.id)):
        was = stood[one.key]
        if was.state in {"booked", "absent"}:
            if was.state == "booked" and not _fits(taking, one):
                done.left.append(one)
                continue
            after = replace(one.held, state=was.state, price=was.price)
            taking.put(one.key, known.units[one.unit], "reopen", after)
            done.back.append(one)
    # whoever waited, or had not answered an offer, waits again: in the order they came
    waited = [one for one in free if stood[one.key].state in {"waiting", "offered"}]
    for one in sorted(waited, key=lambda each: stood[each.key].line):
        taking.put(one.key, known.units[one.unit], "wait", replace(one.held, state="waiting"))
        done.back.append(one)
    return done


def _fits(taking: Taking, one: Booked) -> bool:
    """Tell whether a booking finds its place again, and the unit it needs beside it."""
    child, day, number = one.key
    unit = taking.catalogue.units[number]
    if unit.needs:
        needed = taking.held.get((child, day, unit.needs))
        if needed is None or needed.state != "booked":
            return False
    return all(taking.fills[spot].has_room for spot in taking.spots(one.held.group, unit, day))


def _still_closed(known: Catalogue, one: Booked) -> bool:
    activity, pupil = known.units[one.unit].activity, one.pupil
    found = stopping(known.closures, activity, *pupil.placed(one.day), one.day)
    return found is not None


async def lock(known: Catalogue, row: Closure) -> None:
    """Take every day of every activity a closure speaks of: nobody else decides about them now."""
    await advisory(
        *(
            spot_name(activity, day)
            for activity in named(known, row)
            for day in days(row.first, row.last)
        )
    )


async def _gathered(
    tenant: Tenant, known: Catalogue, row: Closure, concerned: list[Booked], now: datetime
) -> Gathered:
    children = sorted({one.key[0] for one in concerned})
    groups = {group.id for number in named(known, row) for group in known.by_id[number].groups}
    return await at_office(tenant, children, row.first, row.last, now, groups=groups, known=known)


async def _told(number: int, by: int, what: str) -> None:
    await journal.record(
        f"periscolaire.days_{what}", f"periscolaire.closure:{number}", account=by, side="office"
    )
    once = f"periscolaire.closure:{number}:{what}"
    await later("periscolaire", "tell_closure", once=once, closure=number, what=what)
