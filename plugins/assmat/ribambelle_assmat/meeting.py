"""Meetings of a relais: announced, registered for, given up; the last place is never taken twice."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from ribambelle import tenants
from ribambelle.appointments import slots
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.messages import post
from ribambelle.web import formats
from ribambelle.workflow import journal
from ribambelle_assmat import contacting
from ribambelle_assmat.domain.events import Meeting, closed
from ribambelle_assmat.queries import directory
from ribambelle_assmat.settings import Settings
from ribambelle_assmat.tables import Attendance, Event, Place


@dataclass(frozen=True, slots=True)
class Seen:
    """A meeting, with how many come; `mine`: whoever looks is one of them."""

    row: Event
    taken: int
    mine: bool = False

    @property
    def hours(self) -> str:
        """From when to when, in words."""
        return f"de {hour(self.row.begins)} à {hour(self.row.ends)}"

    @property
    def left(self) -> int:
        """How many may still come."""
        return max(0, int(self.row.places) - self.taken)

    def closed(self, now: datetime) -> str:
        """Why nobody may register, as a code of domain.events.WORDS."""
        return closed(_rule(self.row), self.taken, now)


def hour(minutes: int) -> str:
    """Write an hour of a day.

    >>> hour(570).replace(chr(160), " ")
    '9 h 30'
    """
    return formats.heure(time(minutes // 60, minutes % 60))


async def coming(relais: list[int], today: date, childminder: int = 0) -> list[Seen]:
    """Return the meetings of some relais from today on, the soonest first; cancelled ones too."""
    if not relais:
        return []
    rows = (
        await Event.objects()
        .where(Event.relais.is_in(relais) & (Event.day >= today))
        .order_by(Event.day)
        .order_by(Event.begins)
        .limit(100)
    )
    return await _seen(rows, childminder)


async def one(number: int, relais: int) -> Seen:
    """Return a meeting of a relais, or behave as if it did not exist."""
    row = await Event.objects().get((Event.id == number) & (Event.relais == relais))
    if row is None:
        raise NotYours
    return (await _seen([row], 0))[0]


async def registered(number: int) -> list[str]:
    """Return who comes to a meeting, by name."""
    rows = await Attendance.select(
        Attendance.childminder.given_name,
        Attendance.childminder.family_name,
        Attendance.childminder.usual_name,
    ).where(Attendance.event == number)
    return sorted(
        f"{row['childminder.usual_name'] or row['childminder.family_name']}"
        f" {row['childminder.given_name']}"
        for row in rows
    )


async def announce(event: Event, person: Person) -> int:
    """Announce a meeting to the childminders of its relais."""
    async with transaction():
        number = int((await Event.insert(event).returning(Event.id))[0]["id"])
        await _record("assmat.event_announced", number, person)
    return number


async def cancel(number: int, relais: int, person: Person, now: datetime) -> int:
    """Cancel a meeting, and tell whoever was to come; twice is once. Return how many are told."""
    tenant = tenants.current()
    async with transaction():
        await locks.advisory(f"assmat.event:{number}")
        seen = await one(number, relais)
        if seen.row.cancelled_at is not None:
            return 0
        await Event.update({Event.cancelled_at: now}).where(Event.id == number)
        rows = await Attendance.select(Attendance.childminder).where(Attendance.event == number)
        for row in rows:
            her = await directory.one(row["childminder"])
            email, account = await contacting.address(her)
            if email:
                await post(
                    "assmat/messages/event_cancelled",
                    email,
                    account=account,
                    name=her.given_name,
                    title=seen.row.title,
                    day=formats.jour(seen.row.day),
                    link=tenant.url(f"/assmat/espace/{her.id}/relais"),
                )
        await _record("assmat.event_cancelled", number, person)
    return len(rows)


async def register(number: int, relais: list[int], childminder: int, person: Person) -> None:
    """Register a childminder. Raises Refused(full, past, cancelled); twice is once."""
    async with transaction():
        # of two who want the last place, the second counts the first
        await locks.advisory(f"assmat.event:{number}")
        row = await _of(number, relais)
        taken = await Attendance.count().where(Attendance.event == number)
        if await Attendance.exists().where(_hers(number, childminder)):
            return
        now = tenants.current().now()
        if why := closed(_rule(row), taken, now):
            raise Refused(why)
        await Attendance.insert(
            Attendance(event=number, childminder=childminder, registered_at=now)
        )
        await _record("assmat.event_registered", number, person, childminder=childminder)


async def withdraw(number: int, relais: list[int], childminder: int, person: Person) -> None:
    """Give up a place: it is free again at once."""
    async with transaction():
        await locks.advisory(f"assmat.event:{number}")
        await _of(number, relais)
        if await Attendance.exists().where(_hers(number, childminder)):
            await Attendance.delete().where(_hers(number, childminder))
            await _record("assmat.event_left", number, person, childminder=childminder)


async def of_childminder(number: int) -> list[int]:
    """Return the codes of the relais that serve a childminder."""
    places = await Place.select(Place.insee, Place.quartier).where(Place.childminder == number)
    return [
        one.code
        for one in tenants.current().of(Settings).relais
        if one.code and any(one.serves(place["insee"], place["quartier"]) for place in places)
    ]


async def _of(number: int, relais: list[int]) -> Event:
    row = await Event.objects().get(Event.id == number)
    if row is None or row.relais not in relais:
        raise NotYours
    return row


async def _seen(rows: list[Event], childminder: int) -> list[Seen]:
    numbers = [int(row.id) for row in rows]
    if not numbers:
        return []
    told = await Attendance.select(Attendance.event, Attendance.childminder).where(
        Attendance.event.is_in(numbers)
    )
    return [
        Seen(
            row,
            sum(each["event"] == row.id for each in told),
            any((each["event"], each["childminder"]) == (row.id, childminder) for each in told),
        )
        for row in rows
    ]


def _hers(number: int, childminder: int) -> Any:
    return (Attendance.event == number) & (Attendance.childminder == childminder)


def _rule(row: Event) -> Meeting:
    begins = slots.at(row.day, int(row.begins), tenants.current().zone)
    return Meeting(begins, int(row.places), row.cancelled_at is not None)


async def _record(what: str, number: int, person: Person, **facts: Any) -> None:
    await journal.record(
        what, f"assmat.event:{number}", account=person.account or None, side="office", **facts
    )
