"""A crèche's own pages: which crèche, and where demand and calls stand in it today."""

from dataclasses import dataclass
from datetime import datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.page import Page
from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.capacity import Cell, Place
from ribambelle_creche.domain.facility import KINDS
from ribambelle_creche.pages import (
    facility_authorisation,
    facility_calls,
    facility_closing,
    facility_insertion,
    facility_places,
    facility_saturday,
)
from ribambelle_creche.pages.facility_space import Call, Space, calls_of, manager, to_call
from ribambelle_creche.queries import closings, contacts, facilities, wishes
from ribambelle_creche.queries.contacts import Late
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Facility

FIRST_CALLS = 5


@dataclass(frozen=True)
class ChoicePage:
    """The crèches this person may open, and which are late to call."""

    facilities: list[Facility]
    late: dict[int, Late]
    closed: list[Facility]
    """Those that closed, for the town hall: it opens them again."""


@dataclass(frozen=True)
class BoardPage:
    """Where demand and calls stand in one crèche at this moment."""

    space: Space
    kind: str
    at: datetime
    calls: list[Call]
    ranks: int
    counts: dict[tuple[str, int], int]
    cells: dict[Place, Cell]

    @property
    def total(self) -> int:
        """How many living files name the crèche."""
        return sum(self.counts.values())

    @property
    def pending(self) -> int:
        """How many of them the town hall has not found complete yet."""
        return self.total - len(self.calls)

    @property
    def figures(self) -> list[tuple[str, int, str]]:
        """What a manager looks at first."""
        first = sum(count for (_, rank), count in self.counts.items() if rank == 1)
        late = sum(call.late > 0 for call in self.calls)
        free = sum(cell.free for cell in self.cells.values())
        return [
            ("Demandes qui vous nomment", self.total, ""),
            ("En premier vœu", first, ""),
            ("Familles à appeler", self.space.to_call, ""),
            ("Appels en retard", late, ""),
            ("Demi-journées libres", free, ""),
        ]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The heads of the table of wishes."""
        ranks = [("1er vœu" if n == 1 else f"{n}e vœu", "n") for n in range(1, self.ranks + 1)]
        return [("Âge à l’entrée", ""), *ranks, ("Total", "n")]

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """Wishes by age group and rank, with their sum; those without an age only if any."""
        known = [*GROUPS, *([""] if any(group == "" for group, _ in self.counts) else [])]
        rows = []
        for group in known:
            line = [self.counts.get((group, rank), 0) for rank in range(1, self.ranks + 1)]
            rows.append((LABELS.get(group, "Âge à préciser"), [*line, sum(line)]))
        sums = [sum(line[n] for _, line in rows) for n in range(self.ranks + 1)]
        return [*rows, ("Total", sums)]

    @property
    def first_calls(self) -> list[Call]:
        """The families to call first."""
        return [call for call in self.calls if call.is_to_call][:FIRST_CALLS]


async def board(facility: Facility, person: Person, tenant: Tenant, now: datetime) -> Page:
    """Show the day of one crèche."""
    calls = await calls_of(facility, tenant, now.date(), person)
    counts = await wishes.counts(facility.id)
    page = BoardPage(
        space=Space(facility, "", to_call(calls)),
        kind=KINDS[facility.kind],
        at=now,
        calls=calls,
        ranks=max([tenant.of(Settings).max_wishes, *(rank for _, rank in counts)]),
        counts=counts,
        cells=await facilities.grid(facility.id),
    )
    return Page("creche/facility/board.html", page)


@get("/creche/direction", name="creche.facility.home", told="Choisir sa crèche", guards=[manager])
async def home(
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the crèche this person directs, or which there are when there are several."""
    mine = await facilities.open_to(person)
    closed = await closings.closed() if person.holds("agent", "admin") else []
    if len(mine) == 1 and not closed:
        return await board(mine[0], person, tenant, now)
    late = {one.facility: one for one in await contacts.overdue(now)} if mine else {}
    mine.sort(key=lambda one: (one.id not in late, late[one.id].oldest if one.id in late else now))
    return Page("creche/facility/choice.html", ChoicePage(mine, late, closed))


@get(
    "/creche/direction/{facility:int}",
    name="creche.facility.board",
    told="Voir la journée d’une crèche",
    guards=[manager],
)
async def day(
    facility: FromPath[int],
    tenant: NamedDependency[Tenant],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page:
    """Show the day of one crèche."""
    return await board(await facilities.managed(person, facility), person, tenant, now)


ROUTES = [
    home,
    day,
    *facility_calls.ROUTES,
    *facility_places.ROUTES,
    *facility_saturday.ROUTES,
    *facility_closing.ROUTES,
    *facility_authorisation.ROUTES,
    *facility_insertion.ROUTES,
]
