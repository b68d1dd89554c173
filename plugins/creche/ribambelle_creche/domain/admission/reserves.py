"""Places kept for some children: a minimum guaranteed, never a number set apart and left empty.

First everybody passes by points. When a reserve is short, the best ranked of its children still
without a place there pass first in its crèches, and everything is run again, until each reserve is
met or nobody is left to call. Who passed so without need, once the others are seated, goes back to
its own rank.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ribambelle_creche.domain.admission.matching import Matching
from ribambelle_creche.domain.admission.order import Promoted
from ribambelle_creche.domain.admission.outcome import Kept
from ribambelle_creche.domain.admission.snapshot import Reserve
from ribambelle_creche.domain.admission.units import Unit

Raised = Mapping[str, tuple[int, ...]]
"""By reserve, the units it lets pass first, as numbers of the first run."""


class Eligible(NamedTuple):
    """One unit a reserve is for, by its number in the order."""

    number: int
    children: int
    """How many of its children it is for."""
    places: tuple[int, ...]
    """Its choices in the reserve's crèches."""
    may_be_called: bool
    """Not when it is pinned, nor when one of its children is none of those it is for."""


@dataclass(frozen=True, slots=True)
class Run:
    """One finished run, and what it does for reserves."""

    matching: Matching
    eligible: Mapping[str, Sequence[Eligible]]

    def seats(self, reserve: Reserve) -> list[Eligible]:
        """Return the units seated in a reserve's crèches that hold one of its children."""
        held = self.matching.held
        return [one for one in self.eligible[reserve.code] if held[one.number] in one.places]

    def served(self, reserve: Reserve) -> int:
        """Return how many of a reserve's children have a place in its crèches."""
        return sum(one.children for one in self.seats(reserve))

    def waiting(self, reserve: Reserve, called: Sequence[int]) -> list[Eligible]:
        """Return the units that may still be called, those without any place first, by rank."""
        matching, found = self.matching, []
        for one in self.eligible[reserve.code]:
            if not one.may_be_called or one.number in called or one.number in matching.absent:
                continue
            held = matching.held[one.number]
            keys = [
                matching.keys[one.number][place]
                for place in one.places
                if held is None or place < held
            ]
            if keys:
                found.append((held is not None, min(keys), one))
        return [one for _, _, one in sorted(found)]


def eligible(
    reserve: Reserve, units: Sequence[Unit], pinned: Container[str]
) -> tuple[Eligible, ...]:
    """Return the units a reserve is for."""
    facilities, found = frozenset(reserve.facilities), []
    for index, unit in enumerate(units):
        flagged = [one for one in unit.members if reserve.flag in one.flags]
        places = tuple(
            place
            for place, choice in enumerate(unit.choices)
            if flagged and unit.facility(choice) in facilities
        )
        if places:
            whole = len(flagged) == len(unit.members)
            may_be_called = whole and unit.members[0].id not in pinned
            children = sum(one.count for one in flagged)
            found.append(Eligible(index, children, places, may_be_called))
    return tuple(found)


def promoted(units: Sequence[Unit], reserves: Sequence[Reserve], raised: Raised) -> Promoted:
    """Return the crèches in which each file passes first."""
    found: dict[str, frozenset[str]] = {}
    for reserve in reserves:
        for index in raised.get(reserve.code, ()):
            for one in units[index].members:
                found[one.id] = found.get(one.id, frozenset()) | frozenset(reserve.facilities)
    return found


def met(
    reserves: Sequence[Reserve],
    eligible: Mapping[str, Sequence[Eligible]],
    first: Matching,
    again: Callable[[Promoted], Matching],
) -> tuple[Matching, tuple[Kept, ...]]:
    """Return the run in which every reserve is met as far as it can be, and what each holds."""
    units = first.order.units
    raised: dict[str, tuple[int, ...]] = {one.code: () for one in reserves}

    def run(with_: Raised) -> Run:
        return Run(again(promoted(units, reserves, with_)), eligible)

    best = _call(Run(first, eligible), reserves, raised, run)
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
                raised[reserve.code] += _enough(waiting, missing)
                best = run(raised)
                break
        else:
            return best


def _enough(waiting: list[Eligible], missing: int) -> tuple[int, ...]:
    """Return the first units whose children make up what is missing."""
    found: list[int] = []
    for one in waiting:
        if missing <= 0:
            break
        found.append(one.number)
        missing -= one.children
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
    seated = {one.number for one in best.seats(reserve)}
    return tuple(
        sorted(
            one.id
            for index in called
            if index in seated
            for one in best.matching.order.units[index].members
        )
    )
