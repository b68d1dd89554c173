"""What the last commission would have proposed by other points: asked before they are voted.

Points alone do not say it: a grid that gives everybody half as many takes nothing from anybody.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from ribambelle_creche.domain.admission import Application, Snapshot, propose
from ribambelle_creche.domain.admission_figures import has_place, places_moved
from ribambelle_creche.domain.grid import Facts, Grid, score
from ribambelle_creche.domain.grid.effect import Row
from ribambelle_creche.domain.preparation import file_of
from ribambelle_creche.queries import admission_figures, proposals


@dataclass(frozen=True, slots=True)
class Regraded:
    """Who would have gained and lost a place at one commission, profile by profile."""

    label: str
    held_on: date
    rows: tuple[Row, ...]


async def last_commission(grid: Grid) -> Regraded | None:
    """Return what a grid would have changed at the last commission; None where none can say.

    Families, places, pins and reserves are those it decided on. One that froze nothing of its files
    cannot be counted again.
    """
    row = next(iter(await admission_figures.decided()), None)
    kept = await proposals.kept(row.id) if row else None
    if row is None or kept is None:
        return None
    told = await admission_figures.frozen(row.id)
    given, found = proposals.opened(kept)
    if not {file_of(one.id) for one in given.applications} <= told.keys():
        return None
    other = await asyncio.to_thread(propose, regraded(given, grid, told))
    moved = places_moved(has_place(found.assignments), has_place(other.assignments), told)
    return Regraded(row.label, row.held_on, moved)


def regraded(given: Snapshot, grid: Grid, told: Mapping[str, Facts]) -> Snapshot:
    """Return the files of a commission with the points another grid gives them, and nothing else."""
    scores = {number: score(grid, facts) for number, facts in told.items()}

    def counted(one: Application) -> Application:
        found = scores[file_of(one.id)]
        options = tuple(
            replace(option, bonus=found.bonuses.get(int(option.facility), 0))
            for option in one.options
        )
        return replace(one, points=found.points, options=options)

    return replace(given, applications=tuple(map(counted, given.applications)))
