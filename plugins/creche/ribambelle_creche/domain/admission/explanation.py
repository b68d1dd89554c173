"""Why each option was refused, and what each resource may publish of itself.

Both are read from who holds what, never from how the run went: the same result always has the
same reasons. Each child sits at its own rank; files that enter together ask at the rank of the
last of them.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from operator import attrgetter

from ribambelle_creche.domain.admission.order import Order
from ribambelle_creche.domain.admission.outcome import Blocking, CutOff, Refusal
from ribambelle_creche.domain.admission.snapshot import Snapshot
from ribambelle_creche.domain.admission.units import Choice, Unit

BY_NAME = attrgetter("resource")


@dataclass(frozen=True, slots=True)
class Reasons:
    """The refusals of each file, and the cut-off of each resource."""

    refusals: dict[str, tuple[Refusal, ...]]
    cutoffs: dict[str, CutOff]


class Line:
    """Who sits on one resource, the first in order first."""

    def __init__(self, seats: list[tuple[int, int, int | None]]) -> None:
        """Take claims, the places they hold, and the points they passed with."""
        seats.sort()
        self.keys = [key for key, _, _ in seats]
        self.taken = [0, *accumulate(places for _, places, _ in seats)]
        self.lasts: list[int | None] = [None]
        for _, _, points in seats:
            self.lasts.append(self.lasts[-1] if points is None else points)

    def ahead(self, key: int, own: Collection[int]) -> tuple[int, int | None]:
        """Return the places others hold ahead of a claim, and the points of the last who passed by them.

        A file that ranks better for what it holds than for what it asks is not ahead of itself.
        """
        place = bisect_left(self.keys, key)
        taken = self.taken[place]
        for seat in own if place else ():
            at = bisect_left(self.keys, seat, hi=place)
            if at < place and self.keys[at] == seat:
                taken -= self.taken[at + 1] - self.taken[at]
        while place and self.keys[place - 1] in own:
            place -= 1
        return taken, self.lasts[place]

    def behind(self, key: int, but: Collection[int]) -> bool:
        """Tell whether anybody else sits behind a claim."""
        return any(other not in but for other in self.keys[bisect_left(self.keys, key) :])


class Book:
    """A finished result, resource by resource; `order` ranks each file alone."""

    def __init__(
        self,
        given: Snapshot,
        order: Order,
        assignments: Mapping[str, str | None],
        closed: Collection[str],
    ) -> None:
        self.capacities, self.order, self.closed = given.resources, order, closed
        self.index = {unit.members[0].id: index for index, unit in enumerate(order.units)}
        self.keys = order.keys
        self.seats: dict[str, int] = {}
        """By file, the claim by which it sits."""
        self.places: dict[str, str] = {}
        seats: dict[str, list[tuple[int, int, int | None]]] = {name: [] for name in given.resources}
        for index, unit in enumerate(order.units):
            one = unit.members[0]
            wanted = assignments[one.id]
            if wanted is None:
                continue
            place = next(p for p, option in enumerate(one.options) if option.id == wanted)
            key, taken = self.keys[index][place], demand(unit, unit.choices[place])
            self.seats[one.id], self.places[one.id] = key, one.options[place].facility
            for name, places in taken.items():
                seats[name].append((key, places, order.by_points(key)))
        self.lines = {name: Line(found) for name, found in seats.items()}

    def blocking(self, unit: Unit, choice: Choice) -> Iterator[Blocking]:
        """Yield every resource that keeps a unit from one of its choices."""
        key = max(
            self.keys[self.index[one.id]][place]
            for one, place in zip(unit.members, choice, strict=True)
        )
        own = {self.seats[one.id] for one in unit.members if one.id in self.seats}
        for name, needed in demand(unit, choice).items():
            line, capacity = self.lines[name], self.capacities[name]
            if line.taken[-1] + needed <= capacity and not self.closed:
                continue
            ahead, last = line.ahead(key, own)
            full = ahead + needed > capacity
            is_kept = name in self.closed and not line.behind(key, own)
            if full or is_kept:
                yield Blocking(name, capacity, ahead, last, withheld=not full)

    def cut_off(self, name: str) -> CutOff:
        """Return what a resource publishes."""
        line, capacity = self.lines[name], self.capacities[name]
        is_open = line.taken[-1] < capacity and name not in self.closed
        return CutOff(capacity, line.taken[-1], None if is_open else line.lasts[-1])


def explain(
    given: Snapshot,
    units: list[tuple[Unit, int | None]],
    book: Book,
) -> Reasons:
    """Return the refusals of units, each with the choice it holds, and every cut-off."""
    refusals: dict[str, tuple[Refusal, ...]] = {}
    for unit, held in units:
        if unit.members[0].id in book.order.pinned:
            continue  # people decided: no place stood in the way
        refused = [
            (choice, tuple(sorted(book.blocking(unit, choice), key=BY_NAME)))
            for choice in unit.choices[:held]
        ]
        for place, one in enumerate(unit.members if refused else ()):
            kept = None if held is None else unit.choices[held][place]
            told: dict[int, Refusal] = {}
            for choice, blocking in refused:
                option = choice[place]
                if option != kept:
                    told.setdefault(option, Refusal(one.options[option].id, blocking))
            refusals[one.id] = tuple(told.values())
    return Reasons(
        dict(sorted(refusals.items())), {name: book.cut_off(name) for name in given.resources}
    )


def demand(unit: Unit, choice: Choice) -> dict[str, int]:
    """Return what a unit takes of each resource by one of its choices."""
    if len(unit.members) == 1 and unit.members[0].count == 1:
        alone = unit.members[0].options[choice[0]].demand
        if 0 not in alone.values():
            return alone  # nearly every file: nothing to add up
    found: dict[str, int] = {}
    for one, option in unit.asked(choice):
        for name, taken in option.demand.items():
            if taken:
                found[name] = found.get(name, 0) + taken * one.count
    return found
