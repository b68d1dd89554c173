"""Taking places: one short transaction that decides again all that the page showed.

Nothing the browser sent counts but which boxes to change: whose child, what price, until when and
how many are all read here, under the lock of the days asked.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import msgspec

from ribambelle.api import telling
from ribambelle.database import advisory, transaction
from ribambelle.errors import Refused
from ribambelle.identity import Person
from ribambelle.identity.person import Behalf
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_periscolaire.domain.doors import Reason
from ribambelle_periscolaire.domain.taking import Change, Line, Wanted
from ribambelle_periscolaire.gathering import gather
from ribambelle_periscolaire.queries import bookings, catalogue
from ribambelle_periscolaire.settling import settle

MOST_LINES = 2_000
FARTHEST = timedelta(days=430)
"""Nothing is booked, nor read, further than the next school year."""
Turns = WeakValueDictionary[int, asyncio.Lock]

TURNS = "periscolaire.turns"
Part = tuple[Person, Sequence[Wanted]]
"""Some lines, and the adult by whose rules and for whose account they are decided."""
Keep = Callable[[list[Line]], Awaitable[None]]


class AlreadyAnswered(Exception):
    """The same request came before: nothing is done again, its answer is given again."""


async def save(
    tenant: Tenant,
    person: Person,
    wanted: Sequence[Wanted],
    key: str,
    now: datetime,
    *,
    is_late: bool = False,
) -> list[Line]:
    """Decide and write every line a family asks; the same request sent twice is done once.

    :param key: names the request: made with the page.
    :param is_late: an agent passes over the families' deadline.
    """

    async def keep(lines: list[Line]) -> None:
        if not await bookings.remember(person, key, written(lines), now):
            raise AlreadyAnswered

    try:
        return await take(tenant, [(person, wanted)], now, keep, is_late=is_late)
    except AlreadyAnswered:
        return read(await bookings.answered(person, key))


async def take(
    tenant: Tenant,
    parts: Sequence[Part],
    now: datetime,
    keep: Keep,
    *,
    is_late: bool = False,
) -> list[Line]:
    """Decide and write lines of one or several adults, all kept or none.

    :param keep: told of the lines in the same transaction, to remember what was answered.
    """
    wanted = [one for _, asked in parts for one in asked]
    if not wanted:
        return []
    if len(wanted) > MOST_LINES:
        raise Refused("too_many_lines", allowed=MOST_LINES)
    if any(abs(one.day - now.date()) > FARTHEST for one in wanted):
        return [Line(one, "refused", Reason("no_service")) for one in wanted]
    kept = await catalogue.known()
    if any(one.unit not in kept.units for one in wanted):
        kept = await catalogue.current()  # opened since: what is not known cannot be locked
    named = {kept.units[one.unit].activity for one in wanted if one.unit in kept.units}
    lines: list[Line] = []
    prices: dict[str, int] = {}
    async with _in_turn(tenant, named), transaction():
        await lock(kept, wanted)
        for person, asked in parts:
            decided, priced = await _decided(tenant, person, asked, now, is_late)
            lines += decided
            prices |= priced
        await keep(lines)
    bookings.trust(prices)
    return lines


async def lock(kept: Any, wanted: Iterable[Wanted]) -> None:
    """Take the days and the children asked, in one order: nobody else decides about them now."""
    names = set()
    for one in wanted:
        names.add(f"periscolaire.child:{one.child}")
        if one.unit in kept.units:
            names.add(spot_name(kept.units[one.unit].activity, one.day))
    await advisory(*sorted(names))


def spot_name(activity: int, day: date) -> str:
    """Return the name of what is locked to take a place: one activity, one day."""
    return f"periscolaire.places:{activity}:{day}"


async def _decided(
    tenant: Tenant,
    person: Person,
    wanted: Sequence[Wanted],
    now: datetime,
    is_late: bool,
) -> tuple[list[Line], dict[str, int]]:
    days = [one.day for one in wanted]
    gathered = await gather(tenant, person, min(days), max(days), now)
    if is_late:
        gathered = gathered.past_cut_off()
    taking = gathered.taking()
    lines = taking.decide(wanted)
    account, side = person.behalf.author if person.behalf else (person.account, "family")
    await settle(tenant, taking, account, side, now, priced_for=gathered)
    if person.behalf and taking.changes:
        await tell(person, person.behalf, taking.changes, now)
    return lines, taking.prices


async def tell(person: Person, behalf: Behalf, changes: Sequence[Change], now: datetime) -> None:
    """Write in the journal what was done in a family's name, so that it is told of it.

    The events alone are the plugin's own; a whole class booked has its own line.
    """
    about = telling.about(person.account, person.adult)
    if behalf.token:
        children = sorted({change.key[0] for change in changes})
        await journal.record("booking.changed", about, account=person.account, children=children)
        await telling.tell_later(behalf, person.adult, now)
    elif behalf.errand:
        await journal.record("booking.changed", about, account=person.account)


@asynccontextmanager
async def _in_turn(tenant: Tenant, activities: Iterable[int]) -> AsyncIterator[None]:
    """Wait for one's turn on each activity, in one order, before opening a transaction."""
    turns: Turns = tenant.engine.kept.setdefault(TURNS, WeakValueDictionary())
    async with AsyncExitStack() as stack:
        for number in sorted(activities):
            turn = turns.get(number)
            if turn is None:
                turn = turns[number] = asyncio.Lock()
            await stack.enter_async_context(turn)
        yield


def written(lines: Sequence[Line]) -> str:
    """Return an answer as it is kept."""
    return msgspec.json.encode(lines).decode()


def read(text: str) -> list[Line]:
    """Return an answer that was kept."""
    return msgspec.json.decode(text, type=list[Line]) if text else []
