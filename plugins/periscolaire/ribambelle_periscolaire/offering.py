"""Places that came free: accepted, declined, or gone to the next when nobody answers in time."""

from datetime import date, datetime

from ribambelle import tenants
from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.booking import spot_name, tell
from ribambelle_periscolaire.domain.taking import Held, Taking
from ribambelle_periscolaire.gathering import at_office, gather
from ribambelle_periscolaire.queries import catalogue, waiting_lists
from ribambelle_periscolaire.settling import settle


async def accept(tenant: Tenant, person: Person, booking: int, now: datetime) -> bool:
    """Take a place that was offered; False when it no longer is."""
    return await _answer(tenant, person, booking, now, "accept", "booked")


async def decline(tenant: Tenant, person: Person, booking: int, now: datetime) -> bool:
    """Leave a place that was offered to the next in line; False when it no longer is."""
    return await _answer(tenant, person, booking, now, "decline", "cancelled")


async def _answer(
    tenant: Tenant, person: Person, booking: int, now: datetime, act: str, state: str
) -> bool:
    row = await waiting_lists.mine(person, booking, now.date())
    key = int(row.child), row.day, int(row.unit)
    async with transaction():
        await _lock(key[2], key[1])
        gathered = await gather(tenant, person, key[1], key[1], now)
        if gathered.doors.with_other(key[0], key[1]):
            raise NotYours  # the other parent books, pays and answers for that day
        taking, held = gathered.taking(), gathered.held.get(key)
        if held is None or held.state != "offered":
            return False
        if held.offered_until and held.offered_until <= now:
            _lapse(taking, key)
        else:
            after = Held(state, held.group, held.price, held.cents, held.payer)
            taking.put(key, taking.catalogue.units[key[2]], act, after)
        account, side = person.behalf.author if person.behalf else (person.account, "family")
        await settle(tenant, taking, account, side, now, priced_for=gathered)
        if person.behalf:
            await tell(person, person.behalf, taking.changes, now)
        return taking.changes[0].act == act


async def lapse(tenant: Tenant, child: int, day: date, unit: int, line: int) -> None:
    """Give a place nobody answered for to the next in line; a job, which may run twice."""
    now = tenant.now()
    async with transaction():
        await _lock(unit, day)
        gathered = await at_office(tenant, [child], day, day, now)
        taking, held = gathered.taking(), gathered.held.get((child, day, unit))
        if held is None or held.state != "offered" or held.line != line:
            return
        if held.offered_until and held.offered_until > now:
            return
        _lapse(taking, (child, day, unit))
        await settle(tenant, taking, None, "clock", now)


def _lapse(taking: Taking, key: tuple[int, date, int]) -> None:
    held = taking.held[key]
    taking.put(key, taking.catalogue.units[key[2]], "lapse", Held("cancelled", held.group))


async def _lock(unit: int, day: date) -> None:
    known = await catalogue.known()
    if unit not in known.units:
        known = await catalogue.current()
    if unit in known.units:
        await advisory(spot_name(known.units[unit].activity, day))


async def lapse_job(child: int, day: str, unit: int, line: int) -> None:
    """Take back, when its time is up, a place nobody answered for; a job."""
    await lapse(tenants.current(), child, date.fromisoformat(day), unit, line)
