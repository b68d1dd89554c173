"""What is published each year of the decisions with a reason, a commission's and those taken outside of
any: counts, no name.

A year is published once it is over: counts that grow through a year would tell, by difference, what
each commission hides.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ribambelle_creche.domain import emergency
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.domain.published import LEAST


@dataclass(frozen=True, slots=True)
class Motivated:
    """One decision against the order: its year, its reason, the files it passed over."""

    year: int
    reason: str
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One reason of one year; a count under five is None."""

    reason: str
    decisions: int | None
    passed_over: int | None

    @property
    def label(self) -> str:
        """The reason, in words."""
        return REASONS.get(self.reason, self.reason)


@dataclass(frozen=True, slots=True)
class Urgent:
    """The emergencies of one reason in one year; a count under five is None."""

    reason: str
    given: int | None

    @property
    def label(self) -> str:
        """The reason, in words."""
        return emergency.REASONS.get(self.reason, self.reason)


def register(decided: Iterable[Motivated], this_year: int) -> dict[int, list[Line]]:
    """Return the lines of each year that is over, the last first.

    >>> six = [Motivated(2026, "S2", ("C-1", "C-2")) for _ in range(6)]
    >>> register([*six, Motivated(2026, "H1", ()), Motivated(2027, "H1", ())], 2027)
    ... # doctest: +NORMALIZE_WHITESPACE
    {2026: [Line(reason='S2', decisions=6, passed_over=None),
            Line(reason='H1', decisions=None, passed_over=None)]}
    """
    over = [one for one in decided if one.year < this_year]
    found: dict[int, list[Line]] = {}
    for year in sorted({one.year for one in over}, reverse=True):
        for reason in (*REASONS, *sorted({one.reason for one in over} - REASONS.keys())):
            same = [one for one in over if (one.year, one.reason) == (year, reason)]
            if same:
                found.setdefault(year, []).append(_line(reason, same))
    return found


def _line(reason: str, same: list[Motivated]) -> Line:
    if len(same) < LEAST:
        return Line(reason, None, None)
    passed = len({file for one in same for file in one.passed_over})
    return Line(reason, len(same), passed if passed >= LEAST or passed == 0 else None)


def emergencies(given: Iterable[tuple[int, str]], this_year: int) -> dict[int, list[Urgent]]:
    """Return the places given in an emergency each year that is over, by reason, the last year first.

    Nobody is said to be passed over: such a place is given outside of any order.

    >>> emergencies([(2026, "U2")] * 5 + [(2026, "U1"), (2027, "U2")], 2027)
    {2026: [Urgent(reason='U1', given=None), Urgent(reason='U2', given=5)]}
    """
    counts = Counter(one for one in given if one[0] < this_year)
    found: dict[int, list[Urgent]] = {}
    for year, reason in sorted(counts, key=lambda one: (-one[0], one[1])):
        many = counts[year, reason]
        found.setdefault(year, []).append(Urgent(reason, many if many >= LEAST else None))
    return found
