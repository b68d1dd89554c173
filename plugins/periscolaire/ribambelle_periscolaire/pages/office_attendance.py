"""Attendance at the town hall: days to close, marks to settle, corrections with their reason."""

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire import attending, tables
from ribambelle_periscolaire.attending import Correction, Marker, Sheet
from ribambelle_periscolaire.domain.attendance import ABSENCES, ACTS
from ribambelle_periscolaire.domain.catalogue import Activity
from ribambelle_periscolaire.pages.attendance import clock, day_of
from ribambelle_periscolaire.queries import attendance, catalogue

DESK = "/bureau/periscolaire/pointages"
STATES = [
    ("present", "Présent"),
    *((code, label) for code, label in ABSENCES.items()),
]


@dataclass(frozen=True)
class DayLine:
    """One activity on one day: how many expected, marked, present."""

    activity: Activity
    expected: int
    marked: int
    present: int
    locked_at: datetime | None


@dataclass(frozen=True)
class OddLine:
    """A child to look at: come without a booking, or marked in two ways."""

    name: str
    href: str
    where: str
    has_conflict: bool


@dataclass(frozen=True)
class DayPage:
    """What was marked on one day."""

    day: date
    before: date
    after: date
    today: date
    lines: list[DayLine]
    odd: list[OddLine]


@get(
    DESK,
    name="periscolaire.office.attendance",
    told="Voir les pointages d’un jour, et ceux à trancher",
    guards=[guards.agent],
)
async def every(request: Request[Any, Any, Any], now: NamedDependency[datetime]) -> Page:
    """Show each activity of a day: who was expected, who came, whether it is closed."""
    asked = str(request.query_params.get("jour", ""))
    day = day_of(asked) if asked else now.date()
    known = await catalogue.current()
    counts, locked = await attendance.counts(day), await attendance.locked(day)
    lines = []
    for activity in known.activities:
        told = counts.get(activity.id, {"expected": 0, "marked": 0, "present": 0})
        if told["expected"] or activity.id in locked:
            expected, marked, present = (
                int(told[name] or 0) for name in ("expected", "marked", "present")
            )
            done = locked.get(activity.id)
            lines.append(DayLine(activity, expected, marked, present, done))
    odd = [
        OddLine(
            f"{row['given_name']} {row['family_name']}",
            f"{DESK}/{day}/{row['child']}/{row['unit']}",
            known.activity_of(row["unit"]).name,
            bool(row["has_conflict"]),
        )
        for row in await attendance.odd(day)
        if row["unit"] in known.units
    ]
    one = timedelta(days=1)
    page = DayPage(day, day - one, day + one, now.date(), lines, odd)
    return Page("periscolaire/office/attendance.html", page)


@post(
    f"{DESK}/{{day:str}}/{{activity:int}}/clore",
    name="periscolaire.office.close_day",
    told="Clore les pointages d’une activité pour un jour",
    guards=[guards.agent],
)
async def close(
    day: FromPath[str],
    activity: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Lock a day: tablets change nothing of it any more."""
    on, known = day_of(day), await catalogue.current()
    if activity not in known.by_id:
        raise NotYours
    if on > now.date():
        seen.tell("erreur", "Cette journée n’est pas encore passée : attendez pour la clore.")
    elif await attending.close(tenant, known.by_id[activity], on, person.account, now):
        seen.tell("ok", "Journée close. Une correction reste possible, avec sa raison.")
    else:
        seen.tell("info", "Cette journée était déjà close.")
    return Redirect(f"{DESK}?jour={on}", status_code=303)


class CorrectionForm(msgspec.Struct, frozen=True):
    """What an agent says stands, and why."""

    state: str = ""
    arrived: str = ""
    left: str = ""
    why: Annotated[str, msgspec.Meta(max_length=300)] = ""
    cle: str = ""


@dataclass(frozen=True)
class ChildDayPage:
    """One child's day: each mark, what stands, and the form that corrects it."""

    sheet: Sheet
    child: int
    unit: int
    name: str
    stands: dict[str, Any]
    marks: list[tuple[datetime, str, str]]
    key: str
    form: Bound[CorrectionForm] | None = None

    @property
    def states(self) -> list[tuple[str, str]]:
        """What may stand."""
        return STATES

    @property
    def chosen(self) -> str:
        """What stands, as the form names it."""
        state = self.stands.get("state", "")
        return str(self.stands["absence"] if state == "absent" else state)

    def clock(self, name: str) -> str:
        """Return an hour of what stands, as it is typed."""
        minutes = self.stands.get(name)
        return "" if minutes is None else "{:02}:{:02}".format(*divmod(minutes, 60))


async def child_day(day: str, child: int, unit: int) -> ChildDayPage:
    """Return one child's day; a child that no group receives for this does not exist."""
    on, known = day_of(day), await catalogue.current()
    if unit not in known.units:
        raise NotYours
    sheet = await _sheet(child, unit, on)
    one = sheet.others.get(child) or next(
        row
        for rows in (sheet.expected, sheet.standing)
        for key, row in rows.items()
        if key[0] == child
    )
    found = (await attendance.marks([child], on)).get((child, on, unit), [])
    return ChildDayPage(
        sheet,
        child,
        unit,
        f"{one['given_name']} {one['family_name']}",
        sheet.standing.get((child, unit), {}),
        [_told(row) for row in found],
        secrets.token_hex(16),
    )


async def _sheet(child: int, unit: int, day: date) -> Sheet:
    known = await catalogue.current()
    for group in known.activity_of(unit).groups:
        sheet = await attending.sheet(known, Marker(), group.id, day)
        if sheet.holds(child, unit) or (child, unit) in sheet.standing:
            return sheet
    raise NotYours


def _told(row: tables.Mark) -> tuple[datetime, str, str]:
    words = ABSENCES.get(row.absence, "") or ACTS.get(row.act, row.act)
    who = f"Tablette {row.device}" if row.device else "Par la mairie ou l’école"
    why = f"{who} : {row.reason}" if row.reason else who
    hours = [clock(row.arrived), clock(row.left)]
    return row.at, " ".join([words, *(f"({hour})" for hour in hours if hour)]), why


@get(
    f"{DESK}/{{day:str}}/{{child:int}}/{{unit:int}}",
    name="periscolaire.office.child_day",
    reads="child:{child}",
    told="Voir ce qui a été pointé d’un enfant, et par qui",
    guards=[guards.agent],
)
async def one(day: FromPath[str], child: FromPath[int], unit: FromPath[int]) -> Page:
    """Show each mark of a child's day."""
    page = await child_day(day, child, unit)
    return Page("periscolaire/office/child_day.html", page)


@post(
    f"{DESK}/{{day:str}}/{{child:int}}/{{unit:int}}",
    name="periscolaire.office.correct",
    told="Corriger un pointage, avec sa raison, même après la clôture",
    guards=[guards.agent],
)
async def correct(
    day: FromPath[str],
    child: FromPath[int],
    unit: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write what stands, with why; the marks before stay."""
    page = await child_day(day, child, unit)
    form = await forms.read(request, CorrectionForm)
    told, wrong = form.told, {}
    if told.state not in dict(STATES):
        wrong["state"] = "Choisissez ce qui s’est passé."
    if not told.why.strip() and "why" not in form.errors:
        wrong["why"] = "Écrivez pourquoi : la raison reste dans l’histoire."
    hours = {name: minutes_of(getattr(told, name)) for name in ("arrived", "left")}
    for name, found in hours.items():
        if getattr(told, name) and found is None:
            wrong[name] = "Écrivez une heure, par exemple 16:30."
    if page.sheet.day > now.date():
        wrong["state"] = "Ce jour n’est pas encore venu."
    if wrong or form.struct is None:
        shown = replace(page, form=form.wrong(**wrong))
        return Page("periscolaire/office/child_day.html", shown, status=422)
    is_present = told.state == "present"
    await attending.correct(
        tenant,
        page.sheet,
        child,
        unit,
        Correction(
            "present" if is_present else "absent",
            "" if is_present else told.state,
            hours["arrived"] if is_present else None,
            hours["left"] if is_present else None,
            told.why.strip(),
        ),
        (told.cle or secrets.token_hex(16))[:36],
        person.account,
        now,
    )
    seen.tell("ok", "Correction enregistrée, avec votre raison.")
    return Redirect(f"{DESK}/{page.sheet.day}/{child}/{unit}", status_code=303)


def minutes_of(told: str) -> int | None:
    """Return an hour as it is typed, in minutes after midnight; None when it is not one.

    >>> minutes_of("16:30"), minutes_of("9 h 05"), minutes_of("25:00"), minutes_of("tard")
    (990, 545, None, None)
    """
    parts = told.lower().replace("h", ":").replace(" ", "").split(":")
    if len(parts) != 2 or not parts[0].isdecimal() or not (parts[1] or "0").isdecimal():
        return None
    hours, minutes = int(parts[0]), int(parts[1] or 0)
    return hours * 60 + minutes if hours < 24 and minutes < 60 else None


ROUTES = [every, close, one, correct]
