"""An adult missing on a day: fewer children may come, and nobody who is booked is sent away."""

from datetime import date, datetime

from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_periscolaire.booking import spot_name
from ribambelle_periscolaire.domain.activities import PARTS
from ribambelle_periscolaire.queries import bookings, catalogue
from ribambelle_periscolaire.settling import offer_anew


async def write(
    tenant: Tenant, number: int, day: date, staff: int | None, by: int, now: datetime
) -> None:
    """Say how many adults a group has on a day; None for its usual ones.

    With more of them, who waits is offered the places; with fewer, only new bookings are refused.
    """
    async with transaction():
        known = await catalogue.current()
        group = known.groups.get(number)
        if group is None:
            raise NotYours
        await advisory(spot_name(group.activity, day))
        taken = 0
        for unit in known.by_id[group.activity].units:
            taken |= unit.parts
        await bookings.write_staff(number, day, [part for part in PARTS if taken & part], staff)
        await offer_anew(tenant, [number], (day, day), by, now)
        await journal.record(
            "periscolaire.staff_written",
            f"periscolaire.group:{number}",
            account=by,
            side="office",
            day=day.isoformat(),
            staff=staff,
        )
