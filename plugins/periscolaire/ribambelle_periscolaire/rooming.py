"""Coming into a waiting room: one rank for each home, kept whatever becomes of its phone."""

from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_periscolaire.domain.openings import EARLY, Opening, late_step
from ribambelle_periscolaire.domain.waiting_room import drawn
from ribambelle_periscolaire.queries import openings, rooms
from ribambelle_periscolaire.tables import Arrival


def ticket(household: int) -> str:
    """Return what a home is drawn by: both its adults bear the same.

    >>> ticket(12)
    'F-12'
    """
    return f"F-{household}"


async def come_in(tenant: Tenant, opening: Opening, person: Person) -> None:
    """Give a home its rank in a room; twice is once, unless it let its turn pass.

    The moment is read under the lock: who comes after cannot be written before.
    """
    if opening.mode != "room" or not person.household:
        raise NotYours
    async with transaction():
        await advisory(f"periscolaire.room:{opening.id}")
        now = tenant.now()
        if now < opening.begins_at - EARLY:
            raise Refused("room_not_yet", at=opening.begins_at - EARLY)
        row = await openings.one(opening.id)
        if row.cancelled_at or opening.is_over(now):
            raise Refused("room_over")
        stands = await rooms.place(opening, person.household, now)
        if stands and (stands.turn is None or now < stands.turn.until):
            return
        arrival = Arrival(
            opening=opening.id,
            household=person.household,
            account=person.account,
            round=stands.round + 1 if stands else 0,
            at=now,
        )
        if opening.is_before(now):
            seed = bytes.fromhex(row.seed)
            arrival.place = rooms.early_place(drawn(seed, ticket(person.household)))
        else:
            last, families = await rooms.last_step(opening)
            arrival.step = late_step(opening.step_at(now), last, families, opening.rate)
            arrival.place = rooms.late_place(await rooms.came_late(opening.id) + 1)
        await Arrival.insert(arrival)
        await journal.record(
            "periscolaire.room_entered",
            f"periscolaire.opening:{opening.id}",
            account=person.account,
            side="family",
        )
