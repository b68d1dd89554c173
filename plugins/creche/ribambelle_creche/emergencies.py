"""Giving a place at once: checked against free places, written with its reason, until a day."""

from dataclasses import dataclass
from datetime import date, datetime

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.jobs import later
from ribambelle.tenants import Tenant
from ribambelle.workflow import journal
from ribambelle_creche.domain import dossier, emergency
from ribambelle_creche.domain.supply import Presence
from ribambelle_creche.queries import contracts, facilities, insertion, offers, supplies
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Application, Contract, Offer


@dataclass(frozen=True, slots=True)
class Urgent:
    """What is given, and why."""

    facility: int
    slots: int
    start_on: date
    until: date
    reason: str


async def give(tenant: Tenant, file: Application, told: Urgent, account: int, now: datetime) -> int:
    """Give a place until a day, one a child; the file keeps waiting for a lasting one.

    Raises Refused("emergency_full", where) when a half-day has no room left (in
    the section, the whole crèche, its adults or its week), and
    Refused("emergency_given", until) when the child has one on some of these days already, and
    Refused("child_has_offer", number) when a place it has by another file begins by then.
    """
    if told.reason not in emergency.REASONS or file.reference_on is None:
        raise Refused("emergency_unknown")
    group = tenant.of(Settings).ages.group(file.reference_on, told.start_on)
    async with transaction():
        await locks.advisory(offers.PLACES)
        children = together(file)
        await _require_room(tenant, file, told, file.reference_on, children, now)
        row = await _offer(file, told, group, account, now)
        row.id = int((await Offer.insert(row).returning(Offer.id))[0]["id"])
        await contracts.admit(
            file,
            row,
            children,
            account,
            "office",
            insertion=await insertion.is_received_so(tenant, file, row),
        )
        await journal.record(
            "creche.emergency_given",
            f"creche.application:{file.id}",
            account=account,
            side="office",
            facility=told.facility,
            reason=told.reason,
            until=told.until.isoformat(),
        )
        await later("creche", "tell_urgent", once=f"creche.urgent:{row.id}", offer=row.id)
    return row.id


async def _require_room(
    tenant: Tenant, file: Application, told: Urgent, born_on: date, children: int, now: datetime
) -> None:
    """Refuse a child who has a place on some of these days, or a half-day without room."""
    standing = await _standing(file, told)
    if standing is not None:
        raise Refused("emergency_given", until=standing.last or told.until)
    other = (await offers.with_another([file.id], now.date())).get(file.id)
    if other and other.start_on <= told.until:
        raise Refused("child_has_offer", number=other.number)
    blocked = await _blocked(tenant, told, born_on, children)
    if blocked:
        raise Refused("emergency_full", where=emergency.told(blocked), children=children)


async def _offer(file: Application, told: Urgent, group: str, account: int, now: datetime) -> Offer:
    """Return the place as it is written: given, so accepted at once, by the agent."""
    return Offer(
        application=file.id,
        facility=await facilities.one(told.facility),
        age_group=group,
        slots=told.slots,
        start_on=told.start_on,
        until=told.until,
        origin="emergency",
        state="accepted",
        sent_at=now,
        answer_by=told.start_on,
        answered_at=now,
        answered_by=account,
        reason=told.reason,
    )


def together(file: Application) -> int:
    """Return how many children of one birth a file is for: each of them takes a place."""
    child = dossier.decode(file.sent or file.answers).child
    return child.together if child else 1


async def _standing(file: Application, told: Urgent) -> Contract | None:
    """Return the emergency this child has on some of these days; one ended early no longer is."""
    files = await offers.files_of_child(file)
    given = {(int(one.facility), one.start_on) for one in await offers.emergencies_of(files)}
    held = await contracts.of_files(files, told.start_on, told.until)
    return next((one for one in held if (int(one.facility), one.first) in given), None)


async def _blocked(tenant: Tenant, told: Urgent, born_on: date, children: int) -> list[str]:
    """Return what has no room, on the first day that lacks some, in the section of that day."""
    coming = Presence(born_on, told.slots, told.start_on, told.until)
    for day, house in await supplies.houses_for(told.facility, coming, told.until, tenant):
        group = tenant.of(Settings).ages.group(born_on, day)
        if blocked := emergency.lacking(house, group, told.slots, children):
            return blocked
    return []


async def register(page: int, many: int) -> tuple[list[Offer], int]:
    """Return one page of the emergency places given so far, the last first; and how many in all."""
    return await offers.of_origin("emergency", page * many, many)
