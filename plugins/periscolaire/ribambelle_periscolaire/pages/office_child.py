"""A child's bookings as the office reads them: what is coming, and who did what."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.identity import Person, responsibilities
from ribambelle.identity.tables import Child
from ribambelle.web import guards
from ribambelle.web.home import Found
from ribambelle.web.page import Page
from ribambelle_periscolaire.domain.bookings import ACTS, STATES
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.pages.office import DESK
from ribambelle_periscolaire.queries import catalogue, office, pupils, stories
from ribambelle_periscolaire.queries.office import Booked
from ribambelle_periscolaire.queries.stories import Happened

AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class ChildPage:
    """A child, its coming days and its story."""

    child: Child
    place: str
    today: date
    enrolled: list[str]
    coming: list[Booked]
    story: list[Happened]
    names: dict[int, str]
    """Units, by number."""
    states: dict[str, str]
    acts: dict[str, str]


@get(
    f"{DESK}/enfants/{{number:int}}",
    name="periscolaire.child",
    reads="child:{number}",
    told="Voir les réservations d’un enfant",
    guards=[guards.agent],
)
async def one(number: FromPath[int], now: NamedDependency[datetime]) -> Page:
    """Show what is coming for a child, and who booked or cancelled what."""
    child = await responsibilities.the_child(number)
    known, year = await catalogue.whole(), school_year(now.date())
    family = await pupils.family_of_children([child.id], (year, year))
    pupil = family.pupils[child.id]
    rows = await office.of_child(child.id, now.date(), now.date() + AHEAD)
    page = ChildPage(
        child,
        ", ".join(part for part in (pupil.class_name, pupil.school_name) if part),
        now.date(),
        [
            known.by_id[activity].name
            for activity in sorted(pupil.activities.get(year, ()))
            if activity in known.by_id
        ],
        rows,
        await stories.of_child(child.id),
        {unit.id: known.told(unit.id) for unit in known.units.values()},
        STATES,
        ACTS,
    )
    return Page("periscolaire/office/child.html", page)


async def find(person: Person, words: str) -> list[Found]:
    """Return the children enrolled whose name bears these words, for agents."""
    if not person.holds("agent", "admin"):
        return []
    return [
        Found(
            "Périscolaire",
            f"{row['given_name']} {row['family_name']}",
            ", ".join(part for part in (row["class_name"], row["school"]) if part),
            f"{DESK}/enfants/{row['id']}",
        )
        for row in await stories.children(words)
    ]


ROUTES = [one]
