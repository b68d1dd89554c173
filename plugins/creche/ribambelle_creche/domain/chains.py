"""A place that a child in place leaves is another's once its family has said yes, and not before.

Offers made in one run may rest on each other: Léo enters at Les Lilas if Zoé goes to Les Roses; two
children change places if both families agree. Nothing is written down of who rests on whom: it is
counted again from the offers that wait, the best ranked first, each time one is answered.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ribambelle_creche.domain.admission import Option, Snapshot
from ribambelle_creche.domain.admission.foresight import rank
from ribambelle_creche.domain.admission.snapshot import Application
from ribambelle_creche.domain.transfers import leaves


@dataclass(frozen=True, slots=True)
class Waiting:
    """One file whose offer waits: what it would take, what it would leave, whether it said yes."""

    file: int
    takes: Mapping[str, int]
    leaves: Mapping[str, int] = field(default_factory=dict)
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """An offer that stands: whose, which option, and what was answered."""

    file: int
    option: str
    accepted: bool = False
    agreed: bool = False


def laid_out(
    given: Snapshot,
    held: Mapping[str, Held],
    freed: Mapping[str, int],
    left: Collection[str] = (),
) -> tuple[dict[str, int], list[Waiting]]:
    """Return what is free where a child in place may leave, and the offers that wait, by rank.

    :param held: the offers that stand, by the engine's name of the child.
    :param freed: places left since that are not in the lot.
    :param left: children who went elsewhere and then left that place too: they hold nothing here.
    """
    chained = {name for one in given.applications for name in leaves(one)}
    free = {name: given.resources[name] + freed.get(name, 0) for name in chained}
    found: list[tuple[Application, Option, Waiting]] = []
    for one in given.applications if chained else ():
        mine = held.get(one.id)
        if mine is None and one.id in left:
            continue
        option = one.option(mine.option if mine else one.current)
        takes = _taken(one, option, chained)
        if mine is None or mine.accepted or option is None:
            for name, need in takes.items():
                free[name] -= need
        else:
            found.append((one, option, Waiting(mine.file, takes, leaves(one), mine.agreed)))
            for name, need in leaves(one).items():  # it is there until it goes
                free[name] -= need
    found.sort(key=lambda told: rank(told[0], told[1]))
    return free, _by_file(one for _, _, one in found)


def _taken(one: Application, option: Option | None, chained: set[str]) -> dict[str, int]:
    demand = option.demand if option else {}
    return {name: need * one.count for name, need in demand.items() if name in chained}


def _by_file(every: Iterable[Waiting]) -> list[Waiting]:
    """Children of one file have one answer: their places are taken together."""
    found: dict[int, Waiting] = {}
    for one in every:
        first = found.get(one.file)
        takes = Counter(first.takes) + Counter(one.takes) if first else one.takes
        found[one.file] = replace(one, takes=takes)
    return list(found.values())


def starts(waiting: Sequence[Waiting], wished: Mapping[int, date]) -> dict[int, date]:
    """Return the day each file may enter: not before whoever it follows has left.

    >>> zoe, leo = Waiting(1, {"roses": 1}, {"lilas": 1}), Waiting(2, {"lilas": 1})
    >>> starts([leo, zoe], {1: date(2027, 3, 1), 2: date(2027, 1, 4)})[2].isoformat()
    '2027-03-01'
    """
    found = dict(wished)
    for _ in waiting:
        for one in waiting:
            before = [
                found[other.file]
                for other in waiting
                if other.file != one.file and other.leaves.keys() & one.takes.keys()
            ]
            found[one.file] = max([found[one.file], *before])
    return found


def firm(free: Mapping[str, int], waiting: Sequence[Waiting]) -> set[int]:
    """Return the files whose yes holds at once: nobody they need to leave has still to answer.

    Zoé leaves Les Lilas for Les Roses, Léo enters at Les Lilas: Léo's yes waits for hers.

    >>> zoe = Waiting(1, {"roses": 1}, {"lilas": 1})
    >>> leo = Waiting(2, {"lilas": 1}, agreed=True)
    >>> free = {"roses": 1, "lilas": 0}
    >>> firm(free, [zoe, leo]), firm(free, [Waiting(1, zoe.takes, zoe.leaves, agreed=True), leo])
    (set(), {1, 2})

    Two who change places move together, or not at all.

    >>> ana, bob = Waiting(1, {"b": 1}, {"a": 1}, agreed=True), Waiting(2, {"a": 1}, {"b": 1})
    >>> firm({}, [ana, bob]), firm({}, [ana, Waiting(2, {"a": 1}, {"b": 1}, agreed=True)])
    (set(), {1, 2})

    :param free: what is free of each resource now, whoever waits left aside.
    :param waiting: the best ranked first: what is free is theirs first.
    """
    return _fitting(free, waiting, {one.file for one in waiting if one.agreed})


def fallen(free: Mapping[str, int], waiting: Sequence[Waiting]) -> set[int]:
    """Return the files whose offer falls: even if all the others said yes, it would have no place.

    Zoé has said no, and is not among those who wait any more.

    >>> fallen({"lilas": 0}, [Waiting(2, {"lilas": 1})])
    {2}
    """
    standing = list(waiting)
    while True:
        space = Counter(free)
        for one in standing:
            space.update(one.leaves)
        left = [one for one in standing if _took(space, one)]
        if len(left) == len(standing):
            return {one.file for one in waiting} - {one.file for one in left}
        standing = left


def _took(space: Counter[str], one: Waiting) -> bool:
    """Take what a file would have, if it is there."""
    if any(space[name] < need for name, need in one.takes.items()):
        return False
    space.subtract(one.takes)
    return True


def resting(free: Mapping[str, int], waiting: Sequence[Waiting]) -> set[int]:
    """Return the files whose place somebody still holds who has not answered.

    >>> resting({"lilas": 1}, [Waiting(1, {"roses": 0}, {"lilas": 1}), Waiting(2, {"lilas": 1})])
    set()
    >>> resting({"lilas": 0}, [Waiting(1, {"roses": 0}, {"lilas": 1}), Waiting(2, {"lilas": 1})])
    {2}
    """
    agreed = {one.file for one in waiting if one.agreed}
    return {
        one.file for one in waiting if one.file not in _fitting(free, waiting, agreed | {one.file})
    }


def _fitting(free: Mapping[str, int], waiting: Sequence[Waiting], may_go: set[int]) -> set[int]:
    """Return who fits once all of them have left, of those who may go; a place is kept for whoever
    ranks ahead and has still to answer.
    """
    going = set(may_go)
    while True:
        space = Counter(free)
        for one in waiting:
            if one.file in going:
                space.update(one.leaves)
        missing = set[int]()
        for one in waiting:
            fits = all(space[name] >= need for name, need in one.takes.items())
            space.subtract(one.takes)
            if one.file in going and not fits:
                missing.add(one.file)
        if not missing:
            return going
        going -= missing
