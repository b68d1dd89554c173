"""The kitchen's desk: meals of a day, a week and a month, the order as it was frozen, what was eaten."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.calendar.months import later
from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards, spreadsheets
from ribambelle.web.formats import jour_court, nombre
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal
from ribambelle_periscolaire import ordering
from ribambelle_periscolaire.domain.bookings import ACTS
from ribambelle_periscolaire.ordering import Meals
from ribambelle_periscolaire.pages.attendance import day_of
from ribambelle_periscolaire.pages.month import first_of
from ribambelle_periscolaire.queries import catalogue, kitchen

DESK = "/bureau/periscolaire/cuisine"
reading = guards.Holding("kitchen", "agent", "admin")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WeekDay:
    """The meals of one day of a week: by group, and by diet."""

    day: date
    booked: list[int]
    diets: Counter[str]

    @property
    def total(self) -> int:
        """How many are booked in all."""
        return sum(self.booked)


@dataclass(frozen=True)
class KitchenPage:
    """The meals of one day, those of its week, and the waste of its month."""

    day: date
    today: date
    meals: list[Meals]
    week: list[WeekDay]
    groups: list[str]
    waste: list[tuple[str, int, int]]
    counts: bool

    @property
    def month(self) -> str:
        """The month of the day, as its address names it."""
        return f"{self.day:%Y-%m}"

    @property
    def total(self) -> int:
        """How many meals to cook: the order once it is frozen, the bookings before."""
        return sum(one.booked if one.ordered is None else one.ordered for one in self.meals)

    @property
    def diets(self) -> list[tuple[str, int]]:
        """How many of each diet in all."""
        found: dict[str, int] = {}
        for one in self.meals:
            for diet, count in one.diets.items():
                found[diet] = found.get(diet, 0) + count
        return sorted(found.items())

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """The figures of the day: meals, then each diet."""
        return [
            ("Repas à préparer", nombre(self.total), ""),
            *((diet, nombre(count), "") for diet, count in self.diets),
        ]

    @property
    def week_heads(self) -> list[tuple[str, str]]:
        """The columns of the week: one a group, then one a diet."""
        return [(name, "n") for name in (*self.groups, *self.week_diets)]

    @property
    def week_diets(self) -> list[str]:
        """The diets the kitchen must mind in the week."""
        return sorted({diet for one in self.week for diet in one.diets})

    @property
    def late(self) -> list[tuple[str, str, datetime]]:
        """What changed after the order: group, act in words, when."""
        return [(one.group.name, ACTS[act], at) for one in self.meals for act, at in one.late]


@dataclass(frozen=True, slots=True)
class Cooked:
    """The meals of one day of a month: booked by group, ordered and eaten in all."""

    day: date
    booked: list[int]
    ordered: int | None
    eaten: int | None

    @property
    def total(self) -> int:
        """How many are booked in all."""
        return sum(self.booked)


@dataclass(frozen=True, slots=True)
class MonthPage:
    """The meals of one month, day by day."""

    first: date
    groups: list[str]
    days: list[Cooked]

    @property
    def here(self) -> str:
        """This month, as its address names it."""
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> str:
        """The month before."""
        return f"{later(self.first, -1):%Y-%m}"

    @property
    def after(self) -> str:
        """The month after."""
        return f"{later(self.first, 1):%Y-%m}"

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """What a month comes to."""
        return [
            ("Repas réservés", nombre(sum(one.total for one in self.days)), ""),
            ("Repas commandés", nombre(sum(one.ordered or 0 for one in self.days)), ""),
            ("Repas mangés", nombre(sum(one.eaten or 0 for one in self.days)), ""),
        ]

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The columns of its table."""
        counts = ("Réservés", "Commandés", "Mangés", *self.groups)
        return [("Jour", ""), *((name, "n") for name in counts)]


@get(
    DESK,
    name="periscolaire.kitchen",
    told="Voir les repas à préparer, par groupe et par régime",
    guards=[reading],
)
async def desk(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the meals of a day, tomorrow's unless another is asked; its week; its month's waste."""
    if month := str(request.query_params.get("mois", "")):
        return Page("periscolaire/office/kitchen_month.html", await month_of(first_of(month)))
    asked = str(request.query_params.get("jour", ""))
    day = day_of(asked) if asked else now.date() + DAY
    services = [(group, unit) for _, group, unit in ordering.services(await catalogue.current())]
    monday = day - DAY * day.weekday()
    booked = await ordering.booked(monday, monday + DAY * 6)
    meals = await ordering.of_day(tenant, day, now, booked)
    week = []
    for one in (monday + DAY * rank for rank in range(7)):
        row = [booked.tallied.meals.get((one, group.id, unit.id), 0) for group, unit in services]
        if any(row):
            week.append(WeekDay(one, row, booked.diets_of(one)))
    page = KitchenPage(
        day,
        now.date(),
        meals,
        week,
        [group.name for group, _ in services],
        await waste(day),
        person.holds("agent", "admin"),
    )
    return Page("periscolaire/office/kitchen.html", page)


async def month_of(first: date) -> MonthPage:
    """Return the meals of a month: the groups that have some, then each day with its total."""
    last = later(first, 1) - DAY
    booked = (await kitchen.tallied(first, last)).meals
    orders, eaten = await kitchen.orders(first, last), await kitchen.eaten(first, last)
    known = ordering.services(await catalogue.current())
    spots = [
        (f"{group.name}, {activity.name}", group.id, unit.id) for activity, group, unit in known
    ]
    used = {spot[1:] for spot in booked} | {spot[1:] for spot in orders}
    shown = [one for one in spots if one[1:] in used]
    rows = []
    for day in sorted({spot[0] for spot in booked} | {spot[0] for spot in orders}):
        there = [(day, group, unit) for _, group, unit in shown]
        asked = [orders[spot]["meals"] for spot in there if spot in orders]
        ate = [eaten[spot] for spot in there if spot in eaten]
        counts = [booked.get(spot, 0) for spot in there]
        ordered, done = (sum(some) if some else None for some in (asked, ate))
        rows.append(Cooked(day, counts, ordered, done))
    return MonthPage(first, [name for name, _, _ in shown], rows)


async def waste(day: date) -> list[tuple[str, int, int]]:
    """Return the meals ordered and eaten of each counted day of a month."""
    first = day.replace(day=1)
    last = (first + DAY * 31).replace(day=1) - DAY
    orders, eaten = await kitchen.orders(first, last), await kitchen.eaten(first, last)
    found: dict[date, list[int]] = {}
    for spot, meals in sorted(eaten.items()):
        if spot in orders:
            both = found.setdefault(spot[0], [0, 0])
            both[0] += orders[spot]["meals"]
            both[1] += meals
    return [(jour_court(one), ordered, ate) for one, (ordered, ate) in found.items()]


class EatenForm(msgspec.Struct, frozen=True):
    """How many meals of one group were eaten."""

    roll: int = 0
    unit: int = 0
    eaten: Annotated[int, msgspec.Meta(ge=0, le=5000)] = -1


@post(
    f"{DESK}/{{day:str}}",
    name="periscolaire.kitchen.count",
    told="Écrire combien de repas ont été mangés",
    guards=[guards.agent],
)
async def count(
    day: FromPath[str],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep how many meals of a group were eaten."""
    on, known = day_of(day), await catalogue.current()
    form = await forms.read(request, EatenForm)
    told = form.struct
    if told is None or told.eaten < 0:
        seen.tell("erreur", "Écrivez un nombre de repas, de 0 à 5000.")
        return Redirect(f"{DESK}?jour={on}", status_code=303)
    spots = {(group.id, unit.id) for _, group, unit in ordering.services(known)}
    if (told.roll, told.unit) not in spots:
        raise NotYours
    if on > now.date():
        seen.tell("erreur", "Ce repas n’a pas encore été servi.")
        return Redirect(f"{DESK}?jour={on}", status_code=303)
    async with transaction():
        await kitchen.count_eaten((on, told.roll, told.unit), told.eaten, person.account, now)
        about = f"periscolaire.meals:{told.roll}:{told.unit}:{on}"
        facts: dict[str, Any] = {"eaten": told.eaten}
        act = "periscolaire.meals_counted"
        await journal.record(act, about, account=person.account, side="office", **facts)
    seen.tell("ok", "Repas mangés enregistrés.")
    return Redirect(f"{DESK}?jour={on}", status_code=303)


@get(
    f"{DESK}/{{day:str}}/export",
    name="periscolaire.kitchen.export",
    told="Télécharger les repas d’un jour ou d’un mois",
    guards=[reading],
)
async def export(
    day: FromPath[str], tenant: NamedDependency[Tenant], now: NamedDependency[datetime]
) -> Response[Any]:
    """Give the meals of a day as a spreadsheet; of a month, when it is a month that is named."""
    if len(day) == len("2026-12"):
        month = await month_of(first_of(day))
        headings = [name for name, _ in month.heads]
        counted = [[one.day, one.total, one.ordered, one.eaten, *one.booked] for one in month.days]
        return spreadsheets.answer("xlsx", f"repas-{month.here}", headings, counted)
    on = day_of(day)
    meals = await ordering.of_day(tenant, on, now)
    diets = sorted({diet for one in meals for diet in one.diets})
    rows = [
        [
            *(one.activity.name, one.group.name, one.booked, one.ordered, one.eaten),
            *(one.diets.get(diet, 0) for diet in diets),
        ]
        for one in meals
    ]
    headings = ["Activité", "Groupe", "Réservés", "Commandés", "Mangés", *diets]
    return spreadsheets.answer("xlsx", f"repas-{on}", headings, rows)


ROUTES = [desk, count, export]
