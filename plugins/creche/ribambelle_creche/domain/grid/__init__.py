"""The commune's points: read from its file, explained, counted for one family."""

from ribambelle_creche.domain.grid.criteria import Criterion, Grid, Reserve
from ribambelle_creche.domain.grid.facts import Context, Facts, facts_of
from ribambelle_creche.domain.grid.notes import Fault
from ribambelle_creche.domain.grid.reading import Reading, read
from ribambelle_creche.domain.grid.scoring import Line, Score, score

__all__ = [
    "Context",
    "Criterion",
    "Facts",
    "Fault",
    "Grid",
    "Line",
    "Reading",
    "Reserve",
    "Score",
    "facts_of",
    "read",
    "score",
]
