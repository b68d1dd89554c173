"""What is open, and how many places are left."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from ribambelle import api
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.errors import NotYours
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle_periscolaire.api import shapes
from ribambelle_periscolaire.api.words import why
from ribambelle_periscolaire.domain import activities as kinds
from ribambelle_periscolaire.domain.catalogue import Activity, Group, Unit
from ribambelle_periscolaire.domain.closures import stopping
from ribambelle_periscolaire.domain.doors import Doors, Reason
from ribambelle_periscolaire.domain.taking import Taking
from ribambelle_periscolaire.gathering import at_office
from ribambelle_periscolaire.queries import catalogue

ROOT = "/api/v1/periscolaire"
READ = guards.Scoped("periscolaire:read")
DAY = timedelta(days=1)
WIDEST = 62
"""Days one may ask about at once."""


@get(
    f"{ROOT}/activities",
    name="api.periscolaire.activities",
    told="Lister les activités",
    guards=[READ],
    api=api.Operation(
        "Les activités ouvertes, avec ce qui s’y réserve (`units`) et les groupes d’enfants.",
        api.Listed[shapes.Activity],
        {
            "data": [
                {
                    **{"id": 2, "code": "cantine", "name": "Cantine", "kind": "canteen"},
                    **{"runs": "school", "booked": "online", "place": ""},
                    "units": [
                        {
                            **{"id": 3, "code": "repas", "name": "Repas", "begins": "11:45"},
                            **{"ends": "13:30", "weekdays": [1, 2, 4, 5], "is_meal": True},
                            **{"needs": None, "choice": ""},
                        }
                    ],
                    "groups": [
                        {"id": 5, "name": "Tous", "school": None, "from_age": 2, "to_age": 11}
                    ],
                }
            ],
            "next": None,
        },
        query=api.Paged,
    ),
)
async def activities(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer the activities that are open."""
    asked = api.query(request, api.Paged)
    place = place_of(asked.after)
    known = (await catalogue.current()).activities
    rows = [_activity(one) for one in known[place : place + asked.limit + 1]]
    return api.listed(request, rows, asked.limit, place + asked.limit)


def place_of(after: str) -> int:
    """Return where a page begins; refuse a cursor that none of our pages gave."""
    place = api.number_of(after)
    if place is None:
        raise Invalid(Wrong("Reprenez l’adresse donnée par « next ».", parameter="after"))
    return place


def _activity(one: Activity) -> shapes.Activity:
    units = [
        shapes.Unit(
            *(unit.id, unit.code, unit.name, clock(unit.begins), clock(unit.ends)),
            [day for day in range(1, 8) if kinds.on(unit.weekdays, day - 1)],
            *(unit.is_meal, unit.needs, unit.choice),
        )
        for unit in one.units
    ]
    groups = [
        shapes.Group(group.id, group.name, group.school, group.from_age, group.to_age)
        for group in one.groups
    ]
    told = (one.id, one.code, one.name, one.kind, one.runs, one.booked, one.place)
    return shapes.Activity(*told, units, groups)


def clock(minutes: int) -> str:
    """Write a minute of the day as its hour.

    >>> clock(705)
    '11:45'
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"


@get(
    f"{ROOT}/slots",
    name="api.periscolaire.slots",
    told="Voir les places d’une activité",
    guards=[READ],
    api=api.Operation(
        "Jour par jour et groupe par groupe : les places qui restent (`remaining`, nul sans limite), "
        "qui attend, jusqu’à quand réserver, et pourquoi un jour ne s’ouvre pas. "
        "62 jours au plus à la fois.",
        api.Listed[shapes.Slot],
        {
            "data": [
                {
                    **{"day": "2026-12-03", "activity": 2, "unit": 3, "group": 5},
                    **{"state": "open", "remaining": 12, "waiting": 0},
                    **{"until": "2026-12-01T10:00:00+01:00", "reason": None},
                }
            ],
            "next": None,
        },
        query=shapes.Slots,
    ),
)
async def slots(
    request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Answer the places of an activity between two days, both included."""
    asked = api.query(request, shapes.Slots)
    if not 0 <= (asked.last - asked.first).days < WIDEST:
        words = f"Demandez de « from » à « to », {WIDEST} jours au plus."
        raise Invalid(Wrong(words, parameter="to"))
    place, known = place_of(asked.after), await catalogue.current()
    activity = known.by_id.get(asked.activity)
    if activity is None:
        raise NotYours
    groups = [group.id for group in activity.groups]
    gathered = await at_office(
        tenant, [], asked.first, asked.last, tenant.now(), groups=groups, known=known
    )
    found = _slots(tenant, gathered.taking(), activity, asked.first, asked.last)
    rows = list(islice(found, place, place + asked.limit + 1))
    return api.listed(request, rows, asked.limit, place + asked.limit)


def _slots(
    tenant: Tenant, taking: Taking, activity: Activity, first: date, last: date
) -> Iterator[shapes.Slot]:
    for number in range((last - first).days + 1):
        day = first + number * DAY
        for unit in activity.units:
            if taking.doors.runs(activity, unit, day):
                for group in activity.groups:
                    yield _slot(tenant, taking, activity, unit, group, day)


def _slot(
    tenant: Tenant, taking: Taking, activity: Activity, unit: Unit, group: Group, day: date
) -> shapes.Slot:
    fills = [taking.fills[spot] for spot in taking.spots(group.id, unit, day)]
    left = [max(0, fill.capacity - fill.taken) for fill in fills if fill.capacity is not None]
    remaining = min(left) if left else None
    reason = _shut(taking.doors, activity, unit, group, day)
    if reason is None and remaining == 0:
        state, reason = "full", Reason("full")
    else:
        state = "shut" if reason else "open"
    verdict = taking.doors.verdict(activity, unit, "add", day, False)
    until = verdict.until.astimezone(tenant.zone) if verdict.open and verdict.until else None
    return shapes.Slot(
        *(day, activity.id, unit.id, group.id, state, remaining),
        max((fill.waiting for fill in fills), default=0),
        until,
        why(tenant, reason),
    )


def _shut(doors: Doors, activity: Activity, unit: Unit, group: Group, day: date) -> Reason | None:
    """Return why no family may book a group's places, in the order a child's own box says it."""
    if activity.booked == "on_site":
        return Reason("on_site", about=activity.place)
    if closed := stopping(doors.catalogue.closures, activity.id, group.school, "", day):
        return Reason("closed", about=closed.note or closed.said, kind=closed.reason)
    if kept := doors.held_back(activity, day):
        return kept
    verdict = doors.verdict(activity, unit, "add", day, False)
    if not verdict.open:
        at = verdict.until if verdict.reason == "not_yet" else verdict.since
        return Reason(verdict.reason or "too_late", at=at)
    return None if doors.priced(activity, unit, day) else Reason("no_price")


ROUTES = [activities, slots]
