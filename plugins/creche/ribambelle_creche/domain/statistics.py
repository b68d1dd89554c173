"""How many children ask for a place, where, for when, and how many places are free?

A child is counted once, however many crèches its file names; wishes are a second measure. A full
place is ten half-days a week.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

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
class Scope:
    """Which living files are counted; what is not said does not restrict."""

    desk: int = 0
    first: str = ""
    """First month of start counted, as 2027-01."""
    last: str = ""
    """Last month of start counted."""
    facilities: tuple[int, ...] | None = None
    """Only files that name one of these crèches; none of them when it is empty."""


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


FACILITY_ORDERS = {
    "nom": lambda one: one.name.casefold(),
    "places": lambda one: -one.places,
    "nommee": lambda one: -one.named,
    "premier": lambda one: -one.first,
    "pression": lambda one: -(one.pressure or 0),
}
"""How the list of crèches may be sorted; what is equal keeps the order of names."""


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


def by_group(counts: Iterable[Count], supply: Iterable[Supply]) -> list[tuple[str, int, int]]:
    """Return each age group at the start, with the half-days asked and those free.

    >>> by_group([Count(7, "babies", "2027-01", True, 2, 20)], [Supply(7, "older", 5, 9)])
    [('babies', 20, 0), ('middle', 0, 0), ('older', 0, 5)]
    """
    need: Counter[str] = Counter()
    free: Counter[str] = Counter()
    for count in counts:
        need[count.age_group] += count.half_days
    for one in supply:
        free[one.age_group] += one.free
    return [(group, need[group], free[group]) for group in GROUPS]


def first_day(month: str) -> date:
    """Return the day a month of start is counted on.

    >>> first_day("2027-01").isoformat()
    '2027-01-01'
    """
    return date.fromisoformat(f"{month}-01")


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
