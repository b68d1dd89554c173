"""A child's bookings: read, put for a week, cancelled, by the checks of the pages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Request, Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle import api
from ribambelle.api.paging import LARGEST
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.api.writing import Keep
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import register, responsibilities
from ribambelle.identity.person import Behalf
from ribambelle.identity.responsibilities import Held as Holder
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import booking
from ribambelle_periscolaire.acting import in_place_of, whose
from ribambelle_periscolaire.api import shapes
from ribambelle_periscolaire.api.offer import DAY, READ, ROOT, place_of
from ribambelle_periscolaire.api.words import sentence, why
from ribambelle_periscolaire.domain.boxes import box
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.domain.taking import Held, Key, Line, Wanted
from ribambelle_periscolaire.gathering import gather
from ribambelle_periscolaire.pricing import PriceBook
from ribambelle_periscolaire.queries import api as questions
from ribambelle_periscolaire.queries import bookings, catalogue

BOOK = guards.Scoped("periscolaire:book")
SUNDAY = timedelta(days=6)
YEARS = range(2020, 2100)
NOBODY = (
    "Aucun adulte ne peut réserver pour cet enfant : la mairie l’écrit sur la page de sa famille."
)
BOOKED = {"unit": 3, "day": "2026-12-03"}
LINE = {
    **BOOKED,
    **{"wish": "book", "outcome": "booked", "state": "booked", "price_cents": 310},
    **{"rank": None, "reason": None},
}
LATE = {
    **{"unit": 3, "day": "2026-11-30", "wish": "book", "outcome": "refused", "state": ""},
    **{"price_cents": None, "rank": None},
    "reason": {
        "code": "too_late",
        "detail": "Le délai est passé depuis vendredi 27 novembre, 10 h.",
        "at": "2026-11-27T10:00:00+01:00",
    },
}


@get(
    f"{ROOT}/bookings",
    name="api.periscolaire.bookings",
    told="Lister des réservations",
    guards=[READ],
    api=api.Operation(
        "Celles d’un enfant (`child`) ou des enfants d’un foyer (`family`), annulées comprises, "
        "dans l’ordre où elles furent faites.",
        api.Listed[shapes.Booking],
        {
            "data": [
                {
                    **{"id": 812, "child": 8, "activity": 2, "unit": 3, "group": 5},
                    **{"day": "2026-12-03", "state": "booked", "price_cents": 310},
                    **{"absence": "", "changed_at": "2026-11-25T09:00:00+01:00"},
                }
            ],
            "next": "https://famille.exemple.fr/api/v1/periscolaire/bookings?child=8&after=bjgxMg",
        },
        query=shapes.Bookings,
    ),
)
async def listed(
    request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Answer the bookings of a child or of a household."""
    asked = api.query(request, shapes.Bookings)
    if (asked.child is None) == (asked.family is None):
        raise Invalid(Wrong("Demandez un enfant ou un foyer, pas les deux.", parameter="child"))
    if asked.child is not None:
        await responsibilities.the_child(asked.child)
    else:
        await register.household(asked.family or 0)
    rows = await questions.page(
        asked.child, asked.family, asked.first, asked.last, place_of(asked.after), asked.limit + 1
    )
    told = [_booking(row, tenant) for row in rows]
    last = told[: asked.limit][-1].id if told else 0
    return api.listed(request, told, asked.limit, last)


def _booking(row: Mapping[str, Any], tenant: Tenant) -> shapes.Booking:
    return shapes.Booking(
        *(row["id"], row["child"], row["activity"], row["unit"], row["group"], row["day"]),
        *(row["state"], row["cents"], row["absence"], row["changed_at"].astimezone(tenant.zone)),
    )


@get(
    f"{ROOT}/children/{{child:int}}/weeks/{{monday:date}}",
    name="api.periscolaire.week",
    told="Voir la semaine d’un enfant",
    guards=[READ],
    api=api.Operation(
        "Ce que la famille voit de cette semaine : ce qui est réservé, ce qui peut changer, "
        "ce qui ne le peut pas et pourquoi, avec le prix.",
        shapes.WeekSeen,
        {
            **{"child": 8, "monday": "2026-11-30"},
            "doors": [
                {**BOOKED, "look": "on", "state": "booked", "remaining": None}
                | {"price_cents": 310, "reason": None}
            ],
        },
    ),
)
async def week(
    child: FromPath[int],
    monday: FromPath[date],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
) -> Response[bytes]:
    """Answer a child's week as its family sees it."""
    days = _week(monday)
    holders = await _whose(child, days, tenant.now().date())
    doors = []
    for adult, mine in _by_adult(holders).items():
        person = in_place_of(holders[mine[0]], behalf(seen))
        gathered = await gather(tenant, person, days[0], days[-1], tenant.now())
        taking, prices = gathered.taking(), PriceBook(tenant, gathered)
        pupil = gathered.family.pupils.get(child)
        for unit in gathered.catalogue.units.values() if pupil and adult else ():
            activity = gathered.catalogue.by_id[unit.activity]
            for day in mine:
                assert pupil is not None
                if not gathered.doors.enrolled(pupil, activity, day):
                    continue
                made = box(taking, pupil, unit, day, prices.cents(pupil, activity, unit, day))
                if made.look != "none":
                    told = (unit.id, day, made.look, made.state, made.left, made.cents)
                    doors.append(shapes.Door(*told, why(tenant, made.reason)))
    doors.sort(key=lambda one: (one.day, one.unit))
    return api.said(shapes.WeekSeen(child, days[0], doors))


@put(
    f"{ROOT}/children/{{child:int}}/weeks/{{monday:date}}",
    name="api.periscolaire.put_week",
    told="Réserver la semaine d’un enfant",
    guards=[BOOK],
    api=api.Operation(
        "La semaine devient ce qui est envoyé : ce qui n’y est pas est annulé. `activities` limite "
        "cela à quelques activités. Une place proposée se refuse par sa propre annulation, jamais "
        "par omission. Chaque ligne dit ce qui fut accepté, ou pourquoi elle ne l’est pas.",
        shapes.Answer,
        {"child": 8, "lines": [LINE, LATE]},
        body=shapes.Week,
        asked={"bookings": [BOOKED, {"unit": 3, "day": "2026-11-30"}], "activities": [2]},
        problems=("nobody_books",),
    ),
)
async def put_week(
    child: FromPath[int],
    monday: FromPath[date],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Make a child's week what a program says, as far as the rules let its family."""
    days = _week(monday)
    asked = await api.body(request, shapes.Week)
    if outside := [n for n, one in enumerate(asked.bookings) if one.day not in days]:
        told = "Ce jour n’est pas dans la semaine de l’adresse."
        raise Invalid(*(Wrong(told, f"/bookings/{n}/day") for n in outside))
    holders = await _whose(child, days, now.date())

    async def work(keep: Keep[shapes.Answer]) -> shapes.Answer:
        held = await bookings.of_children([child], days[0], days[-1])
        wanted = wanted_of(await catalogue.current(), held, child, asked)
        return await _taken(tenant, seen, child, holders, wanted, now, keep)

    return await api.once(request, work)


@delete(
    f"{ROOT}/bookings/{{booking:int}}",
    name="api.periscolaire.cancel",
    told="Annuler une réservation",
    guards=[BOOK],
    status_code=200,
    api=api.Operation(
        "Annule une réservation, quitte une liste d’attente ou refuse une place proposée. "
        "Si le délai est passé, rien ne change et le refus dit depuis quand.",
        shapes.Answer,
        {"child": 8, "lines": [{**LINE, "wish": "cancel", "outcome": "cancelled"}]},
        problems=("booking_refused", "nobody_books"),
    ),
)
async def cancel(
    booking: FromPath[int],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Cancel one booking, unless the cut-off has passed."""
    child, day, unit = await questions.key_of(_fitting(booking))
    holders = await _whose(child, [day], now.date())

    async def work(keep: Keep[shapes.Answer]) -> shapes.Answer:
        wanted = [Wanted(child, unit, day, "cancel")]
        return await _taken(tenant, seen, child, holders, wanted, now, keep, refuse=True)

    return await api.once(request, work)


def behalf(seen: Visit) -> Behalf:
    """Return how what this program does is written."""
    assert seen.token is not None  # the guard let it in
    return seen.token.behalf


def wanted_of(
    known: Catalogue, held: Mapping[Key, Held], child: int, asked: shapes.Week
) -> list[Wanted]:
    """Return the lines that make a child's week what was asked: what goes, then what comes.

    What was opened no more is left as it is, and so is a place that is offered.
    """
    kept = {(one.unit, one.day) for one in asked.bookings}
    some = None if asked.activities is None else frozenset(asked.activities)
    gone = [
        Wanted(child, unit, day, "cancel")
        for (_, day, unit), one in sorted(held.items())
        if one.state in {"booked", "waiting"}
        and (unit, day) not in kept
        and unit in known.units
        and (some is None or known.units[unit].activity in some)
    ]
    return gone + [Wanted(child, unit, day, "book") for unit, day in sorted(kept)]


async def _taken(
    tenant: Tenant,
    seen: Visit,
    child: int,
    holders: Mapping[date, Holder],
    wanted: Sequence[Wanted],
    now: datetime,
    keep: Keep[shapes.Answer],
    *,
    refuse: bool = False,
) -> shapes.Answer:
    """Ask line by line by the adult whose day it is, and keep the answer with what it changed."""
    if wanted and not holders:
        raise Refused("nobody_books", words=NOBODY)
    days = [one.day for one in wanted]
    parts = [
        (
            in_place_of(holders[mine[0]], behalf(seen)),
            [one for one in wanted if one.day in mine],
        )
        for mine in _by_adult({day: holders[day] for day in days}).values()
    ]

    async def remember(lines: list[Line]) -> None:
        refused = [line.reason for line in lines if line.outcome == "refused" and line.reason]
        if refuse and refused:
            raise Refused("booking_refused", words=sentence(tenant, refused[0]))
        held = await bookings.of_children([child], min(days), max(days))
        await keep(answer_of(tenant, child, lines, held))

    lines = await booking.take(tenant, parts, now, remember)
    return answer_of(tenant, child, lines, {})


def _by_adult(holders: Mapping[date, Holder]) -> dict[int, list[date]]:
    found: dict[int, list[date]] = {}
    for day, holder in holders.items():
        found.setdefault(holder.adult, []).append(day)
    return found


def answer_of(
    tenant: Tenant, child: int, lines: Iterable[Line], held: Mapping[Key, Held]
) -> shapes.Answer:
    """Return what became of each line, with what stands and what it costs."""
    told = []
    for line in sorted(lines, key=lambda one: (one.wanted.day, one.wanted.unit)):
        now = held.get(line.wanted.key)
        told.append(
            shapes.Line(
                *(line.wanted.unit, line.wanted.day, line.wanted.wish, line.outcome),
                now.state if now else "",
                now.cents if now and now.price is not None else None,
                line.rank or None,
                why(tenant, line.reason),
            )
        )
    return shapes.Answer(child, told)


def _week(monday: date) -> list[date]:
    if monday.weekday() or monday.year not in YEARS:
        raise Invalid(Wrong("La semaine se nomme par son lundi.", parameter="monday"))
    return [monday + number * DAY for number in range(7)]


def _fitting(number: int) -> int:
    if not 0 < number <= LARGEST:
        raise NotYours
    return number


async def _whose(child: int, days: Iterable[date], today: date) -> dict[date, Holder]:
    """Return which adult books each day for a child; a child that is not there is nobody's."""
    found = await whose(_fitting(child), days, today)
    if not found:
        await responsibilities.the_child(child)
    return found


ROUTES = [listed, week, put_week, cancel]
