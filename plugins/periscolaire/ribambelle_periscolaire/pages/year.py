"""A school year at a glance: how many days of each activity, month by month, and what they cost."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.calendar.months import later
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_periscolaire.domain.calendar import school_year, year_bounds
from ribambelle_periscolaire.domain.doors import Pupil
from ribambelle_periscolaire.gathering import Gathered, gather

YEARS = range(2020, 2100)
COUNTED = frozenset({"booked", "absent", "offered"})


@dataclass
class Month:
    """One month of one child."""

    first: date
    days: Counter[int] = field(default_factory=Counter)
    """Days booked, by activity."""
    cents: int = 0

    @property
    def address(self) -> str:
        """Its own page."""
        return f"/periscolaire/mois/{self.first:%Y-%m}"


@dataclass(frozen=True)
class Line:
    """One child: its activities, and its months."""

    pupil: Pupil
    activities: list[tuple[int, str]]
    months: list[Month]

    @property
    def cents(self) -> int:
        """What the year costs as it stands."""
        return sum(month.cents for month in self.months)

    def total(self, activity: int) -> int:
        """How many days of an activity."""
        return sum(month.days[activity] for month in self.months)


@dataclass(frozen=True)
class YearPage:
    """A school year of a family."""

    year: int
    today: date
    lines: list[Line]

    @property
    def label(self) -> str:
        """The year, as schools say it."""
        return f"{self.year}-{self.year + 1}"

    @property
    def first(self) -> date:
        """The first day, or today in it: where the other views open."""
        return self.today if school_year(self.today) == self.year else year_bounds(self.year)[0]


@get(
    "/periscolaire/annee/{year:int}",
    name="periscolaire.year",
    told="Voir une année de périscolaire",
    guards=[guards.family],
)
async def year_page(
    year: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Page:
    """Show a school year, month by month."""
    if year not in YEARS:
        raise NotYours
    first, last = year_bounds(year)
    gathered = await gather(tenant, person, first, last, now)
    lines = [_line(gathered, pupil, first) for pupil in gathered.family.pupils.values()]
    return Page("periscolaire/year.html", YearPage(year, now.date(), lines))


def _line(gathered: Gathered, pupil: Pupil, first: date) -> Line:
    months = [Month(later(first, number)) for number in range(12)]
    for (child, day, unit), held in gathered.held.items():
        if child != pupil.id or held.state not in COUNTED or unit not in gathered.catalogue.units:
            continue
        month = months[(day.year - first.year) * 12 + day.month - first.month]
        month.days[gathered.catalogue.units[unit].activity] += 1
        if not gathered.doors.with_other(
            child, day
        ):  # what the other parent pays is theirs to know
            month.cents += held.cents
    opened = pupil.activities.get(first.year, frozenset())
    activities = [
        (one.id, one.name)
        for one in gathered.catalogue.activities
        if one.id in opened or any(month.days[one.id] for month in months)
    ]
    return Line(pupil, activities, months)


ROUTES = [year_page]
