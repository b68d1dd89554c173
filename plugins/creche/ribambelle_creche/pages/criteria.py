"""The points as anybody reads them, and as anybody may try them before filing."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency

from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_creche.domain.evidence import KINDS
from ribambelle_creche.domain.grid import Criterion, Facts, Grid, Line, score
from ribambelle_creche.domain.grid.facts import FACTS, Fact, Told
from ribambelle_creche.domain.grid.words import Told as Words
from ribambelle_creche.domain.grid.words import reserve_told, signed, ties_told, told
from ribambelle_creche.queries import grids
from ribambelle_creche.tables import Grid as GridRow

MOST = 1_000_000
ANYWHERE = 0
"""The crèche of a trial: whichever the visitor has in mind."""


@dataclass(frozen=True)
class Readable:
    """One version in plain French, for a page to show."""

    row: GridRow
    grid: Grid
    day: date

    @property
    def common(self) -> list[Words]:
        """What counts whatever the crèche."""
        return [one for one in self._told if not one.is_of_facility]

    @property
    def of_facility(self) -> list[Words]:
        """What counts for some crèches only."""
        return [one for one in self._told if one.is_of_facility]

    @property
    def _told(self) -> list[Words]:
        # a version still to come is read as it will stand on its first day
        day = max(self.day, self.grid.valid_from)
        return told(self.grid, self.grid.in_force(day))

    @property
    def reserves(self) -> list[tuple[str, str]]:
        """The places kept for some families."""
        return [(one.label, reserve_told(one)) for one in self.grid.reserves]

    @property
    def ties(self) -> list[str]:
        """How equal points are told apart."""
        return ties_told(self.grid.tie_break)

    @property
    def range(self) -> str:
        """The fewest and the most points, in words."""
        low, high = self.grid.range
        return f"de {signed(low)} à {signed(high)}"


def readable(kept: grids.Kept, day: date) -> Readable:
    """Return a version as pages show it."""
    return Readable(kept.row, kept.grid, day)


@dataclass(frozen=True)
class CriteriaPage:
    """The version in force, when there is one."""

    version: Readable | None


@get("/creche/criteres", name="creche.criteria", guards=[guards.public], indexed=True)
async def criteria(tenant: NamedDependency[Tenant]) -> Page:
    """Show what counts for a place, and for how many points."""
    today = tenant.now().date()
    kept = await grids.in_force(today)
    page = CriteriaPage(readable(kept, today) if kept else None)
    return Page("creche/public/criteria.html", page)


@dataclass(frozen=True)
class SimulatorPage:
    """The questions of the version in force, what was answered, and the points it gives."""

    version: Readable | None
    flags: list[tuple[str, str]] = field(default_factory=list)
    choices: list[Fact] = field(default_factory=list)
    numbers: list[Fact] = field(default_factory=list)
    here: list[tuple[str, str]] = field(default_factory=list)
    true: list[str] = field(default_factory=list)
    answers: dict[str, Told] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    points: int = 0
    bonus: int = 0
    is_asked: bool = False

    @property
    def given(self) -> list[tuple[str, int]]:
        """The criteria that give or take points, those of a crèche last."""
        common = [(line.label, line.points) for line in self.lines if line.points]
        at_one = [
            (f"{line.label} (cette crèche seulement)", line.here[ANYWHERE])
            for line in self.lines
            if line.here.get(ANYWHERE)
        ]
        return common + at_one

    @staticmethod
    def signed(points: int) -> str:
        """Return points with their sign."""
        return signed(points)


@get("/creche/criteres/simulateur", name="creche.simulator", guards=[guards.public])
async def simulator(request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]) -> Page:
    """Count the points of whoever asks, by what it ticks; nothing is kept."""
    today = tenant.now().date()
    kept = await grids.in_force(today)
    if kept is None:
        return Page("creche/public/simulator.html", SimulatorPage(None))
    asked = asked_facts(kept.grid.in_force(today))
    answers = answered(request, asked)
    trial = Facts(
        today,
        {one.name: answers.get(one.name) for one in asked if not one.of_facility},
        here={ANYWHERE: {one.name: answers.get(one.name) for one in asked if one.of_facility}},
        proofs=frozenset(KINDS),
    )
    found = score(kept.grid, trial)
    flags = [one for one in asked if one.kind == "flag"]
    page = SimulatorPage(
        version=readable(kept, today),
        flags=[(one.name, one.label) for one in flags if not one.of_facility],
        choices=[one for one in asked if one.kind == "choice"],
        numbers=[one for one in asked if one.kind == "number"],
        here=[(one.name, one.label) for one in flags if one.of_facility],
        true=[name for name, told in answers.items() if told is True],
        answers=answers,
        lines=list(found.trace),
        points=found.points,
        bonus=found.bonuses[ANYWHERE],
        is_asked=bool(request.query_params),
    )
    return Page("creche/public/simulator.html", page)


def asked_facts(criteria: list[Criterion]) -> list[Fact]:
    """Return the facts some criteria read, each once, in their order."""
    names = [name for one in criteria for name in (one.fact, *one.requires.facts)]
    return [FACTS[name] for name in dict.fromkeys(names)]


def answered(request: Request[Any, Any, Any], asked: list[Fact]) -> dict[str, Told]:
    """Return what a visitor ticked and typed; what makes no sense is as if it were not said."""
    ticked = set(request.query_params.getall("vrai", []))
    found: dict[str, Told] = {}
    for one in asked:
        if one.kind == "flag":
            found[one.name] = one.name in ticked
            continue
        typed = str(request.query_params.get(one.name, "")).strip()
        if one.kind == "choice" and typed in one.answers:
            found[one.name] = typed
        if one.kind == "number" and typed.isdecimal() and int(typed[:8]) <= MOST:
            found[one.name] = int(typed[:8])
    return found


ROUTES = [criteria, simulator]
