"""A « semaine type » applied to a period: what it would book, what it leaves out and why, then done."""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from litestar import Request, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from ribambelle.forms import Bound, bind
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_periscolaire import booking
from ribambelle_periscolaire.booking import FARTHEST
from ribambelle_periscolaire.domain.activities import on
from ribambelle_periscolaire.domain.calendar import school_year, year_bounds
from ribambelle_periscolaire.domain.catalogue import Unit
from ribambelle_periscolaire.domain.doors import Pupil
from ribambelle_periscolaire.domain.pattern import Habit, Weeks, usual_week, wanted
from ribambelle_periscolaire.domain.taking import Line, Wanted
from ribambelle_periscolaire.forms import UsualWeek
from ribambelle_periscolaire.gathering import Gathered, gather
from ribambelle_periscolaire.pages.results import Results, results_of
from ribambelle_periscolaire.pricing import PriceBook
from ribambelle_periscolaire.queries import bookings

LONGEST = timedelta(days=366)
WEEKS: dict[Weeks, str] = {
    "all": "Toutes les semaines",
    "even": "Les semaines paires",
    "odd": "Les semaines impaires",
}
RECENT = timedelta(days=42)


@dataclass(frozen=True, slots=True)
class Row:
    """One unit of the week, with the days it may run."""

    unit: Unit
    label: str
    days: list[int | None]
    """Monday to Friday; None where it never runs."""


@dataclass(frozen=True)
class Preview:
    """What a usual week would do, not done yet."""

    lines: list[Line]
    cents: int
    reasons: dict[str, list[Line]] = field(default_factory=dict)

    def count(self, outcome: str) -> int:
        """How many lines would end so."""
        return sum(line.outcome == outcome for line in self.lines)


@dataclass(frozen=True)
class UsualWeekPage:
    """The form, what it would do, and what became of the last one."""

    pupils: list[Pupil]
    pupil: Pupil | None
    rows: list[Row]
    ticked: frozenset[str]
    weeks: str
    first: date
    last: date
    today: date
    key: str
    form: Bound[UsualWeek] | None = None
    preview: Preview | None = None
    results: Results | None = None
    choices: tuple[tuple[str, str], ...] = tuple(WEEKS.items())

    @property
    def others(self) -> list[Pupil]:
        """The other children of the family."""
        return [one for one in self.pupils if self.pupil and one.id != self.pupil.id]


@get(
    "/periscolaire/semaine-type",
    name="periscolaire.usual_week",
    told="Préparer une semaine type",
    guards=[guards.family],
)
async def look(
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
    enfant: FromQuery[int] = 0,
    fait: FromQuery[str] = "",
) -> Page:
    """Show the week a child already has, ready to be repeated."""
    first, last = _period(now.date())
    gathered = await gather(tenant, person, now.date() - RECENT, now.date() + RECENT, now)
    pupil = _pupil(gathered, enfant)
    lines = booking.read(await bookings.answered(person, fait)) if fait else []
    ticked = _habits(gathered, pupil) if pupil else frozenset()
    return _page(
        gathered, pupil, ticked, "all", first, last, now, results=results_of(gathered, lines)
    )


@post(
    "/periscolaire/semaine-type",
    name="periscolaire.apply_usual_week",
    told="Appliquer une semaine type à une période",
    guards=[guards.family],
)
async def apply(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page | Redirect:
    """Say what the week would book; book it when the family has read it."""
    form = await request.form()
    bound, ticked = _bound(form, now.date())
    said = bound.struct
    first, last = (said.premier, said.dernier) if said else _period(now.date())
    gathered = await gather(tenant, person, first, last, now)
    pupil = _pupil(gathered, said.enfant if said else 0)
    weeks = said.semaines if said else "all"
    if said is None or pupil is None:
        return _page(gathered, pupil, ticked, weeks, first, last, now, form=bound)
    asked = _asked(gathered, pupil, ticked, said)
    if not asked:
        bound = bound.wrong(jour="Cochez au moins un jour de la semaine.")
        return _page(gathered, pupil, ticked, weeks, first, last, now, form=bound)
    if said.confirme:
        key = said.cle or secrets.token_urlsafe(12)
        await booking.save(tenant, person, asked, key, now)
        there = f"/periscolaire/semaine-type?enfant={pupil.id}&fait={quote(key)}"
        return Redirect(there, status_code=303)
    prices = PriceBook(tenant, gathered)
    lines = gathered.taking().decide(asked)
    return _page(
        gathered, pupil, ticked, weeks, first, last, now, preview=_preview(gathered, prices, lines)
    )


def _bound(form: FormMultiDict, today: date) -> tuple[Bound[UsualWeek], frozenset[str]]:
    ticked = frozenset(str(one)[:20] for one in form.getall("jour", []))
    raw = {name: str(form.get(name) or "") for name in form if name != "jour"}
    bound = bind(UsualWeek, raw)
    if bound.struct is None:
        return bound, ticked
    said = bound.value
    if said.dernier < said.premier:
        return bound.wrong(dernier="Le dernier jour vient avant le premier."), ticked
    if said.dernier - said.premier > LONGEST:
        return bound.wrong(
            dernier="Un an au plus : choisissez un dernier jour plus proche."
        ), ticked
    if said.dernier - today > FARTHEST:
        return bound.wrong(dernier="Choisissez un jour de cette année ou de la suivante."), ticked
    if said.dernier < today:
        return bound.wrong(dernier="Cette période est passée."), ticked
    if said.semaines not in WEEKS:
        return bound.wrong(semaines="Choisissez une des réponses proposées."), ticked
    return bound, ticked


def _asked(
    gathered: Gathered, pupil: Pupil, ticked: frozenset[str], said: UsualWeek
) -> list[Wanted]:
    """Return what the week asks: its days, and with « retirer » the others given back."""
    days: dict[str, set[int]] = {}
    for one in ticked:
        unit, _, weekday = one.partition("-")
        if not all(part.isascii() and part.isdecimal() for part in (unit, weekday)):
            continue
        if int(unit) in gathered.catalogue.units:
            days.setdefault(unit, set()).add(int(weekday))
    habits = [Habit(unit, frozenset(found), said.semaines) for unit, found in days.items()]  # type: ignore[arg-type] # one of WEEKS, checked
    asked = [(int(unit), day) for unit, day in wanted(habits, said.premier, said.dernier)]
    runs = gathered.doors.runs
    units = gathered.catalogue.units
    kept = [
        (unit, day)
        for unit, day in asked
        if runs(gathered.catalogue.activity_of(unit), units[unit], day)
    ]
    found = [Wanted(pupil.id, unit, day, "book") for unit, day in kept]
    if not said.retirer:
        return found
    held = [
        Wanted(pupil.id, unit, day, "cancel")
        for (child, day, unit), one in gathered.held.items()
        if child == pupil.id and one.state in {"booked", "waiting"} and (unit, day) not in kept
    ]
    return [*held, *found]


def _preview(gathered: Gathered, prices: PriceBook, lines: list[Line]) -> Preview:
    """Return what the lines would do; nothing of it is written."""
    cents, reasons = 0, dict[str, list[Line]]()
    for line in lines:
        asked = line.wanted
        if line.outcome == "booked":
            activity = gathered.catalogue.activity_of(asked.unit)
            unit = gathered.catalogue.units[asked.unit]
            pupil = gathered.family.pupils[asked.child]
            cents += prices.cents(pupil, activity, unit, asked.day) or 0
        if line.reason:
            reasons.setdefault(line.reason.code, []).append(line)
    return Preview(lines, cents, reasons)


def _page(
    gathered: Gathered,
    pupil: Pupil | None,
    ticked: frozenset[str],
    weeks: str,
    first: date,
    last: date,
    now: datetime,
    *,
    form: Bound[UsualWeek] | None = None,
    preview: Preview | None = None,
    results: Results | None = None,
) -> Page:
    page = UsualWeekPage(
        list(gathered.family.pupils.values()),
        pupil,
        _rows(gathered, pupil, first) if pupil else [],
        ticked,
        weeks,
        first,
        last,
        now.date(),
        secrets.token_urlsafe(12),
        form,
        preview,
        results,
    )
    return Page("periscolaire/usual_week.html", page, status=422 if form else 200)


def _rows(gathered: Gathered, pupil: Pupil, day: date) -> list[Row]:
    rows = []
    for activity in gathered.catalogue.activities:
        if activity.booked != "online" or not gathered.doors.enrolled(pupil, activity, day):
            continue
        wednesday = activity.runs == "wednesday"
        for unit in activity.units:
            days = [
                weekday if on(unit.weekdays, weekday) and (weekday == 2) == wednesday else None
                for weekday in range(5)
            ]
            if activity.runs in {"holidays", "always"}:
                days = [weekday if on(unit.weekdays, weekday) else None for weekday in range(5)]
            label = activity.name
            if len(activity.units) > 1:
                label = f"{activity.name} : {unit.name.lower()}"
            rows.append(Row(unit, label, days))
    return rows


def _habits(gathered: Gathered, pupil: Pupil) -> frozenset[str]:
    """Return the days a child usually has, as the form ticks them."""
    known: Counter[tuple[str, date]] = Counter(
        (str(unit), day)
        for (child, day, unit), held in gathered.held.items()
        if child == pupil.id and held.state == "booked"
    )
    return frozenset(
        f"{habit.unit}-{weekday}" for habit in usual_week(known) for weekday in habit.weekdays
    )


def _pupil(gathered: Gathered, number: int) -> Pupil | None:
    pupils = gathered.family.pupils
    return pupils.get(number) or next(iter(pupils.values()), None)


def _period(today: date) -> tuple[date, date]:
    """Return the next Monday and the last day of its school year."""
    first = today + timedelta(days=7 - today.weekday())
    return first, min(year_bounds(school_year(first))[1], date(school_year(first) + 1, 7, 31))


ROUTES = [look, apply]
