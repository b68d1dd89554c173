"""What a childminder declares to the PMI: cares, a move, a change at home; each with its receipt."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.messages import post
from ribambelle.web import formats
from ribambelle.workflow import journal
from ribambelle_assmat import contacting
from ribambelle_assmat.domain.cares import KINDS
from ribambelle_assmat.domain.slots import told as moments_told
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.cares import ERROR
from ribambelle_assmat.tables import Care, Statement

AHEAD, BEHIND = timedelta(days=366), timedelta(days=6 * 366)
"""How far from today a care may begin."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A care, as she declares it."""

    given_name: str
    born_on: date
    guardian: str
    began_on: date
    planning: str
    moments: int


def number_of(statement: Statement) -> str:
    """Return the number of a receipt, as she and the PMI read it."""
    return f"{statement.sent_at.year}-{statement.id:05}"


async def start(person: Person, childminder: int, told: Begun, now: datetime) -> int:
    """Declare a care that begins; return the number of its receipt's page."""
    async with transaction():
        await advisory(f"assmat.childminder:{childminder}")
        if before := await _same(childminder, told):
            # pressed twice: one care, one receipt
            return before
        row = Care(
            childminder=childminder,
            given_name=told.given_name,
            born_on=told.born_on,
            guardian=told.guardian,
            began_on=told.began_on,
            planning=told.planning,
            moments=told.moments if told.planning == "regular" else 0,
        )
        care = int((await Care.insert(row).returning(Care.id))[0]["id"])
        said = Statement(childminder=childminder, care=care, kind="start", day=told.began_on)
        return await _send(person, said, now)


async def _same(childminder: int, told: Begun) -> int:
    """Return the receipt of the same care declared already; 0 when there is none."""
    care = await Care.objects().get(
        (Care.childminder == childminder)
        & (Care.given_name == told.given_name)
        & (Care.born_on == told.born_on)
        & (Care.began_on == told.began_on)
        & Care.ended_on.is_null()
        & Care.cancelled_at.is_null()
    )
    if care is None:
        return 0
    said = await Statement.objects().get((Statement.care == care.id) & (Statement.kind == "start"))
    return int(said.id) if said else 0


async def end(person: Person, childminder: int, care: int, day: date, now: datetime) -> int:
    """Declare the last day of a care. Raises Refused: ended, end_before_start, end_too_far."""
    async with transaction():
        await advisory(f"assmat.childminder:{childminder}")
        row = await hers(childminder, care)
        if row.ended_on is not None:
            raise Refused("ended")
        if day < row.began_on:
            raise Refused("end_before_start")
        if day > now.date() + AHEAD:
            raise Refused("end_too_far")
        await Care.update({Care.ended_on: day}).where(Care.id == care)
        said = Statement(childminder=childminder, care=care, kind="end", day=day)
        return await _send(person, said, now)


async def correct(
    person: Person,
    childminder: int,
    care: int,
    told: Begun,
    ended_on: date | None,
    now: datetime,
) -> int:
    """Correct a care: what it was stays on the new receipt. Raises Refused.

    Refused may say: same, end_before_start, end_too_far.

    :param ended_on: its last day, when it is ended already.
    """
    moments = told.moments if told.planning == "regular" else 0
    values: dict[Any, Any] = {
        **{"given_name": told.given_name, "born_on": told.born_on, "guardian": told.guardian},
        **{"began_on": told.began_on, "planning": told.planning, "moments": moments},
    }
    async with transaction():
        await advisory(f"assmat.childminder:{childminder}")
        row = await hers(childminder, care)
        if row.ended_on is not None:
            values["ended_on"] = ended_on or row.ended_on
            if values["ended_on"] < told.began_on:
                raise Refused("end_before_start")
            if values["ended_on"] > now.date() + AHEAD:
                raise Refused("end_too_far")
        if all(getattr(row, name) == value for name, value in values.items()):
            raise Refused("same")
        await Care.update(values).where(Care.id == care)
        said = Statement(childminder=childminder, care=care, kind="correct", day=told.began_on)
        said.words = f"Avant\u00a0: {_told(row)}"
        return await _send(person, said, now)


async def cancel(person: Person, childminder: int, care: int, now: datetime) -> int:
    """Cancel a care declared by mistake: it counts no more, and has its own receipt."""
    async with transaction():
        await advisory(f"assmat.childminder:{childminder}")
        row = await hers(childminder, care)
        today = now.date()
        # forgotten with what was told of it a year after
        ended = min(row.ended_on, today) if row.ended_on else today
        await Care.update({Care.cancelled_at: now, Care.ended_on: ended}).where(Care.id == care)
        said = Statement(childminder=childminder, care=care, kind="cancel", day=today)
        said.words = _told(row)
        return await _send(person, said, now)


async def hers(childminder: int, care: int) -> Care:
    """Return a care of hers; another's, or one that was cancelled, does not exist."""
    row = await Care.objects().get(
        (Care.id == care) & (Care.childminder == childminder) & Care.cancelled_at.is_null()
    )
    if row is None:
        raise NotYours
    return row


def _told(row: Care) -> str:
    """Say a care, as a receipt keeps it."""
    days = [formats.jour_du_mois(day, True) for day in (row.born_on, row.began_on)]
    end = f" jusqu’au {formats.jour_du_mois(row.ended_on, True)}" if row.ended_on else ""
    when = moments_told(row.moments) if row.moments else "planning variable"
    return (
        f"{row.given_name}, naissance le {days[0]}, depuis le {days[1]}{end}, {when}."
        f" Répond de l’enfant\u00a0: {row.guardian}."
    )


async def tell(
    person: Person, childminder: int, kind: str, day: date, words: str, now: datetime
) -> int:
    """Tell the PMI of a move, of a change at home, of an error in the register."""
    async with transaction():
        said = Statement(childminder=childminder, kind=kind, day=day, words=words)
        return await _send(person, said, now)


async def read(person: Person, statement: int, now: datetime) -> Statement:
    """Note that the PMI read a declaration; twice is once."""
    async with transaction():
        row = await Statement.objects().get(Statement.id == statement)
        if row is None or not (person.holds("pmi") or row.kind == ERROR):
            raise NotYours
        if row.read_at is None:
            await Statement.update(
                {Statement.read_at: now, Statement.read_by: person.account}
            ).where(Statement.id == statement)
            await _record(person, "assmat.statement_read", row)
    return row


async def _send(person: Person, said: Statement, now: datetime) -> int:
    tenant = tenants.current()
    said.sent_at = now
    said.id = (await Statement.insert(said).returning(Statement.id))[0]["id"]
    await _record(person, "assmat.stated", said)
    her = await directory.one(int(said.childminder))
    email, account = await contacting.address(her)
    if email:
        await post(
            "assmat/messages/receipt",
            email,
            account=account,
            name=her.given_name,
            number=number_of(said),
            what=KINDS[said.kind],
            day=formats.jour_du_mois(now.date(), True),
            link=tenant.url(f"/assmat/espace/{her.id}/declarations/{said.id}"),
        )
    return int(said.id)


async def _record(person: Person, what: str, row: Statement) -> None:
    await journal.record(
        what,
        f"assmat.childminder:{row.childminder}",
        account=person.account or None,
        side="office",
        statement=int(row.id),
        kind=row.kind,
    )
