"""Writing to families what happened to their bookings: once, to whoever may book for the child."""

from datetime import UTC, date, datetime

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import limits, responsibilities
from ribambelle.identity.tables import Child
from ribambelle.messages import post
from ribambelle.web.formats import jour
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.queries import catalogue

NEVER_AGAIN = datetime(2026, 1, 1, tzinfo=UTC)
"""One window for ever: what is counted in it happens once."""


async def tell_offer(child: int, day: str, unit: int, line: int) -> None:
    """Tell the adults who may book for a child that a place is theirs to take; a job."""
    tenant, on = tenants.current(), date.fromisoformat(day)
    now = tenant.now()
    row = await tables.Booking.objects().get(
        (tables.Booking.child == child)
        & (tables.Booking.day == on)
        & (tables.Booking.unit == unit)
        & (tables.Booking.line == line)
        & (tables.Booking.state == "offered")
    )
    known = await catalogue.current()
    if row is None or row.offered_until is None or unit not in known.units:
        return
    async with transaction():
        if await limits.count(f"periscolaire.offer:{row.id}:{line}", now) > 1:
            return
        await _write(child, row.offered_until.astimezone(tenant.zone), on, unit)


async def _write(child: int, until: datetime, day: date, unit: int) -> None:
    tenant, known = tenants.current(), await catalogue.current()
    whole = await Child.objects().get(Child.id == child)
    activity = known.activity_of(unit)
    place = (
        activity.name if len(activity.units) == 1 else f"{activity.name}, {known.units[unit].name}"
    )
    for held in await responsibilities.of_children([child], tenant.now().date()):
        if held.rights.may_book and held.account:
            await post(
                "periscolaire/messages/offer",
                held.email,
                account=held.account,
                name=held.name.split(" ")[0],
                child=whole.given_name if whole else "",
                place=f"{place}, {jour(day)}",
                until=until,
                link=tenant.url("/periscolaire/offres"),
            )


async def tell_unplanned(child: int, day: str, unit: int) -> None:
    """Tell the adults who may book for a child that it came without a booking, once; a job."""
    tenant, on = tenants.current(), date.fromisoformat(day)
    now = tenant.now()
    stands = tables.Attendance
    standing = (stands.child == child) & (stands.day == on) & (stands.unit == unit)
    there = await stands.exists().where(
        standing & stands.is_unplanned.eq(True) & (stands.state == "present")
    )
    known = await catalogue.current()
    if not there or unit not in known.units:
        return
    whole = await Child.objects().get(Child.id == child)
    async with transaction():
        if await limits.count(f"periscolaire.unplanned:{child}:{day}:{unit}", NEVER_AGAIN) > 1:
            return
        for held in await responsibilities.of_children([child], now.date()):
            if held.rights.may_book and held.account:
                await post(
                    "periscolaire/messages/unplanned",
                    held.email,
                    account=held.account,
                    name=held.name.split(" ")[0],
                    child=whole.given_name if whole else "",
                    place=f"{known.activity_of(unit).name}, {jour(on)}",
                    link=tenant.url("/messages"),
                )
