"""Families who booked nothing are told before each deadline: once, if the town says."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.identity import Person, limits, responsibilities
from ribambelle.identity.tables import Adult
from ribambelle.jobs import later
from ribambelle.messages import post
from ribambelle.tenants import Tenant
from ribambelle.web.formats import jour
from ribambelle_periscolaire.domain.calendar import days, school_year
from ribambelle_periscolaire.domain.catalogue import Activity
from ribambelle_periscolaire.domain.doors import Doors, Pupil
from ribambelle_periscolaire.domain.reminders import Deadline, deadlines, soon
from ribambelle_periscolaire.gathering import Gathered, doors_of, gather
from ribambelle_periscolaire.queries import catalogue, forgotten
from ribambelle_periscolaire.settings import Settings

AHEAD = timedelta(days=100)
"""How far a deadline is looked for: holidays close weeks before their first day, all together."""


async def remind() -> None:
    """Find, each day, the families to remind; a job."""
    tenant = tenants.current()
    hours = tenant.of(Settings).remind_hours
    if not hours:
        return
    now = tenant.now()
    doors = doors_of(tenant, await catalogue.current(), now)
    found: dict[date, set[int]] = {}
    for activity in _bookable(doors):
        for one in soon(of_activity(tenant, doors, activity), now, timedelta(hours=hours)):
            first, last = one.days[0], one.days[-1]
            years = school_year(first), school_year(last)
            children = await forgotten.children(activity.id, years, first, last)
            found.setdefault(one.last_day, set()).update(children)
    for day, numbers in found.items():
        for held in await responsibilities.of_children(sorted(numbers), now.date()):
            if held.rights.may_book and held.account:
                once = f"periscolaire.remind:{held.account}:{day}"
                told: dict[str, Any] = {"account": held.account, "day": day.isoformat()}
                await later("periscolaire", "remind_family", once=once, **told)


def _bookable(doors: Doors) -> list[Activity]:
    return [one for one in doors.catalogue.activities if one.booked == "online"]


def of_activity(tenant: Tenant, doors: Doors, activity: Activity) -> list[Deadline]:
    """Return the deadlines of an activity, this week's and those to come."""
    closing = [
        (day, closes.astimezone(tenant.zone))
        for day, closes in closings(doors, activity, tenant.now().date())
    ]
    return deadlines(closing, each_day=tenant.of(Settings).remind_each_day)


def closings(doors: Doors, activity: Activity, today: date) -> Iterator[tuple[date, datetime]]:
    """Give the days an activity runs from this week on, each with the moment its bookings close."""
    for day in days(today - timedelta(days=today.weekday()), today + AHEAD):
        for unit in activity.units:
            if doors.runs(activity, unit, day):
                verdict = doors.verdict(activity, unit, "add", day, False)
                closes = verdict.until if verdict.open else verdict.since
                if closes is not None and verdict.reason != "not_yet":
                    yield day, closes


async def remind_family(account: int, day: str = "", week: str = "") -> None:
    """Tell one adult what is not booked before the deadlines of a day, unless it was meanwhile; a job.

    :param week: what this job was asked about before 0.5: the night's next one asks again.
    """
    tenant, now = tenants.current(), tenants.current().now()
    adult = await Adult.objects().get(Adult.account == account)
    if adult is None or not day:
        return
    last_day = date.fromisoformat(day)
    doors = doors_of(tenant, await catalogue.current(), now)
    asked = [
        (activity, one)
        for activity in _bookable(doors)
        for one in of_activity(tenant, doors, activity)
        if one.last_day == last_day and one.closes > now
    ]
    if not asked:
        return
    every = [one for _, deadline in asked for one in deadline.days]
    person = _person(account, adult)
    gathered = await gather(tenant, person, min(every), max(every), now)
    found = [(activity, one, missing(gathered, activity, one)) for activity, one in asked]
    told = [(activity, one, pupils) for activity, one, pupils in found if pupils]
    if not told:
        return
    first = min(one.days[0] for _, one, _ in told)
    async with transaction():
        if await limits.count(f"periscolaire.remind:{account}:{day}", _start(tenant, last_day)) > 1:
            return
        await post(
            "periscolaire/messages/remind",
            adult.email,
            account=account,
            name=adult.given_name,
            week=first - timedelta(days=first.weekday()),
            when=when({one for _, deadline, _ in told for one in deadline.days}),
            lines=_lines(gathered, told),
            until=min(one.closes for _, one, _ in told),
            link=tenant.url(f"/periscolaire/semaine/{first - timedelta(days=first.weekday())}"),
        )


def _person(account: int, adult: Adult) -> Person:
    name, home = adult.given_name, int(adult.household)
    return Person(account, 0, adult.email, name, "family", adult=adult.id, household=home)


def _start(tenant: Tenant, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=tenant.zone)


def missing(gathered: Gathered, activity: Activity, deadline: Deadline) -> list[Pupil]:
    """Return the children who can still be booked before a deadline; none once the family chose.

    A family that said anything of one of its children for those days saw the others beside: it chose.
    """
    units = {unit.id for unit in activity.units}
    if any(day in deadline.days and number in units for _, day, number in gathered.held):
        return []
    return [
        pupil
        for pupil in gathered.family.pupils.values()
        if any(
            gathered.doors.shut(pupil, unit, day, "add") is None
            for day in deadline.days
            for unit in activity.units
        )
    ]


def _lines(gathered: Gathered, told: list[tuple[Activity, Deadline, list[Pupil]]]) -> list[str]:
    """Write what is missing child by child, and for which days where they are not all the same."""
    spans = {one.days for _, one, _ in told}
    lines = []
    for pupil in gathered.family.pupils.values():
        names = [
            activity.name + (f" ({when(one.days)})" if len(spans) > 1 else "")
            for activity, one, pupils in told
            if pupil in pupils
        ]
        if names:
            lines.append(f"{pupil.name} : {', '.join(names)}")
    return lines


def when(days: Collection[date]) -> str:
    """Say for which days something is not booked.

    >>> when([date(2026, 12, 3)])
    'pour jeudi 3 décembre'
    >>> when([date(2026, 11, 30), date(2026, 12, 4)])
    'pour la semaine du lundi 30 novembre'
    >>> when([date(2026, 12, 21), date(2026, 12, 31)])
    'du lundi 21 décembre au jeudi 31 décembre'
    """
    first, last = min(days), max(days)
    monday = first - timedelta(days=first.weekday())
    if first == last:
        return f"pour {jour(first)}"
    if last - monday < timedelta(days=7):
        return f"pour la semaine du {jour(monday)}"
    return f"du {jour(first)} au {jour(last)}"
