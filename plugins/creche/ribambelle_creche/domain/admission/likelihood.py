"""What are a waiting family's chances, when some of those who were offered a place decline it?

Nobody knows who will decline. So the rest is drawn many times: each family offered a place
declines with 15 %, the others keep theirs, and the engine runs again. The chance is the share of
the draws in which the place comes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from random import Random

import msgspec

from ribambelle_creche.domain.admission.engine import place, place_on
from ribambelle_creche.domain.admission.foresight import Seated
from ribambelle_creche.domain.admission.ground import Ground
from ribambelle_creche.domain.admission.outcome import Proposal
from ribambelle_creche.domain.admission.snapshot import Option, Snapshot
from ribambelle_creche.domain.admission.units import joined

DECLINE_PERCENT = 15
BESIDE = 200
"""Draws in which crèches a family did not ask for are looked at."""
BANDS = {
    "low": "moins de 10 %",
    "medium": "10 à 50 %",
    "high": "plus de 50 %",
}


@dataclass(frozen=True, slots=True)
class Chance:
    """In how many draws a file got one of its options, or one it prefers."""

    hits: int
    draws: int

    @property
    def band(self) -> str:
        """How it is told, as a code of BANDS: a percentage would say more than is known.

        >>> [Chance(hits, 100).band for hits in (9, 10, 50, 51)]
        ['low', 'medium', 'medium', 'high']
        >>> Chance(0, 0).band
        'low'
        """
        if self.hits * 10 < self.draws or not self.draws:
            return "low"
        return "high" if self.hits * 2 > self.draws else "medium"


def chances(
    given: Snapshot,
    proposal: Proposal,
    draws: int,
    random: Random,
    beside: Mapping[str, Sequence[Option]] | None = None,
) -> dict[str, dict[str, Chance]]:
    """Return the chance of each option of each file; the same seed always draws the same.

    :param beside: options a file did not ask for; their chance is that of having them or any of
        its own, looked for in the first draws, among those the others then leave.

    One place, held by A; B is next. B gets it whenever A declines, in about 15 draws in 100.

    >>> from ribambelle_creche.domain.admission import Application, Option, propose
    >>> files = tuple(
    ...     Application(name, points, "2026-03-01", 0, (Option("lilas", "lilas", {"mon": 1}),))
    ...     for name, points in (("A", 60), ("B", 40), ("C", 20))
    ... )
    >>> town = Snapshot({"mon": 1}, files)
    >>> found = chances(town, propose(town), 200, Random(1))
    >>> found["B"]["lilas"], found["C"]["lilas"]
    (Chance(hits=30, draws=200), Chance(hits=0, draws=200))

    A file is not counted in the draws in which it declined itself: A keeps its place in all others.

    >>> found["A"]["lilas"]
    Chance(hits=170, draws=170)
    """
    hits: Counter[tuple[str, str]] = Counter()
    present: Counter[str] = Counter()
    looked: Counter[str] = Counter()
    town = Town(given, proposal)
    for draw in range(draws):
        left, held = town.after(random)
        for one in left.applications:
            present[one.id] += 1
            wanted = held[one.id]
            ids = [option.id for option in one.options]
            if wanted is not None:
                hits.update((one.id, option) for option in ids[ids.index(wanted) :])
        if beside and draw < BESIDE:
            seated = Seated(left, held)
            for one in left.applications:
                others = beside.get(one.id, ())
                looked[one.id] += 1
                hits.update(
                    (one.id, option.id)
                    for option in others
                    if held[one.id] is not None or seated.fits(one, option)
                )
    return {
        one.id: {
            **{o.id: Chance(hits[one.id, o.id], present[one.id]) for o in one.options},
            **{
                o.id: Chance(hits[one.id, o.id], looked[one.id])
                for o in (beside or {}).get(one.id, ())
            },
        }
        for one in given.applications
    }


class Town:
    """A commission once decided, laid out once for all draws: only who is gone changes."""

    def __init__(self, given: Snapshot, proposal: Proposal) -> None:
        self.held = proposal.assignments
        self.given = msgspec.structs.replace(
            given,
            applications=tuple(
                msgspec.structs.replace(one, current=self.held[one.id] or one.current)
                for one in sorted(given.applications, key=lambda one: one.id)
            ),
        )
        # a child in place that declines keeps that place: nothing is freed by it
        self.asked = frozenset(
            one.id
            for one in given.applications
            if one.current is None and self.held[one.id] is not None
        )
        offered = {one.id for one in given.applications if self.held[one.id] is not None}
        self.groups = joined(without(self.given, offered))
        self.ground = Ground(self.given, self.groups)

    def after(self, random: Random) -> tuple[Snapshot, dict[str, str | None]]:
        """Return who is left once those who were offered a place answered, and who holds what then."""
        gone = self.declining(random)
        left = without(self.given, gone)
        if self.ground.counters.shared:
            # which resources several crèches share may then depend on who is left
            return left, place(left).assignments
        groups = joined(left)
        return left, place_on(self.ground, left, groups, gone).assignments

    def declining(self, random: Random) -> frozenset[str]:
        """Return who declines; children of one birth have one family, which answers for all."""
        declined: dict[str, bool] = {}
        for one in self.given.applications:
            family = one.group or one.id
            if one.id in self.asked and family not in declined:
                declined[family] = random.randrange(100) < DECLINE_PERCENT
        return frozenset(
            one.id
            for one in self.given.applications
            if one.id in self.asked and declined[one.group or one.id]
        )


def without(given: Snapshot, gone: Set[str]) -> Snapshot:
    """Return a commission without some files, and without their pins."""
    return msgspec.structs.replace(
        given,
        applications=tuple(one for one in given.applications if one.id not in gone),
        pins=tuple(pin for pin in given.pins if pin.application not in gone),
    )
