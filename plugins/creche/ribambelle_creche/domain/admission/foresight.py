"""Would one more claim fit, once everybody is placed? Answered by looking, without a run.

With one grid for all crèches the answer is the engine's: a claim meets only those ranked ahead.
Where crèches add points of their own it may differ, so what is told to a family is run besides.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import accumulate

from ribambelle_creche.domain.admission.order import tie
from ribambelle_creche.domain.admission.snapshot import Application, Option, Snapshot

Key = tuple[object, ...]
BY_RIGHT: Key = (0,)


class Seated:
    """Who sits on each resource, the first in order first."""

    def __init__(self, given: Snapshot, held: Mapping[str, str | None]) -> None:
        pinned = {pin.application for pin in given.pins}
        self.capacities = given.resources
        self.ties: dict[str, Key] = {}
        self.own: dict[str, list[tuple[Key, Mapping[str, int], int]]] = {}
        seats: dict[str, list[tuple[Key, int]]] = {}
        for one in given.applications:
            option = one.option(held.get(one.id))
            if option is None:
                continue
            by_right = one.id in pinned or one.current == option.id
            key = BY_RIGHT if by_right else rank(one, option)
            self.own.setdefault(one.group or one.id, []).append((key, option.demand, one.count))
            for name, taken in option.demand.items():
                seats.setdefault(name, []).append((key, taken * one.count))
        for found in seats.values():
            found.sort()
        self.keys = {name: [key for key, _ in found] for name, found in seats.items()}
        self.taken = {
            name: [0, *accumulate(places for _, places in found)] for name, found in seats.items()
        }

    def first(self, one: Application, options: Iterable[Option]) -> Option | None:
        """Return the first of some options that those ranked ahead of a file leave it.

        >>> lilas = (Option("lilas", "lilas", {"mon": 1}),)
        >>> files = [Application(name, points, "2026-03-01", 0, lilas)
        ...          for name, points in (("A", 60), ("B", 40), ("C", 80))]
        >>> seated = Seated(Snapshot({"mon": 1}, tuple(files)), {"A": "lilas"})
        >>> seated.first(files[1], lilas), seated.first(files[2], lilas) == lilas[0]
        (None, True)
        """
        return next((option for option in options if self.fits(one, option)), None)

    def fits(self, one: Application, option: Option) -> bool:
        """Tell whether those ranked ahead of a file leave all that an option takes."""
        key, mine = self.rank(one, option), self.own.get(one.group or one.id, ())
        for name, needed in option.demand.items():
            ahead = 0
            if name in self.keys:
                ahead = self.taken[name][bisect_left(self.keys[name], key)]
                ahead -= sum(
                    demand.get(name, 0) * count for seat, demand, count in mine if seat < key
                )
            if ahead + needed * one.count > self.capacities[name]:
                return False
        return True

    def seat(self, one: Application, option: Option) -> None:
        """Seat one file more, by its points.

        >>> lilas = (Option("lilas", "lilas", {"mon": 1}),)
        >>> files = [Application(name, points, "2026-03-01", 0, lilas)
        ...          for name, points in (("A", 60), ("B", 40))]
        >>> seated = Seated(Snapshot({"mon": 1}, tuple(files)), {})
        >>> seated.seat(files[0], lilas[0])
        >>> seated.fits(files[1], lilas[0])
        False
        """
        key = self.rank(one, option)
        for name, taken in option.demand.items():
            keys, sums = self.keys.setdefault(name, []), self.taken.setdefault(name, [0])
            place = bisect_left(keys, key)
            many = taken * one.count
            keys.insert(place, key)
            sums[place + 1 :] = [sums[place] + many, *(one + many for one in sums[place + 1 :])]

    def rank(self, one: Application, option: Option) -> Key:
        """Return the sort key of a claim; what parts equals is read once a file."""
        if one.id not in self.ties:
            self.ties[one.id] = tie(one)
        return (1, -(one.points + option.bonus), *self.ties[one.id])


def rank(one: Application, option: Option) -> Key:
    """Return the sort key of a claim by points."""
    return (1, -(one.points + option.bonus), *tie(one))
