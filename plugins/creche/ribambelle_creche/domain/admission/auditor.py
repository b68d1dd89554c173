"""Is this result what the rule says? Checked from the files and the places alone.

Nothing here is shared with the engine: the order is told again, resource by resource and child by
child, in plain dictionaries, so that a fault of one cannot hide in the other.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate

from ribambelle_creche.domain.admission.outcome import Certificate, Claim, Kept, Passed
from ribambelle_creche.domain.admission.snapshot import (
    PREFERRED,
    Application,
    Option,
    Pin,
    Snapshot,
)

Key = tuple[int, int, datetime, int, str]
"""Right, points from the most, date, draw from the highest, number: the lower passes."""
Assignments = Mapping[str, str | None]
Asked = Sequence[tuple[Application, Option]]
"""One file and one of its options; several when they enter together."""


class Hall:
    """A result laid out resource by resource, and the order in which people sit there."""

    def __init__(
        self,
        given: Snapshot,
        assignments: Assignments,
        reserves: Iterable[Kept] = (),
        without: Pin | None = None,
    ) -> None:
        """Lay out a result; `without` takes the priority of one pin away, and leaves it its seat."""
        self.given, self.assignments = given, assignments
        self.pinned = {pin.application for pin in given.pins if pin is not without}
        facilities = {one.code: frozenset(one.facilities) for one in given.reserves}
        self.first: dict[str, set[str]] = {}
        for kept in reserves:
            for name in kept.promoted:
                self.first.setdefault(name, set()).update(facilities.get(kept.code, ()))
        seats: dict[str, list[tuple[Key, int]]] = {name: [] for name in given.resources}
        for one in given.applications:
            option = one.option(assignments.get(one.id))
            if option is None:
                continue
            key = self.key(one, option)
            for name, taken in option.demand.items():
                if taken:
                    seats[name].append((key, taken * one.count))
        self.keys: dict[str, list[Key]] = {}
        self.taken: dict[str, list[int]] = {}
        for name, found in seats.items():
            found.sort()
            self.keys[name] = [key for key, _ in found]
            self.taken[name] = [0, *accumulate(places for _, places in found)]

    def key(self, one: Application, option: Option) -> Key:
        """Return the rank of a file for one of its options."""
        if one.id in self.pinned:
            right = 0
        elif one.current == option.id:
            right = 1
        else:
            right = 2 if option.facility in self.first.get(one.id, ()) else 3
        return right, -(one.points + option.bonus), one.completed, -one.draw, one.id

    def rank(self, asked: Asked) -> Key:
        """Return the rank at which files ask together: the last of theirs."""
        return max(self.key(one, option) for one, option in asked)

    def ahead(self, name: str, key: Key, asking: Iterable[Application] = ()) -> int:
        """Return the places held on a resource by files ranked ahead, those who ask left aside."""
        found = self.taken[name][bisect_left(self.keys[name], key)]
        for one in asking:
            held = one.option(self.assignments.get(one.id))
            if held and held.demand.get(name) and self.key(one, held) < key:
                found -= held.demand[name] * one.count
        return found

    def last(self, name: str, key: Key, asking: Iterable[Application]) -> int | None:
        """Return the points of the last file ranked ahead that passed by points, who asks left aside."""
        own = {one.id for one in asking}
        for place in range(bisect_left(self.keys[name], key) - 1, -1, -1):
            other = self.keys[name][place]
            if other[-1] not in own:
                return _points(other)
        return None

    def last_of_all(self, name: str) -> int | None:
        """Return the points of the last file on a resource; None when it passed by a right."""
        return _points(self.keys[name][-1]) if self.keys[name] else None

    def is_behind(self, name: str, key: Key, asking: Iterable[Application]) -> bool:
        """Tell whether somebody ranked behind, other than who asks, sits on a resource."""
        own = {one.id for one in asking}
        place = bisect_left(self.keys[name], key)
        return any(other[-1] not in own for other in self.keys[name][place:])

    def stands(self, asked: Asked) -> bool:
        """Tell whether nobody ranked ahead takes any resource of an option asked for."""
        key, asking = self.rank(asked), [one for one, _ in asked]
        return all(
            self.ahead(name, key, asking) + needed <= self.given.resources[name]
            for name, needed in demand(asked).items()
        )

    def is_withheld(self, asked: Asked) -> bool:
        """Tell whether a claim that stands meets a place kept empty: nobody behind has it either."""
        key, asking = self.rank(asked), [one for one, _ in asked]
        return any(not self.is_behind(name, key, asking) for name in demand(asked))

    def is_parted(self, asked: Asked) -> bool:
        """Tell whether files that would enter together were placed apart: no order promises it."""
        return len(asked) > 1 and not self._is_together([one for one, _ in asked])

    def asking(self) -> Iterator[Asked]:
        """Yield every option that a file, or files of one birth, prefers to what it got."""
        groups: dict[str, list[Application]] = {}
        for one in self.given.applications:
            if one.group is not None and one.group_mode == PREFERRED:
                groups.setdefault(one.group, []).append(one)
        whole: set[str] = set()
        for members in groups.values():
            members.sort(key=lambda one: one.id)
            if len(members) > 1 and not any(
                one.id in self.pinned or one.current is not None for one in members
            ):
                if self._is_together(members):
                    whole.update(one.id for one in members)
                yield from self._better_together(members)
        for one in self.given.applications:
            if one.id not in self.pinned and one.id not in whole:
                for option in self._better(one):
                    yield ((one, option),)

    def _better(self, one: Application) -> Iterator[Option]:
        held = self.assignments.get(one.id)
        for option in one.options:
            if option.id == held:
                return
            yield option

    def _is_together(self, members: Sequence[Application]) -> bool:
        held = [one.option(self.assignments.get(one.id)) for one in members]
        return (
            len({option.facility if option else None for option in held}) == 1 and None not in held
        )

    def _better_together(self, members: Sequence[Application]) -> Iterator[Asked]:
        """Yield the crèches that would take all of them, preferred to where they are."""
        first = members[0]
        wanted = self._better(first) if self._is_together(members) else first.options
        for option in wanted:
            if asked := self.together(members, option):
                yield asked

    def together(self, members: Sequence[Application], option: Option) -> Asked:
        """Return an option of the first of several files, with the like of it for each other."""
        asked = [(members[0], option)]
        for one in members[1:]:
            there = [other for other in one.options if other.facility == option.facility]
            same = [other for other in there if other.id == option.id]
            asked += [(one, other) for other in (same or there)[:1]]
        return asked if len(asked) == len(members) else ()


def _points(key: Key) -> int | None:
    """Return the points of a seat; None when it is held by a right."""
    return -key[1] if key[0] == 3 else None


def demand(asked: Asked) -> dict[str, int]:
    """Return what files take together, resource by resource."""
    found: dict[str, int] = {}
    for one, option in asked:
        for name, taken in option.demand.items():
            if taken:
                found[name] = found.get(name, 0) + taken * one.count
    return found


def certify(
    given: Snapshot, assignments: Assignments, reserves: Iterable[Kept] = ()
) -> Certificate:
    """Return what holds of a result, and every claim that stands against it."""
    kept = tuple(reserves)
    hall = Hall(given, assignments, kept)
    standing = [asked for asked in hall.asking() if hall.stands(asked)]
    claims = _claims(standing)
    return Certificate(
        capacity_ok=all(hall.taken[name][-1] <= most for name, most in given.resources.items()),
        slot_stable=not standing,
        threshold_fair=all(
            hall.is_withheld(asked) for asked in standing if not hall.is_parted(asked)
        ),
        claims=claims,
        pins=tuple(
            Passed(
                pin.application,
                pin.option,
                pin.reason_code,
                _passed_over(given, assignments, kept, pin, claims),
            )
            for pin in sorted(given.pins, key=lambda one: one.application)
        ),
        reserves=kept,
    )


def _claims(standing: Iterable[Asked]) -> tuple[Claim, ...]:
    return tuple(sorted({Claim(one.id, option.id) for asked in standing for one, option in asked}))


def _passed_over(
    given: Snapshot,
    assignments: Assignments,
    reserves: tuple[Kept, ...],
    pin: Pin,
    claims: tuple[Claim, ...],
) -> tuple[str, ...]:
    """Return the files whose claim a pin creates: those that stand once it ranks as it would."""
    hall = Hall(given, assignments, reserves, without=pin)
    standing = _claims(asked for asked in hall.asking() if hall.stands(asked))
    return tuple(sorted({one.application for one in standing if one not in claims}))
