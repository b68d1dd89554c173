"""Free places of many resources, packed in one integer per crèche.

Each resource has a field wide enough for any of its numbers and one guard bit above it. « Does a
demand fit? » is then one subtraction and one mask for ten half-days as for two hundred quarters of
an hour: a guard bit that falls says that its field went below zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Final

from ribambelle_creche.domain.admission.snapshot import Application, Option, Snapshot
from ribambelle_creche.domain.admission.units import Unit

SHARED = "\0"
NOTHING = (0, 0)
Packed = tuple[tuple[int, int], ...]
"""What a choice takes: the number of a block and, in it, its packed demand."""


class Counters:
    """The free places of a snapshot, in one block per crèche; a resource that several share is alone."""

    def __init__(self, snapshot: Snapshot) -> None:
        homes, most = _fields(snapshot)
        self.blocks: Final = sorted(set(homes.values()))
        number = {home: index for index, home in enumerate(self.blocks)}
        inside: list[list[str]] = [[] for _ in self.blocks]
        for name in sorted(homes):
            inside[number[homes[name]]].append(name)
        self.shared: Final = frozenset(name for name, home in homes.items() if home[:1] == SHARED)
        self.number: Final = number
        self.fields: Final[dict[str, tuple[int, int]]] = {}
        """The block of each resource, and the shift of its field."""
        self.ones: Final[dict[str, int]] = {}
        """One place of each resource, in its field."""
        self._packed: Final[dict[tuple[int, int], Packed]] = {NOTHING: ()}
        """Demands written once, however many files make them."""
        self.width: Final[list[int]] = []
        self.guards: Final[list[int]] = []
        self.free: list[int] = []
        for index, names in enumerate(inside):
            width = max(most[name] for name in names).bit_length()
            guards = free = 0
            for place, name in enumerate(names):
                shift = place * (width + 1)
                self.fields[name], self.ones[name] = (index, shift), 1 << shift
                guards |= 1 << shift + width
                free |= snapshot.resources[name] << shift
            self.width.append(width)
            self.guards.append(guards)
            self.free.append(guards | free)

    def copy(self) -> "Counters":
        """Return the same counters, free again as at the start, before anything was taken."""
        other = copy(self)
        other.free = list(self.free)
        return other

    def pack(self, units: Iterable[Unit]) -> list[list[Packed]]:
        """Return what each choice of each unit takes of each block."""
        ones, numbers, known = self.ones, self.number, self._packed
        every: list[list[Packed]] = []
        for unit in units:
            found: list[Packed] = []
            every.append(found)
            if self.shared or len(unit.members) > 1:
                found += [self._sum(unit.asked(choice)) for choice in unit.choices]
                continue
            (one,) = unit.members
            count = one.count
            for option in one.options:
                taken = 0
                for name, places in option.demand.items():
                    taken += ones[name] * places
                # nothing that runs out: it always fits
                pair = (numbers[option.facility], taken * count) if taken else NOTHING
                packed = known.get(pair)
                if packed is None:
                    packed = known[pair] = (pair,)
                found.append(packed)
        return every

    def _sum(self, asked: Iterable[tuple[Application, Option]]) -> Packed:
        found: dict[int, int] = {}
        for one, option in asked:
            for name, taken in option.demand.items():
                if taken:
                    block = self.fields[name][0]
                    found[block] = found.get(block, 0) + taken * one.count * self.ones[name]
        return tuple(found.items())

    def fits(self, demand: Packed) -> bool:
        """Tell whether a demand fits in what is free."""
        for block, taken in demand:
            guards = self.guards[block]
            if (self.free[block] - taken) & guards != guards:
                return False
        return True

    def lacking(self, demand: Packed, free: Mapping[int, int]) -> dict[int, int]:
        """Return, block by block, a mask of the fields in which a demand does not fit.

        >>> from ribambelle_creche.domain.admission.snapshot import Application, Option
        >>> from ribambelle_creche.domain.admission.units import alone
        >>> two = Option("o", "f", {"mon": 1, "tue": 2})
        >>> one = Application("A", 0, "2026-03-01", 0, (two,))
        >>> counters = Counters(Snapshot({"mon": 1, "tue": 1}, (one,)))
        >>> demand = counters.pack([alone(one)])[0][0]
        >>> counters.fits(demand), {b: bin(m) for b, m in counters.lacking(demand, {}).items()}
        (False, {0: '0b11000'})
        """
        found = {}
        for block, taken in demand:
            guards = self.guards[block]
            fallen = guards & ~(free.get(block, self.free[block]) - taken)
            if fallen:
                found[block] = fallen - (fallen >> self.width[block])
        return found


def _fields(snapshot: Snapshot) -> tuple[dict[str, str], dict[str, int]]:
    """Return the block of each resource, and the largest number its field has to hold.

    A block is a crèche, or the resource itself when several crèches share it. A field holds the
    places there are, or what is asked at once.
    """
    most = {name: max(capacity, 1) for name, capacity in snapshot.resources.items()}
    together: dict[str, int] = {}
    for one in snapshot.applications:
        if one.group:
            together[one.group] = together.get(one.group, 0) + one.count
    named: defaultdict[str, set[str]] = defaultdict(set)
    for one in snapshot.applications:
        times = together[one.group] if one.group else one.count
        for option in one.options:
            demand = option.demand
            named[option.facility].update(demand)
            if demand and (times > 1 or max(demand.values()) > 1):
                for name, taken in demand.items():
                    most[name] = max(most[name], taken * times)
    homes: dict[str, str] = {}
    for facility, names in named.items():
        for name in names:
            homes[name] = SHARED + name if name in homes else facility
    return homes, most
