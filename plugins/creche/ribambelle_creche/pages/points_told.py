"""The points of one file, sorted for a page: what it has, what a paper would add, what gives nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from ribambelle.tenants import Tenant
from ribambelle_creche import counting
from ribambelle_creche.domain.grid import Line, Score
from ribambelle_creche.domain.grid.words import proof_told, signed
from ribambelle_creche.tables import Application


@dataclass(frozen=True)
class PointsTold:
    """A score, and the names of the crèches it speaks of."""

    score: Score
    names: Mapping[int, str]

    @property
    def given(self) -> list[Line]:
        """The criteria that give or take points."""
        return [line for line in self.score.trace if line.points]

    @property
    def missing(self) -> list[Line]:
        """The criteria that wait for a paper."""
        return [line for line in self.score.trace if line.possible]

    @property
    def nothing(self) -> list[Line]:
        """The criteria that give nothing, each with its reason."""
        return [line for line in self.score.trace if line.why and not line.possible]

    @property
    def at_facilities(self) -> list[tuple[str, int]]:
        """What each crèche of the wishes adds."""
        return [
            (self.names[one], points)
            for one, points in self.score.bonuses.items()
            if points and one in self.names
        ]

    @staticmethod
    def proof(line: Line) -> str:
        """Return the paper a criterion waits for."""
        return proof_told(line.proof)

    @staticmethod
    def signed(points: int) -> str:
        """Return points with their sign."""
        return signed(points)


async def points_told(
    tenant: Tenant, file: Application, names: Mapping[int, str]
) -> PointsTold | None:
    """Return the points of a file for a page; None while the commune has no grid."""
    found = await counting.own_score(tenant, file)
    return PointsTold(found, names) if found else None
