"""What was decided becomes what stands: freed places offered on, prices kept, everything written."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.domain.taking import Change, Key, Taking, Waiting, offer
from ribambelle_periscolaire.gathering import Gathered, at_office
from ribambelle_periscolaire.pricing import priced
from ribambelle_periscolaire.queries import bookings, pupils
from ribambelle_periscolaire.settings import Settings


async def settle(
    tenant: Tenant,
    taking: Taking,
    account: int | None,
    side: str,
    now: datetime,
    *,
    priced_for: Gathered | None = None,
) -> None:
    """Offer on what came free, price, write; nothing when nothing changed. Under the lock.

    :param priced_for: the family whose bookings change; None when nobody's price can.
    """
    if not taking.changes and not taking.freed:
        return
    await pass_on(tenant, taking, now)
    changes = await priced(tenant, priced_for, taking) if priced_for else taking.changes
    last = await bookings.write(changes, account, side, now)
    await bookings.write_loads({spot: taking.fills[spot] for spot in taking.touched})
    for each, held in last.items():
        if held.state == "offered" and held.offered_until:
            await _announce(each, held.line, held.offered_until)


async def offer_anew(
    tenant: Tenant,
    groups: Iterable[int],
    days: tuple[date, date],
    account: int,
    now: datetime,
    known: Catalogue | None = None,
) -> None:
    """Offer every place some groups have free between two days to those who wait; under the lock."""
    gathered = await at_office(tenant, [], *days, now, groups=groups, known=known)
    taking = gathered.taking()
    for (group, day, _), fill in taking.fills.items():
        if fill.waiting and fill.has_room:
            taking.freed.add((group, day))
    await settle(tenant, taking, account, "office", now)


async def pass_on(tenant: Tenant, taking: Taking, now: datetime) -> list[Change]:
    """Offer the places that were given back to those who wait for them, in their order."""
    freed = {
        (group, day)
        for group, day in taking.freed
        if any(
            spot[:2] == (group, day) and fill.waiting and fill.has_room
            for spot, fill in taking.fills.items()
        )
    }
    if not freed:
        return []
    days = [day for _, day in freed]
    found = await bookings.waiting((group for group, _ in freed), min(days), max(days))
    theirs = [
        one
        for one in found
        # what was just decided of somebody who waited is not written yet
        if (one.held.group, one.key[1]) in freed and taking.held.get(one.key, one.held) == one.held
    ]
    theirs = await _not_closed(taking, theirs)
    return offer(taking, theirs, answer_times(tenant, taking, theirs, now))


async def _not_closed(taking: Taking, waiting: list[Waiting]) -> list[Waiting]:
    """Leave out those whose day is closed: a place there is nobody's."""
    closures = taking.catalogue.closures
    asked = [
        one
        for one in waiting
        if any(closed.first <= one.key[1] <= closed.last for closed in closures)
    ]
    if not asked:
        return waiting
    years = sorted(school_year(one.key[1]) for one in asked)
    numbers = sorted({one.key[0] for one in asked})
    family = await pupils.family_of_children(numbers, (years[0], years[-1]))
    shut = {
        one.key
        for one in asked
        if (activity := taking.catalogue.activity_of(one.key[2]))
        and taking.doors.closed(family.pupils[one.key[0]], activity, one.key[1])
    }
    return [one for one in waiting if one.key not in shut]


def answer_times(
    tenant: Tenant, taking: Taking, waiting: Iterable[Waiting], now: datetime
) -> dict[Key, datetime]:
    """Return until when each may answer an offer: some hours, and never past the last moment to book."""
    most = now + timedelta(hours=tenant.of(Settings).offer_hours)
    found = {}
    for one in waiting:
        unit = taking.catalogue.units[one.key[2]]
        activity = taking.catalogue.by_id[unit.activity]
        verdict = taking.doors.verdict(activity, unit, "add", one.key[1], False)
        if verdict.open:
            found[one.key] = min(most, verdict.until) if verdict.until else most
    return found


async def _announce(key: Key, line: int, until: datetime) -> None:
    child, day, unit = key
    about: dict[str, Any] = {"child": child, "day": day, "unit": unit, "line": line}
    name = f"{child}:{day}:{unit}:{line}"
    await later("periscolaire", "tell_offer", once=f"periscolaire.offer:{name}", **about)
    await later("periscolaire", "lapse", once=f"periscolaire.lapse:{name}", at=until, **about)
