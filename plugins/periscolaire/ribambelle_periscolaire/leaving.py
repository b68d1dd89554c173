"""A child leaves: its enrolment ends, what was booked after its last day is given back, unbilled."""

from datetime import date, datetime, timedelta

from ribambelle.database import transaction
from ribambelle.tenants import Tenant
from ribambelle.workflow import fire, journal
from ribambelle.workflow.declaration import Side
from ribambelle_periscolaire.booking import lock
from ribambelle_periscolaire.domain.calendar import year_bounds
from ribambelle_periscolaire.domain.taking import Held, Key, Wanted
from ribambelle_periscolaire.gathering import at_office
from ribambelle_periscolaire.queries import bookings, catalogue, enrolments
from ribambelle_periscolaire.queries.enrolments import One
from ribambelle_periscolaire.repricing import again
from ribambelle_periscolaire.settling import settle
from ribambelle_periscolaire.tables import Enrolment

LIVE = frozenset({"booked", "waiting", "offered", "absent"})
DAY = timedelta(days=1)


async def end(
    tenant: Tenant, one: One, last: date, account: int | None, side: Side, now: datetime
) -> int:
    """End an enrolment after a last day, and return how many bookings are cancelled.

    A last day still to come only cancels what follows it: the enrolment itself ends that night.
    """
    child, year = int(one.child.id), int(one.row.year)
    first = max(last + DAY, now.date())
    cancelled = 0
    async with transaction():
        await Enrolment.update({Enrolment.ends_on: last}).where(Enrolment.id == one.id)
        if last <= now.date():
            await fire(int(one.demande.id), "end", side=side, account=account)
        else:
            await journal.record(
                "periscolaire.enrolment_ending",
                f"demande:{one.demande.id}",
                account=account,
                side=side,
                last=last.isoformat(),
            )
        cancelled += await cancel(tenant, child, None, first, year, account, side, now)
    # what the family booked while we waited for the locks
    async with transaction():
        cancelled += await cancel(tenant, child, None, first, year, account, side, now)
        if last <= now.date():
            await again(tenant, int(one.child.household), account, side, now)
    return cancelled


async def change_activities(
    tenant: Tenant, one: One, wanted: frozenset[int], account: int, now: datetime
) -> int:
    """Change what an accepted enrolment is for; what was booked in what goes is cancelled."""
    gone = one.activities - wanted
    async with transaction():
        await enrolments.set_activities(one.id, wanted)
        await journal.record(
            "periscolaire.activities_changed",
            f"demande:{one.demande.id}",
            account=account,
            side="office",
            added=sorted(wanted - one.activities),
            gone=sorted(gone),
        )
        if not gone:
            return 0
        child, year = int(one.child.id), int(one.row.year)
        return await cancel(tenant, child, gone, now.date() + DAY, year, account, "office", now)


async def cancel(
    tenant: Tenant,
    child: int,
    activities: frozenset[int] | None,
    first: date,
    year: int,
    account: int | None,
    side: Side,
    now: datetime,
) -> int:
    """Give back what a child booked from a day to the end of its school year; in a transaction.

    :param activities: None for all.
    """
    first, last = max(first, year_bounds(year)[0]), year_bounds(year)[1]
    if first > last:
        return 0
    known = await catalogue.current()

    def concerned(held: dict[Key, Held]) -> list[Key]:
        return [
            key
            for key, each in sorted(held.items())
            if each.state in LIVE
            and key[2] in known.units
            and (activities is None or known.units[key[2]].activity in activities)
        ]

    seen = concerned(await bookings.of_children([child], first, last))
    if not seen:
        return 0
    await lock(known, [Wanted(child, unit, day, "cancel") for _, day, unit in seen])
    gathered = await at_office(tenant, [child], first, last, now)
    taking = gathered.taking()
    standing = [key for key in concerned(gathered.held) if key in seen]
    for key in standing:
        held = taking.held[key]
        after = Held("cancelled", held.group, payer=held.payer)
        taking.put(key, taking.catalogue.units[key[2]], "cancel", after)
    await settle(tenant, taking, account, side, now)
    return len(standing)
