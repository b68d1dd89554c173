"""Families who booked nothing for a week are told before its first deadline: once, if the town says."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import Person, limits, responsibilities
from ribambelle.identity.tables import Adult
from ribambelle.jobs import later
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain.calendar import days, school_year
from ribambelle_periscolaire.domain.catalogue import Activity
from ribambelle_periscolaire.domain.doors import Doors, Pupil
from ribambelle_periscolaire.domain.reminders import weeks_due
from ribambelle_periscolaire.gathering import Gathered, doors_of, gather
from ribambelle_periscolaire.queries import catalogue, forgotten
from ribambelle_periscolaire.settings import Settings

AHEAD = timedelta(days=70)
"""How far a deadline is looked for: holidays close weeks before their first day."""
SIX = timedelta(days=6)


async def remind() -> None:
    """Find, each day, the families to remind; a job."""
    tenant = tenants.current()
    hours = tenant.of(Settings).remind_hours
    if not hours:
        return
    now = tenant.now()
    doors = doors_of(tenant, await catalogue.current(), now)
    found: dict[date, set[int]] = {}
    for activity in doors.catalogue.activities:
        if activity.booked != "online":
            continue
        due = weeks_due(closings(doors, activity, now.date()), now, timedelta(hours=hours))
        for week in due:
            children = await forgotten.children(activity.id, school_year(week), week, week + SIX)
            found.setdefault(week, set()).update(children)
    for week, numbers in found.items():
        for held in await responsibilities.of_children(sorted(numbers), now.date()):
            if held.rights.may_book and held.account:
                once = f"periscolaire.remind:{held.account}:{week}"
                await later(
                    "periscolaire",
                    "remind_family",
                    once=once,
                    account=held.account,
                    week=week.isoformat(),
                )


def closings(doors: Doors, activity: Activity, today: date) -> Iterator[tuple[date, datetime]]:
    """Give the days an activity runs from this week on, each with the moment its bookings close."""
    for day in days(today - timedelta(days=today.weekday()), today + AHEAD):
        for unit in activity.units:
            if doors.runs(activity, unit, day):
                verdict = doors.verdict(activity, unit, "add", day, False)
                closes = verdict.until if verdict.open else verdict.since
                if closes is not None and verdict.reason != "not_yet":
                    yield day, closes


async def remind_family(account: int, week: str) -> None:
    """Tell one adult what is not booked for a week, unless it was meanwhile; a job."""
    tenant, monday = tenants.current(), date.fromisoformat(week)
    now = tenant.now()
    adult = await Adult.objects().get(Adult.account == account)
    if adult is None:
        return
    person = Person(
        account,
        0,
        adult.email,
        adult.given_name,
        "family",
        adult=adult.id,
        household=int(adult.household),
    )
    gathered = await gather(tenant, person, monday, monday + SIX, now)
    lines, until = missing(gathered, monday)
    if not lines or until is None:
        return
    async with transaction():
        if await limits.count(f"periscolaire.remind:{account}:{week}", _start(tenant, monday)) > 1:
            return
        await post(
            "periscolaire/messages/remind",
            adult.email,
            account=account,
            name=adult.given_name,
            week=monday,
            lines=lines,
            until=until,
            link=tenant.url(f"/periscolaire/semaine/{monday}"),
        )


def _start(tenant: Tenant, monday: date) -> datetime:
    return datetime(monday.year, monday.month, monday.day, tzinfo=tenant.zone)


def missing(gathered: Gathered, monday: date) -> tuple[list[str], datetime | None]:
    """Return, child by child, the activities of a week with nothing booked, and the first deadline."""
    lines, untils = [], list[datetime]()
    for pupil in gathered.family.pupils.values():
        names = []
        for activity in gathered.catalogue.activities:
            open_until = _open(gathered, pupil, activity, monday)
            if open_until:
                names.append(activity.name)
                untils += open_until
        if names:
            lines.append(f"{pupil.name} : {', '.join(names)}")
    return lines, min(untils, default=None)


def _open(gathered: Gathered, pupil: Pupil, activity: Activity, monday: date) -> list[datetime]:
    """Return the deadlines still to come of an activity nothing was said of; none when all is."""
    doors, units = gathered.doors, {unit.id: unit for unit in activity.units}
    if any(child == pupil.id and number in units for child, _, number in gathered.held):
        return []
    found = []
    for day in days(monday, monday + SIX):
        for unit in units.values():
            if doors.shut(pupil, unit, day, "add") is None:
                until = doors.verdict(activity, unit, "add", day, False).until
                found += [until] if until else []
    return found
