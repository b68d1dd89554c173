"""Taking and giving back an hour of a session: the last seat is never taken twice."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.appointments import slots
from ribambelle.appointments.slots import Slot
from ribambelle.appointments.tables import Appointment, HelpSession
from ribambelle.database import locks, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity.tables import Account, Adult
from ribambelle.messages import post
from ribambelle.workflow import journal

DAY = timedelta(days=1)


async def upcoming(today: date) -> list[HelpSession]:
    """Return the sessions of today and after, the soonest first."""
    return (
        await HelpSession.objects()
        .where((HelpSession.day >= today) & HelpSession.cancelled_at.is_null())
        .order_by(HelpSession.day)
        .order_by(HelpSession.begins)
        .limit(100)
    )


async def one(number: int) -> HelpSession:
    """Return a session, or behave as if it did not exist."""
    found = await HelpSession.objects().get(HelpSession.id == number)
    if found is None:
        raise NotYours
    return found


async def open_one(row: HelpSession, account: int) -> int:
    """Open a session to families, and return its number."""
    row.created_by = account
    async with transaction():
        number = int((await HelpSession.insert(row).returning(HelpSession.id))[0]["id"])
        await journal.record(
            "help_session.opened", f"help_session:{number}", account=account, side="office"
        )
    return number


async def free_slots(session: HelpSession, now: datetime) -> list[Slot]:
    """Return the hours of a session that are still to come, with the seats left."""
    rows = await Appointment.select(Appointment.begins).where(Appointment.session == session.id)
    hours = [one for one in hours_of(session) if _moment(session, one) > now]
    return slots.free(hours, session.seats, [row["begins"] for row in rows])


def hours_of(session: HelpSession) -> list[int]:
    """Return when the slots of a session begin."""
    return slots.starts(session.begins, session.ends, session.slot)


def _moment(session: HelpSession, minutes: int) -> datetime:
    return slots.at(session.day, minutes, tenants.current().zone)


async def alone(session: int) -> HelpSession:
    """Return a session nobody else books in until our transaction ends."""
    question = HelpSession.objects().where(HelpSession.id == session)
    found: list[HelpSession] = await locks.for_update(question)
    if not found or found[0].cancelled_at is not None:
        raise NotYours
    return found[0]


async def book(number: int, begins: int, account: int, now: datetime) -> None:
    """Take an hour for a family; refuse when the last seat has just gone.

    A family has one appointment in a session: the same hour again is a button pressed twice.
    """
    async with transaction():
        session = await alone(number)
        if begins not in hours_of(session) or _moment(session, begins) <= now:
            raise Refused("slot_gone")
        rows = await held(number)
        mine = [row["begins"] for row in rows if row["account"] == account]
        if mine == [begins]:
            return
        if mine:
            raise Refused("slot_already")
        seat = slots.seat(session.seats, [r["seat"] for r in rows if r["begins"] == begins])
        row = Appointment(session=number, begins=begins, seat=seat, account=account, booked_at=now)
        made = await Appointment.insert(row).returning(Appointment.id)
        await _note("booked", int(made[0]["id"]), account, session=number)


async def held(session: int) -> list[dict[str, Any]]:
    """Return the seats of a session that are taken, and by whom."""
    return await Appointment.select(
        Appointment.begins, Appointment.seat, Appointment.account
    ).where(Appointment.session == session)


async def cancel(number: int, account: int, now: datetime) -> None:
    """Give an hour back, while it is still to come."""
    async with transaction():
        found = await Appointment.objects(Appointment.session).get(
            (Appointment.id == number) & (Appointment.account == account)
        )
        if found is None:
            raise NotYours
        if _moment(found.session, found.begins) <= now:
            raise Refused("slot_gone")
        await Appointment.delete().where(Appointment.id == number)
        await _note("cancelled", number, account, session=found.session.id)


async def _note(act: str, number: int, account: int, **facts: Any) -> None:
    about = f"appointment:{number}"
    await journal.record(f"appointment.{act}", about, account=account, side="family", **facts)


async def of_account(account: int, first: date, last: date) -> list[Appointment]:
    """Return the appointments of a family on these days, each with its session."""
    return (
        await Appointment.objects(Appointment.session)
        .where(Appointment.account == account)
        .where((Appointment.session.day >= first) & (Appointment.session.day <= last))
        .order_by(Appointment.id)
    )


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes at an hour, as the desk reads it."""

    begins: int
    name: str
    phone: str


async def coming(session: HelpSession) -> list[Coming]:
    """Return who comes to a session, by hour."""
    rows = (
        await Appointment.select(
            Appointment.begins,
            Appointment.account,
            Appointment.account.name.as_alias("name"),
            Appointment.account.email.as_alias("email"),
        )
        .where(Appointment.session == session.id)
        .order_by(Appointment.begins)
        .order_by(Appointment.seat)
    )
    adults = await Adult.select(Adult.account, Adult.phone).where(
        Adult.account.is_in([row["account"] for row in rows] or [0])
    )
    phones = {row["account"]: row["phone"] for row in adults}
    return [
        Coming(row["begins"], row["name"] or row["email"], phones.get(row["account"]) or "")
        for row in rows
    ]


# -- what families are told --------------------------------------------------------------------


async def call_off(number: int, account: int, now: datetime) -> int:
    """Cancel a session, and write to each family that was coming; return how many were."""
    async with transaction():
        session = await alone(number)
        await HelpSession.update({HelpSession.cancelled_at: now}).where(HelpSession.id == number)
        rows = await Appointment.objects().where(Appointment.session == number)
        for row in rows:
            if _moment(session, row.begins) > now:
                await _tell("messages/appointment_called_off", row, session)
        await Appointment.delete().where(Appointment.session == number)
        await journal.record(
            "help_session.called_off",
            f"help_session:{number}",
            account=account,
            side="office",
            families=len(rows),
        )
    return len(rows)


async def remind() -> None:
    """Remind families of tomorrow's appointments, once each; run every morning."""
    now = tenants.current().now()
    rows = await Appointment.objects(Appointment.session).where(
        (Appointment.session.day == now.date() + DAY) & Appointment.reminded_at.is_null()
    )
    for row in rows:
        async with transaction():
            mine = (
                await Appointment.update({Appointment.reminded_at: now})
                .where((Appointment.id == row.id) & Appointment.reminded_at.is_null())
                .returning(Appointment.id)
            )
            if mine:
                await _tell("messages/appointment_reminder", row, row.session)


async def _tell(message: str, row: Appointment, session: HelpSession) -> None:
    family = await Account.objects().get(Account.id == int(row.account))
    if family is None:
        return
    await post(
        message,
        family.email,
        account=family.id,
        name=family.name.split(" ")[0],
        at=_moment(session, row.begins),
        place=session.place,
        about=session.about,
        link=tenants.current().url("/permanences"),
    )
