"""What a family asked the périscolaire and waits for: enrolments examined, lists it is on."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle.web.home import Card
from ribambelle.workflow import State
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.enrolments import year_words
from ribambelle_periscolaire.queries import catalogue, enrolments, waiting_lists
from ribambelle_periscolaire.workflow import EXAMINED, WORKFLOW


@dataclass(frozen=True, slots=True)
class Asked:
    """An enrolment the town hall has not answered."""

    number: int
    child: str
    year: str
    state: State


@dataclass(frozen=True, slots=True)
class Waited:
    """The days one child waits for in one activity, the first of them first."""

    child: str
    activity: str
    days: list[date]


@dataclass(frozen=True)
class Mine:
    """What is under way for a family."""

    enrolments: list[Asked] = field(default_factory=list)
    waiting: list[Waited] = field(default_factory=list)


async def my_demandes(person: Person | None) -> list[Card]:
    """Return the card of what a family asked and waits for; none when nothing is under way."""
    if person is None or not person.adult:
        return []
    day = tenants.current().now().date()
    told = Mine(await _asked(person, day), await _waited(person, day))
    if not told.enrolments and not told.waiting:
        return []
    return [Card("periscolaire/card.html", told, rank=21)]


async def _asked(person: Person, day: date) -> list[Asked]:
    children = [int(child.id) for child in await enrolments.children_of(person, day)]
    year = school_year(day)
    return [
        Asked(one.id, one.name, year_words(int(one.row.year)), WORKFLOW.state(one.state))
        for one in await enrolments.of_children(children, (year, year + 1))
        if one.state in EXAMINED
    ]


async def _waited(person: Person, day: date) -> list[Waited]:
    known = await catalogue.current()
    found: dict[tuple[int, int], list[date]] = defaultdict(list)
    names: dict[int, str] = {}
    for row in await waiting_lists.own(person, day):
        if row["state"] == "waiting" and row["unit"] in known.units:
            names[row["child"]] = row["given_name"]
            found[row["child"], known.activity_of(row["unit"]).id].append(row["day"])
    return [
        Waited(names[child], known.by_id[activity].name, days)
        for (child, activity), days in found.items()
    ]
