"""Who passes first? One strict order, written as one integer per claim: the lower passes.

A claim is one file asking for one of its options. In order: what people pinned, a place already
held by right, a reserved place, points with the bonus of the crèche, the date the file was
complete, the draw, and the file's number so that no two are ever equal.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from functools import cached_property
from typing import Final

from ribambelle_creche.domain.admission.snapshot import Application, Option
from ribambelle_creche.domain.admission.units import Unit

PINNED, OWNED, RESERVED, BY_POINTS = range(4)
Promoted = Mapping[str, frozenset[str]]
"""The crèches in which a file passes by a reserve."""


class Order:
    """The order of one run: files are numbered by date, draw and number.

    Files that enter together ask at the rank of the last of them: nobody whom each of them passes
    may pass before them.
    """

    def __init__(
        self, units: Sequence[Unit], pinned: Mapping[str, str | None], promoted: Promoted
    ) -> None:
        self.units: Final = sorted(units, key=last_tie)
        self.pinned: Final = pinned
        self.promoted = promoted
        self.places: Final = max((len(unit.choices) for unit in units), default=0) + 1
        files = [one for unit in self.units for one in unit.members]
        own = {one.points for one in files}
        bonuses = {option.bonus for one in files for option in one.options}
        self.most: Final = max(own, default=0) + max(bonuses, default=0)
        self.span: Final = self.most - min(own, default=0) - min(bonuses, default=0) + 1
        self.count: Final = len(files) + 1
        self.ranks, self.unit_at = _numbered(self.units)
        """The numbers of each unit's members, and the unit of each number."""
        self.step: Final = self.count * self.places
        self.start: Final = (BY_POINTS * self.span + self.most) * self.step
        self.keys = self._keys()
        """The claims of each unit for its choices, each as a number unique to it."""

    def passing(self, promoted: Promoted) -> "Order":
        """Return the same order in which these files, and no others, pass first by a reserve."""
        other = copy(self)
        other.promoted, other.keys = promoted, list(self.keys)
        for name in {**self.promoted, **promoted}:
            for index in self._units_of[name]:
                other.keys[index] = other._keys_by_right(index, self.units[index])
        return other

    @cached_property
    def _units_of(self) -> dict[str, list[int]]:
        """By file, the units it belongs to: its own, and its group's."""
        found: dict[str, list[int]] = {}
        for index, unit in enumerate(self.units):
            for one in unit.members:
                found.setdefault(one.id, []).append(index)
        return found

    def _keys(self) -> list[list[int]]:
        start, step, places = self.start, self.step, self.places
        some_pass_first = bool(self.pinned or self.promoted)
        found: list[list[int]] = []
        for index, (unit, ranks) in enumerate(zip(self.units, self.ranks, strict=True)):
            one = unit.members[0]
            if some_pass_first or one.current is not None or len(unit.members) > 1:
                found.append(self._keys_by_right(index, unit))
            else:
                key, keys = start + ranks[0] * places - one.points * step, []
                for option in one.options:
                    keys.append(key - option.bonus * step)
                    key += 1
                found.append(keys)
        return found

    def _keys_by_right(self, index: int, unit: Unit) -> list[int]:
        ranks = self.ranks[index]
        return [
            max(
                (self._kind(one, option) * self.span + self.most - one.points - option.bonus)
                * self.count
                + rank
                for rank, (one, option) in zip(ranks, unit.asked(choice), strict=True)
            )
            * self.places
            + place
            for place, choice in enumerate(unit.choices)
        ]

    def claim(self, key: int) -> tuple[int, int]:
        """Return the unit and the choice of a claim."""
        rest, place = divmod(key, self.places)
        return self.unit_at[rest % self.count], place

    def by_points(self, key: int) -> int | None:
        """Return the points a claim passed with; None when it passed by a right."""
        kind, above = divmod(key // self.places // self.count, self.span)
        return self.most - above if kind == BY_POINTS else None

    def _kind(self, one: Application, option: Option) -> int:
        """Return by what right a file passes for one option."""
        if one.id in self.pinned:
            return PINNED
        if one.current == option.id:
            return OWNED
        return RESERVED if option.facility in self.promoted.get(one.id, ()) else BY_POINTS


def _numbered(units: Sequence[Unit]) -> tuple[Sequence[tuple[int, ...]], Sequence[int]]:
    """Return the numbers of the members of each unit, and the unit of each number."""
    if all(len(unit.members) == 1 for unit in units):
        return [(index,) for index in range(len(units))], range(len(units))
    every = sorted(
        (*tie(one), index, place)
        for index, unit in enumerate(units)
        for place, one in enumerate(unit.members)
    )
    ranks = [[0] * len(unit.members) for unit in units]
    for rank, (*_, index, place) in enumerate(every):
        ranks[index][place] = rank
    return [tuple(found) for found in ranks], [index for *_, index, _ in every]


def last_tie(unit: Unit) -> tuple[datetime, int, str]:
    """Sort key of units with equal points: that of their last member."""
    if len(unit.members) > 1:
        return max(map(tie, unit.members))
    (one,) = unit.members
    return one.completed, -one.draw, one.id


def tie(one: Application) -> tuple[datetime, int, str]:
    """Sort key of files with equal points: the earlier date, the higher draw, the number.

    >>> early = Application("B", 10, "2026-02-01", 1, ())
    >>> late = Application("A", 10, "2026-03-01", 9, ())
    >>> [one.id for one in sorted([late, early], key=tie)]
    ['B', 'A']
    """
    return one.completed, -one.draw, one.id
