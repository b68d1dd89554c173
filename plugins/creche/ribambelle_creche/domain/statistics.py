"""How many children ask for a place, where, for when, and how many places are free?

A child is counted once, however many crèches its file names; wishes are a second measure. A full
place is ten half-days a week.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ribambelle_creche.domain.age import GROUPS

FULL_WEEK = 10
NOWHERE = 0
"""The quartier of files whose address lies in none."""


@dataclass(frozen=True, slots=True)
class Count:
    """Files alike in quartier, age group, month of start and birth."""

    quartier: int
    age_group: str
    month: str
    is_expected: bool
    children: int
    half_days: int


@dataclass(frozen=True, slots=True)
class Supply:
    """Half-days a week of one quartier and age group, free and in all."""

    quartier: int
    age_group: str
    free: int
    places: int


@dataclass(frozen=True, slots=True)
class FacilityDemand:
    """One crèche: its places, and the files that name it."""

    id: int
    name: str
    quartier: int
    places: int
    named: int
    first: int

    @property
    def pressure(self) -> float | None:
        """Files that name it first, per place."""
        return self.first / self.places if self.places else None


def within(counts: Iterable[Count], first: str, last: str) -> list[Count]:
    """Return the files that start from one month to another, both included; empty means no bound.

    >>> june = Count(1, "babies", "2027-06", False, 3, 30)
    >>> within([june], "2027-01", "2027-05")
    []
    >>> within([june], "", "2027-06") == [june]
    True
    """
    return [c for c in counts if (not first or c.month >= first) and (not last or c.month <= last)]


def value(count: Count, measure: str) -> int:
    """Return what a group of files weighs in one measure: children (or wishes), or half-days."""
    return count.half_days if measure == "half_days" else count.children


def grid(
    counts: Iterable[Count], quartiers: Sequence[int], measure: str = "children"
) -> list[list[int]]:
    """Return one row per quartier and one column per group, expected children first.

    >>> counts = [Count(7, "babies", "2027-01", True, 2, 20), Count(7, "older", "2027-01", False, 1, 4)]
    >>> grid(counts, [7])
    [[2, 0, 0, 1]]
    """
    found: Counter[tuple[int, str]] = Counter()
    for count in counts:
        column = "expected" if count.is_expected else count.age_group
        found[count.quartier, column] += value(count, measure)
    return [[found[quartier, column] for column in COLUMNS] for quartier in quartiers]


COLUMNS = ("expected", *GROUPS)


def by_month(counts: Iterable[Count], measure: str = "children") -> list[tuple[str, list[int]]]:
    """Return one line per month of start, in order, with one count per age group.

    >>> by_month([Count(7, "babies", "2027-01", True, 2, 20)])
    [('2027-01', [2, 0, 0])]
    """
    found: Counter[tuple[str, str]] = Counter()
    for count in counts:
        found[count.month, count.age_group] += value(count, measure)
    months = sorted({month for month, _ in found})
    return [(month, [found[month, group] for group in GROUPS]) for month in months]


def full_places(half_days: int) -> float:
    """Return half-days as full places.

    >>> full_places(25)
    2.5
    """
    return half_days / FULL_WEEK


def pressure(asked: int, free: int) -> float | None:
    """Return how many full places are asked for each free one; None when none is free.

    >>> pressure(asked=494, free=130)
    3.8
    >>> pressure(asked=10, free=0) is None
    True
    """
    return asked / free if free else None
