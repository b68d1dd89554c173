"""One day as the office, a school or the kitchen reads it: counts, then the list of children."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours
from ribambelle.identity import Person, schools
from ribambelle.search import fold
from ribambelle.tenants import Tenant
from ribambelle.web import guards, spreadsheets
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_periscolaire import staffing, viewing
from ribambelle_periscolaire.domain.bookings import STATES
from ribambelle_periscolaire.domain.calendar import YEARS
from ribambelle_periscolaire.pages.office import DESK
from ribambelle_periscolaire.queries import catalogue, flags, office
from ribambelle_periscolaire.queries.office import Booked
from ribambelle_periscolaire.viewing import Reach, Service, reach_of

day_guard = guards.Holding("agent", "admin", "school_staff", "kitchen")
list_guard = guards.Holding("agent", "admin", "school_staff")
AROUND = timedelta(days=14)
"""How far from today a school or the kitchen looks: their days, not the year of a child."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class DayPage:
    """One day, activity by activity."""

    day: date
    today: date
    services: list[Service]
    reach: Reach

    @property
    def before(self) -> date:
        """The day before, a weekend left out."""
        return self.day - DAY * (3 if self.day.weekday() == 0 else 1)

    @property
    def after(self) -> date:
        """The day after, a weekend left out."""
        return self.day + DAY * max(1, 7 - self.day.weekday() if self.day.weekday() >= 4 else 1)

    @property
    def over(self) -> list[Booked]:
        """The bookings past what the groups may receive that day."""
        return [one for service in self.services for line in service.lines for one in line.over]


def require_near(day: date, reach: Reach, today: date) -> None:
    """Refuse a day no calendar holds, or one too far for who only works on the day."""
    if day.year not in YEARS or (not reach.writes and abs(day - today) > AROUND):
        raise NotYours


@get(
    f"{DESK}/jour",
    name="periscolaire.today",
    told="Ouvrir le périscolaire d’aujourd’hui",
    guards=[day_guard],
)
async def today(now: NamedDependency[datetime]) -> Redirect:
    """Lead to today."""
    return Redirect(f"{DESK}/jour/{now.date()}", status_code=303)


@get(
    f"{DESK}/jour/{{day:date}}",
    name="periscolaire.day",
    told="Voir un jour du périscolaire",
    guards=[day_guard],
)
async def one_day(
    day: FromPath[date],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show how many children are expected where, and with how many adults."""
    reach = reach_of(person)
    require_near(day, reach, now.date())
    services = await viewing.day_of(tenant, reach, day, now)
    return Page("periscolaire/office/day.html", DayPage(day, now.date(), services, reach))


COUNTED = (
    *("Activité", "Groupe", "Réservés", "Proposés", "En attente", "Absents"),
    *("Capacité", "Adultes à prévoir", "Adultes présents"),
)


@get(
    f"{DESK}/jour/{{day:date}}/export/{{kind:str}}",
    name="periscolaire.day_counts",
    told="Télécharger les effectifs d’un jour",
    guards=[day_guard],
)
async def counts(
    day: FromPath[date],
    kind: FromPath[str],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Send the counts of the page: no name is in them."""
    reach = reach_of(person)
    require_near(day, reach, now.date())
    if kind not in spreadsheets.KINDS:
        raise NotYours
    lines = [
        (
            service.activity.name,
            line.group.name,
            *(line.counts[state] for state in ("booked", "offered", "waiting", "absent")),
            *(line.capacity, line.needed, line.adults),
        )
        for service in await viewing.day_of(tenant, reach, day, now)
        for line in service.lines
    ]
    return spreadsheets.answer(kind, f"effectifs-{day}", COUNTED, lines)


class StaffForm(msgspec.Struct, frozen=True):
    """Adults of a group on a day; nothing for the usual ones."""

    group: int
    staff: Annotated[int, msgspec.Meta(ge=0, le=99)] | None = None


@post(
    f"{DESK}/jour/{{day:date}}/adultes",
    name="periscolaire.write_staff",
    told="Écrire les adultes présents un jour",
    guards=[guards.agent],
)
async def write_staff(
    day: FromPath[date],
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Redirect:
    """Write how many adults a group has that day: nobody booked is sent away."""
    form = await forms.read(request, StaffForm)
    if day < now.date():
        seen.tell("erreur", "Ce jour est passé : la capacité ne change plus.")
    elif form.struct is None:
        seen.tell("erreur", "Écrivez un nombre d’adultes entre 0 et 99, ou rien.")
    else:
        told = form.struct
        await staffing.write(tenant, told.group, day, told.staff, person.account, now)
        seen.tell("ok", "C’est enregistré. La capacité du jour suit.")
    return Redirect(f"{DESK}/jour/{day}", status_code=303)


# -- the list ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """Which children of the day."""

    activite: int = 0
    ecole: int = 0
    q: str = ""

    def query(self) -> str:
        """The same list, as an address asks it."""
        told = {"activite": self.activite, "ecole": self.ecole, "q": self.q}
        return urlencode({name: value for name, value in told.items() if value})


@dataclass
class Row:
    """One child of the day, with all it has booked."""

    child: Booked
    units: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    flag: str = ""

    @property
    def state(self) -> str:
        """How it stands: said when it is anything but booked."""
        return ", ".join(dict.fromkeys(STATES[one] for one in self.states))


@dataclass(frozen=True)
class ListPage:
    """The children of a day, by school and class."""

    day: date
    asked: Asked
    classes: dict[str, list[Row]]
    activities: list[tuple[int, str]]
    schools: list[tuple[int, str]]

    @property
    def total(self) -> int:
        """How many children."""
        return sum(len(rows) for rows in self.classes.values())

    @property
    def has_flags(self) -> bool:
        """Tell whether something is to be known of one of them."""
        return any(row.flag for rows in self.classes.values() for row in rows)


async def listed(day: date, reach: Reach, asked: Asked) -> list[Row]:
    """Return the children of a day, by school, class and name."""
    known = await catalogue.whole()
    chosen = [one.id for one in known.activities if asked.activite in (0, one.id)]
    words = fold(asked.q).split()
    found: dict[int, Row] = {}
    rows = await office.between(chosen, day, day)
    for one in sorted(rows, key=lambda each: (*each.in_class, known.units[each.unit].begins)):
        if not reach.sees(one) or asked.ecole not in (0, one.pupil.school):
            continue
        if not all(word in fold(one.name) for word in words):
            continue
        group = known.groups.get(one.held.group)
        row = found.setdefault(one.key[0], Row(one))
        row.units.append(known.told(one.unit))
        row.states.append(one.state)
        if group and group.name not in row.groups:
            row.groups.append(group.name)
    known_flags = await flags.of_children(found)
    for child, row in found.items():
        row.flag = known_flags.get(child, "")
    return list(found.values())


@get(
    f"{DESK}/jour/{{day:date}}/enfants",
    name="periscolaire.day_list",
    told="Voir et imprimer la liste des enfants d’un jour",
    guards=[list_guard],
)
async def children(
    day: FromPath[date],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
    activite: FromQuery[int] = 0,
    ecole: FromQuery[int] = 0,
    q: FromQuery[str] = "",
) -> Page:
    """Show the children of a day, ready to print."""
    reach, asked = reach_of(person), Asked(activite, ecole, q.strip()[:100])
    require_near(day, reach, now.date())
    classes: dict[str, list[Row]] = {}
    for row in await listed(day, reach, asked):
        pupil = row.child.pupil
        place = ", ".join(part for part in (pupil.school_name, pupil.class_name) if part)
        classes.setdefault(place or "Sans école", []).append(row)
    known, places = await catalogue.current(), await schools.names()
    page = ListPage(
        day,
        asked,
        classes,
        [(one.id, one.name) for one in known.activities if one.booked == "online"],
        [
            (number, name)
            for number, name in places.items()
            if reach.schools is None or number in reach.schools
        ],
    )
    return Page("periscolaire/office/list.html", page)


HEADINGS = ("École", "Classe", "Nom", "Prénom", "Groupe", "Réservations", "État", "À savoir")


@get(
    f"{DESK}/jour/{{day:date}}/enfants/export/{{kind:str}}",
    name="periscolaire.day_export",
    told="Télécharger la liste des enfants d’un jour",
    guards=[list_guard],
)
async def export(
    day: FromPath[date],
    kind: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
    activite: FromQuery[int] = 0,
    ecole: FromQuery[int] = 0,
    q: FromQuery[str] = "",
) -> Response[bytes]:
    """Send the list as it is on the screen."""
    reach = reach_of(person)
    require_near(day, reach, now.date())
    if kind not in spreadsheets.KINDS:
        raise NotYours
    rows = await listed(day, reach, Asked(activite, ecole, q.strip()[:100]))
    await journal.record(
        "periscolaire.list_exported",
        f"periscolaire.day:{day}",
        account=person.account,
        side="office",
        read_only=True,
        children=len(rows),
    )
    return spreadsheets.answer(kind, f"enfants-{day}", HEADINGS, [_cells(row) for row in rows])


def _cells(row: Row) -> Sequence[str]:
    child = row.child
    return (
        child.pupil.school_name,
        child.pupil.class_name,
        child.family_name,
        child.pupil.name,
        ", ".join(row.groups),
        ", ".join(row.units),
        row.state,
        row.flag,
    )


ROUTES = [today, one_day, counts, write_staff, children, export]
