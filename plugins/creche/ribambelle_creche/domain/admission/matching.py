"""Deferred acceptance over resources: each file gets its best option that those ahead leave it.

The agenda holds the files that may do better, the first in order on top. A file takes the first of
its better options that fits once everybody ranked behind it gives way; those who gave way, and
those whom the freed places may serve, come back to the agenda. When it is empty, no file has a
better option that those ranked ahead leave free: that is « slot-stable », by construction.

Files that want several half-days at once may chase each other for ever, where a crèche's bonus
ranks them differently. A claim pushed out for the fourth time therefore closes the half-day that
pushed it out to everybody ranked behind it, for good: the run always ends.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator, Mapping, Set
from typing import Final

from ribambelle_creche.domain.admission.counters import Counters, Packed
from ribambelle_creche.domain.admission.order import Order
from ribambelle_creche.domain.admission.units import Unit

PATIENCE = 4
"""Times a claim may be pushed out before its half-day is closed to those behind it."""


class Matching:
    """One run, from the files' options to who holds what; `held` is None for no place."""

    def __init__(
        self,
        order: Order,
        counters: Counters,
        demands: list[list[Packed]],
        absent: Set[int] = frozenset(),
    ) -> None:
        """Take the order, the free places, what each choice takes, and who does not enter at all."""
        self.order, self.counters, self.demands, self.absent = order, counters, demands, absent
        units = order.units
        self.keys: Final = order.keys
        self.held: Final[list[int | None]] = [None] * len(units)
        self.closed: Final[dict[int, dict[int, int]]] = {}
        """By block and field, the claim behind which nobody sits there any more."""
        self._holders: list[list[int]] = [[] for _ in counters.blocks]
        self._watchers: dict[int, list[int]] = {}
        self._pushed: dict[int, int] = {}
        self._fixed = [False] * len(units)
        self._queued = [False] * len(units)
        self._agenda: list[int] = []
        """Who may do better, each by its first claim below zero: the first in order is the last."""

    def run(self) -> None:
        """Serve everybody."""
        self._seat_pinned()
        waiting = zip(self.keys, self._fixed, strict=True)
        self._queued = [bool(keys) and not fixed for keys, fixed in waiting]
        for index in self.absent:
            self._queued[index] = False
        asking = zip(self.keys, self._queued, strict=True)
        agenda = self._agenda = sorted(-keys[0] for keys, queued in asking if queued)
        queued, places, count = self._queued, self.order.places, self.order.count
        unit_at = self.order.unit_at
        while agenda:
            index = unit_at[-agenda.pop() // places % count]
            queued[index] = False
            self._improve(index)

    def served(self) -> Iterator[tuple[Unit, int | None]]:
        """Yield every unit that entered, with the choice it holds."""
        every = zip(self.order.units, self.held, strict=True)
        if not self.absent:
            yield from every
            return
        for index, served in enumerate(every):
            if index not in self.absent:
                yield served

    def withheld(self) -> frozenset[str]:
        """Return the resources that were closed, for good, to those behind some claim."""
        counters = self.counters
        return frozenset(
            name
            for name, (block, shift) in counters.fields.items()
            if (1 << counters.width[block]) - 1 << shift in self.closed.get(block, {})
        )

    def _seat_pinned(self) -> None:
        """Give pins first: nobody passes before them, and nothing moves them.

        A place held by right is asked for like any other, and never refused: it passes before
        everything but pins, and `snapshot.check` says that they fit together. So two children who
        each want the place of the other have it, when nobody ranked ahead does.
        """
        pinned = self.order.pinned
        for index, unit in enumerate(self.order.units if pinned else ()):
            one = unit.members[0]
            if one.id not in pinned or index in self.absent:
                continue
            self._fixed[index] = True
            wanted = pinned[one.id]
            if wanted is not None:
                place = next(p for p, option in enumerate(one.options) if option.id == wanted)
                self._sit(index, place)

    def _improve(self, index: int) -> None:
        """Let a unit take the first of its better choices that those ahead leave free."""
        held, keys, holders = self.held[index], self.keys[index], self._holders
        free, guards, closed = self.counters.free, self.counters.guards, self.closed
        demands = self.demands[index]
        for place, demand in enumerate(demands if held is None else demands[:held]):
            if closed and self._barred(demand, keys[place]):
                continue
            if held is None:
                for block, taken in demand:
                    if (free[block] - taken) & guards[block] != guards[block]:
                        break
                else:
                    self._sit(index, place)
                    return
                if not holders[block] or holders[block][-1] < keys[place]:
                    continue  # full of those ahead: nearly every refusal ends here
            leaving = self._room(index, place)
            if leaving is not None:
                self._seize(index, place, leaving)
                return

    def _room(self, index: int, place: int) -> list[int] | None:
        """Return the claims behind that must give way, the last first; None when none of them helps."""
        demand, key = self.demands[index][place], self.keys[index][place]
        if len(demand) == 1 and self.held[index] is None:
            return self._room_in_one(*demand[0], key)
        free = {block: self.counters.free[block] for block, _ in demand}
        for block, taken in self._own(index, demand):
            free[block] += taken
        leaving: list[int] = []
        lacking = self.counters.lacking(demand, free)
        for other in self._behind(demand, key) if lacking else ():
            taken_by_other = self._demand_of(other)
            if any(lacking.get(block, 0) & taken for block, taken in taken_by_other):
                if self.order.claim(other)[0] == index:
                    continue  # its own place is already counted as free
                leaving.append(other)
                for block, taken in taken_by_other:
                    if block in free:
                        free[block] += taken
                lacking = self.counters.lacking(demand, free)
                if not lacking:
                    break
        return None if lacking else leaving

    def _room_in_one(self, block: int, taken: int, key: int) -> list[int] | None:
        """Return the same for who holds nothing and asks for one block."""
        holders, guards = self._holders[block], self.counters.guards[block]
        free, width = self.counters.free[block], self.counters.width[block]
        leaving: list[int] = []
        fallen = guards & ~(free - taken)
        for place in range(len(holders) - 1, bisect_right(holders, key) - 1, -1):
            if not fallen:
                break
            other = holders[place]
            for number, held in self._demand_of(other):
                if number == block and held & (fallen - (fallen >> width)):
                    leaving.append(other)
                    free += held
                    fallen = guards & ~(free - taken)
        return None if fallen else leaving

    def _own(self, index: int, demand: Packed) -> Packed:
        """Return what the unit's present place holds in the blocks of a demand."""
        held = self.held[index]
        if held is None:
            return ()
        blocks = {block for block, _ in demand}
        return tuple(pair for pair in self.demands[index][held] if pair[0] in blocks)

    def _behind(self, demand: Packed, key: int) -> list[int]:
        """Return the claims seated behind one, in the blocks of a demand, the last first."""
        if len(demand) == 1:
            holders = self._holders[demand[0][0]]
            return holders[bisect_right(holders, key) :][::-1]
        found = {
            other
            for block, _ in demand
            for other in self._holders[block][bisect_right(self._holders[block], key) :]
        }
        return sorted(found, reverse=True)

    def _demand_of(self, key: int) -> Packed:
        index, place = self.order.claim(key)
        return self.demands[index][place]

    def _seize(self, index: int, place: int, leaving: list[int]) -> None:
        """Seat a unit; of those who left for it, seat again in order all that still fit."""
        before = self.held[index]
        if before is not None:
            self._rise(index, before)
        for other in leaving:
            self._rise(*self.order.claim(other))
        self._sit(index, place)
        gone: list[int] = []
        for other in reversed(leaving):
            again, where = self.order.claim(other)
            demand = self.demands[again][where]
            # the one pushed out just before may have closed what this one sat on
            if self.closed and self._barred(demand, other):
                self._queue(again)
                self._wake(other, demand)
            elif self.counters.fits(demand):
                self._sit(again, where)
            else:
                self._push_out(again, where)
                gone.append(other)
                if place:
                    self._queue(index)  # whoever left may have stood before its better choices
        self._wake_behind(gone, index)
        if before is not None:
            self._wake(self.keys[index][before], self.demands[index][before])

    def _sit(self, index: int, place: int) -> None:
        self.held[index] = place
        key = self.keys[index][place]
        for block, taken in self.demands[index][place]:
            self.counters.free[block] -= taken
            insort(self._holders[block], key)

    def _rise(self, index: int, place: int) -> None:
        self.held[index] = None
        key = self.keys[index][place]
        for block, taken in self.demands[index][place]:
            self.counters.free[block] += taken
            holders = self._holders[block]
            del holders[bisect_right(holders, key) - 1]

    def _push_out(self, index: int, place: int) -> None:
        """Send a unit back to the agenda; close what pushed it out once too often."""
        key, demand = self.keys[index][place], self.demands[index][place]
        self._pushed[key] = self._pushed.get(key, 0) + 1
        if self._pushed[key] == PATIENCE:
            self._close(key, demand)
        self._queue(index)

    def _wake_behind(self, gone: list[int], by: int) -> None:
        """Call back those behind claims pushed out, unless who came takes all that they left.

        All that they left together: two who each held less than who came may leave some of it.
        """
        left: dict[int, int] = {}
        for other in gone:
            for block, taken in self._demand_of(other):
                left[block] = left.get(block, 0) + taken
        seat = self.held[by]
        if seat is None or not self._covers(self.demands[by][seat], left):
            for other in gone:
                self._wake(other, self._demand_of(other))

    def _covers(self, demand: Packed, left: Mapping[int, int]) -> bool:
        """Tell whether a demand takes, block by block, all that was left free."""
        taken = dict(demand)
        return all(
            ((taken.get(block, 0) | self.counters.guards[block]) - needed)
            & self.counters.guards[block]
            == self.counters.guards[block]
            for block, needed in left.items()
        )

    def _close(self, key: int, demand: Packed) -> None:
        """Let nobody ranked behind a claim sit on the first resource where it does not fit."""
        block, lacking = min(self.counters.lacking(demand, {}).items())
        field = self._first_field(block, lacking)
        limits = self.closed.setdefault(block, {})
        limits[field] = min(key, limits.get(field, key))
        holders = self._holders[block]
        for other in holders[bisect_right(holders, key) :]:
            again, where = self.order.claim(other)
            if self._is_behind(other, key) and dict(self.demands[again][where])[block] & field:
                self._rise(again, where)
                self._queue(again)
                self._wake(other, self.demands[again][where])

    def _first_field(self, block: int, lacking: int) -> int:
        """Return the mask of the lowest field of a mask of fields."""
        lowest = (lacking & -lacking).bit_length() - 1
        return ((1 << self.counters.width[block]) - 1) << lowest

    def _barred(self, demand: Packed, key: int) -> bool:
        return any(
            (key == limit or self._is_behind(key, limit)) and taken & field
            for block, taken in demand
            for field, limit in self.closed.get(block, {}).items()
        )

    def _is_behind(self, key: int, limit: int) -> bool:
        """Tell whether a claim is somebody else's, ranked behind: one's own next option is not."""
        return key > limit and key // self.order.places != limit // self.order.places

    def _wake(self, key: int, freed: Packed) -> None:
        """Call back whoever stands behind a claim that left and prefers an option it may now have."""
        for block, taken in freed:
            watchers = self._watching(block)
            fields = self._fields(block, taken)
            for other in watchers[bisect_right(watchers, key) :]:
                index, place = self.order.claim(other)
                held = self.held[index]
                if (held is None or place < held) and not self._queued[index]:
                    wanted = dict(self.demands[index][place])[block]
                    if self._fields(block, wanted) & fields:
                        self._queue(index)

    def _watching(self, block: int) -> list[int]:
        """Return every claim on a block, the first in order first."""
        if not self._watchers:
            self._watchers = {number: [] for number in range(len(self.counters.blocks))}
            for index, demands in enumerate(self.demands):
                for place, demand in enumerate(() if index in self.absent else demands):
                    for number, _ in demand:
                        self._watchers[number].append(self.keys[index][place])
            for watchers in self._watchers.values():
                watchers.sort()
        return self._watchers[block]

    def _fields(self, block: int, taken: int) -> int:
        """Return the guard bits of the fields a packed demand uses."""
        guards = self.counters.guards[block]
        return guards & ~(guards - taken)

    def _queue(self, index: int) -> None:
        if not self._queued[index] and not self._fixed[index]:
            self._queued[index] = True
            insort(self._agenda, -self.keys[index][0])
