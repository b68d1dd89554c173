"""Places kept for some children: a minimum guaranteed, never a number set apart and left empty.

First everybody passes by points. When a reserve is short, the best ranked of its children still
without a place there pass first in its crèches, and everything is run again, until each reserve is
met or nobody is left to call. Who passed so without need, once the others are seated, goes back to
its own rank.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ribambelle_creche.domain.admission.matching import Matching
from ribambelle_creche.domain.admission.order import Promoted
from ribambelle_creche.domain.admission.outcome import Kept
from ribambelle_creche.domain.admission.snapshot import Reserve
from ribambelle_creche.domain.admission.units import Unit

Raised = Mapping[str, tuple[int, ...]]
"""By reserve, the units it lets pass first, as numbers of the first run."""


@dataclass(frozen=True, slots=True)
class Run:
    """One finished run, and what it does for reserves."""

    matching: Matching

    def seats(self, reserve: Reserve) -> list[tuple[int, Unit]]:
        """Return the units seated in a reserve's crèches that hold one of its children."""
        return [
            (index, unit)
            for index, unit in enumerate(self.matching.order.units)
            if (held := self.matching.held[index]) is not None
            and unit.facility(unit.choices[held]) in reserve.facilities
            and children(unit, reserve)
        ]

    def served(self, reserve: Reserve) -> int:
        """Return how many of a reserve's children have a place in its crèches."""
        return sum(children(unit, reserve) for _, unit in self.seats(reserve))

    def waiting(self, reserve: Reserve, called: Sequence[int]) -> list[int]:
        """Return the units that may still be called, those without any place first, by rank."""
        matching, found = self.matching, []
        for index, unit in enumerate(matching.order.units):
            if index in called or unit.members[0].id in matching.order.pinned:
                continue
            if not all(reserve.flag in one.flags for one in unit.members):
                continue
            held = matching.held[index]
            better = unit.choices[: len(unit.choices) if held is None else held]
            keys = [
                matching.keys[index][place]
                for place, choice in enumerate(better)
                if unit.facility(choice) in reserve.facilities
            ]
            if keys:
                found.append((held is not None, min(keys), index))
        return [index for _, _, index in sorted(found)]


def children(unit: Unit, reserve: Reserve) -> int:
    """Return how many children of a unit a reserve is for."""
    return sum(one.count for one in unit.members if reserve.flag in one.flags)


def promoted(units: Sequence[Unit], reserves: Sequence[Reserve], raised: Raised) -> Promoted:
    """Return the crèches in which each file passes first."""
    found: dict[str, frozenset[str]] = {}
    for reserve in reserves:
        for index in raised.get(reserve.code, ()):
            for one in units[index].members:
                found[one.id] = found.get(one.id, frozenset()) | frozenset(reserve.facilities)
    return found


def met(
    reserves: Sequence[Reserve], first: Matching, again: Callable[[Promoted], Matching]
) -> tuple[Matching, tuple[Kept, ...]]:
    """Return the run in which every reserve is met as far as it can be, and what each holds."""
    units = first.order.units
    raised: dict[str, tuple[int, ...]] = {one.code: () for one in reserves}

    def run(with_: Raised) -> Run:
        return Run(again(promoted(units, reserves, with_)))

    best = _call(Run(first), reserves, raised, run)
    best = _release(best, reserves, raised, run)
    return best.matching, tuple(
        Kept(one.code, one.quota, best.served(one), _passed(best, one, raised[one.code]))
        for one in reserves
    )


def _call(
    best: Run,
    reserves: Sequence[Reserve],
    raised: dict[str, tuple[int, ...]],
    run: Callable[[Raised], Run],
) -> Run:
    """Call units until every reserve is met, or has nobody left to call."""
    while True:
        for reserve in reserves:
            missing = reserve.quota - best.served(reserve)
            waiting = best.waiting(reserve, raised[reserve.code]) if missing > 0 else []
            if waiting:
                raised[reserve.code] += _enough(best, reserve, waiting, missing)
                best = run(raised)
                break
        else:
            return best


def _enough(best: Run, reserve: Reserve, waiting: list[int], missing: int) -> tuple[int, ...]:
    """Return the first units whose children make up what is missing."""
    found: list[int] = []
    for index in waiting:
        if missing <= 0:
            break
        found.append(index)
        missing -= children(best.matching.order.units[index], reserve)
    return tuple(found)


def _release(
    best: Run,
    reserves: Sequence[Reserve],
    raised: dict[str, tuple[int, ...]],
    run: Callable[[Raised], Run],
) -> Run:
    """Send back to its rank whoever a reserve let pass without need."""
    for reserve in reserves:
        for index in reversed(raised[reserve.code]):
            if best.served(reserve) <= reserve.quota:
                break
            without = tuple(other for other in raised[reserve.code] if other != index)
            trial = run({**raised, reserve.code: without})
            if all(trial.served(one) >= min(one.quota, best.served(one)) for one in reserves):
                raised[reserve.code], best = without, trial
    return best


def _passed(best: Run, reserve: Reserve, called: Sequence[int]) -> tuple[str, ...]:
    seated = {index for index, _ in best.seats(reserve)}
    return tuple(
        sorted(
            one.id
            for index in called
            if index in seated
            for one in best.matching.order.units[index].members
        )
    )
