"""Who gains and who loses when the points change? Said to the council before it votes.

By profile, never by family: a count under five is hidden, and others with it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ribambelle.statistics.small_cells import HIDDEN, protected
from ribambelle_creche.domain.grid.criteria import Grid
from ribambelle_creche.domain.grid.facts import WORK, Facts
from ribambelle_creche.domain.grid.scoring import score

T = TypeVar("T")
THRESHOLD = 5
MOVES = ("gagnent", "ne changent pas", "perdent")
PLACES = ("gagnent une place", "ne changent pas", "perdent leur place")
UNKNOWN = "Travail non précisé"


def _yes(name: str, yes: str, no: str) -> Callable[[Facts], str]:
    return lambda facts: yes if facts.of(name) else no


DIMENSIONS: tuple[tuple[str, Callable[[Facts], str]], ...] = (
    ("Travail des parents", lambda facts: WORK.get(str(facts.of("work")), UNKNOWN)),
    ("Domicile", _yes("lives_in_town", "Habite la commune", "Habite ailleurs")),
    ("Handicap", _yes("aeeh", "AEEH dans le foyer", "Pas d’AEEH")),
    (
        "Fratrie",
        _yes("sibling_present", "Frère ou sœur en crèche", "Pas de frère ni sœur en crèche"),
    ),
)
"""Each splits the files into parts that leave nobody out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One profile: how many files gain, stay, lose, in all; None for a count that is hidden."""

    dimension: str
    label: str
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change of points does, profile by profile; the first row is everybody."""

    files: int
    rows: tuple[Row, ...]


def effect(before: Grid | None, after: Grid, files: Iterable[Facts]) -> Effect:
    """Return who gains and who loses, by profile; without a grid before, everybody had none.

    >>> from datetime import date
    >>> from ribambelle_creche.domain.grid.criteria import Criterion
    >>> aeeh = Criterion("aeeh", "AEEH", "flag", "aeeh", "aeeh", 10)
    >>> grid = Grid("1", date(2026, 1, 1), ("draw",), (aeeh,))
    >>> def told(concerned):
    ...     proofs = frozenset({"aeeh"})
    ...     files = [Facts(date(2027, 3, 1), {"aeeh": n < concerned}, proofs=proofs) for n in range(20)]
    ...     return [row.counts for row in effect(None, grid, files).rows if row.dimension == "Handicap"]
    >>> told(concerned=12)
    [(12, 0, 0, 12), (0, 8, 0, 8)]
    >>> told(concerned=3)
    [(None, 0, 0, None), (None, None, 0, None)]
    """
    moved = [(facts, _move(before, after, facts)) for facts in files]
    return Effect(len(moved), by_profile(moved, DIMENSIONS))


def by_profile(
    moved: Sequence[tuple[T, int]], dimensions: Sequence[tuple[str, Callable[[T], str]]]
) -> tuple[Row, ...]:
    """Return how many gain, stay and lose by profile, no count under five found by subtraction.

    >>> by_profile([("A", 0)] * 6 + [("B", 2)] * 7, [("Lettre", str)])[1:]
    ... # doctest: +NORMALIZE_WHITESPACE
    (Row(dimension='Lettre', label='A', counts=(6, 0, 0, 6)),
     Row(dimension='Lettre', label='B', counts=(0, 0, 7, 7)))
    """
    tables = []
    for name, part in dimensions:
        labels = list(dict.fromkeys(part(one) for one, _ in moved))
        counts = [
            [sum(part(one) == label and move == kind for one, move in moved) for kind in range(3)]
            for label in labels
        ]
        tables.append((name, labels, protected(counts, THRESHOLD).cells if counts else ()))
    return tuple(_rows(tables))


def _move(before: Grid | None, after: Grid, facts: Facts) -> int:
    was = score(before, facts).points if before else 0
    now = score(after, facts).points
    return 0 if now > was else 2 if now < was else 1


def _rows(tables: Sequence[tuple[str, list[str], tuple[tuple[object, ...], ...]]]) -> Iterable[Row]:
    """Yield everybody, then each profile; a total hidden in one table is hidden in all."""
    if not any(labels for _, labels, _ in tables):
        return
    totals = [cells[-1] for _, _, cells in tables]
    yield Row("Ensemble", "Tous les dossiers complets", _told(zip(*totals, strict=True)))
    for name, labels, cells in tables:
        for label, line in zip(labels, cells, strict=False):
            yield Row(name, label, _told((cell,) for cell in line))


def _told(columns: Iterable[tuple[object, ...]]) -> tuple[int | None, ...]:
    return tuple(
        None if any(cell is HIDDEN for cell in column) else int(str(column[0]))
        for column in columns
    )
