"""What every run of one commission shares: its units in order, what they take, and who may be called.

A commission with reserves runs tens of times, its chances tens of thousands of times. Between two
runs only who is absent, and who passes first by a reserve, change: all the rest is laid out once.
"""

from collections.abc import Mapping, Set
from functools import cached_property
from typing import Final

from ribambelle_creche.domain.admission import reserves
from ribambelle_creche.domain.admission.counters import Counters
from ribambelle_creche.domain.admission.matching import Matching
from ribambelle_creche.domain.admission.order import Order, Promoted
from ribambelle_creche.domain.admission.outcome import Kept
from ribambelle_creche.domain.admission.snapshot import Application, Snapshot
from ribambelle_creche.domain.admission.units import alone, together

Groups = Mapping[str, tuple[Application, ...]]


class Ground:
    """Every unit there may be: each file alone, and each group whole."""

    def __init__(self, given: Snapshot, groups: Groups) -> None:
        whole = {code: together(members) for code, members in groups.items()}
        self.some_are_grouped: Final = bool(groups)
        units = [*whole.values(), *map(alone, given.applications)]
        pinned = {pin.application: pin.option for pin in given.pins}
        self.order: Final = Order(units, pinned, {})
        self.counters: Final = Counters(given)
        self.demands: Final = self.counters.pack(self.order.units)
        self.reserves: Final = sorted(given.reserves, key=lambda one: one.code)
        self.eligible: Final = {
            one.code: reserves.eligible(one, self.order.units, pinned) for one in self.reserves
        }

    @cached_property
    def _numbers(self) -> tuple[dict[str, int], dict[str, int]]:
        """The number of each group's unit, and of each file's own."""
        whole: dict[str, int] = {}
        own: dict[str, int] = {}
        for index, unit in enumerate(self.order.units):
            one = unit.members[0]
            if len(unit.members) > 1:
                whole[one.group or one.id] = index
            else:
                own[one.id] = index
        return whole, own

    def _absent(self, groups: Groups, gone: Set[str]) -> Set[int]:
        """Return the units that do not enter: a file enters once, alone or with its group."""
        if not (self.some_are_grouped or gone):
            return frozenset()
        whole, own = self._numbers
        apart = {index for code, index in whole.items() if code not in groups}
        joined = {own[one.id] for members in groups.values() for one in members}
        return apart | joined | {own[name] for name in gone}

    def run(
        self, groups: Groups, gone: Set[str] = frozenset()
    ) -> tuple[Matching, tuple[Kept, ...]]:
        """Serve everybody but who is gone, these groups as one unit each."""
        absent = self._absent(groups, gone)

        def again(promoted: Promoted) -> Matching:
            order = self.order.passing(promoted) if promoted else self.order
            matching = Matching(order, self.counters.copy(), self.demands, absent)
            matching.run()
            return matching

        return reserves.met(self.reserves, self.eligible, again({}), again)
