"""A place that a child in place leaves is another's once its family has said yes, and not before.

Offers made in one run may rest on each other: Léo enters at Les Lilas if Zoé goes to Les Roses; two
children change places if both families agree. Nothing is written down of who rests on whom: it is
counted again from the offers that wait, the best ranked first, each time one is answered.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ribambelle_creche.domain.admission import Option, Proposal, Snapshot
from ribambelle_creche.domain.admission.foresight import rank
from ribambelle_creche.domain.admission.order import BY_POINTS, PINNED, RESERVED
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
    sent_at: datetime | None = None
    """When it was made; None while it is about to be."""
    start_on: date | None = None
    """The day of its entry."""


@dataclass(frozen=True, slots=True)
class Going:
    """One file whose move is sure: the day of its entry, what it takes, what it leaves that day."""

    file: int
    day: date
    takes: Mapping[str, int] = field(default_factory=dict)
    leaves: Mapping[str, int] = field(default_factory=dict)


def laid_out(
    given: Snapshot,
    held: Mapping[str, Held],
    freed: Mapping[str, int],
    left: Collection[str] = (),
    first: Mapping[str, Collection[str]] | None = None,
    also: Collection[str] = (),
) -> tuple[dict[str, int], list[Waiting]]:
    """Return what is free where a child in place may leave, and the offers that wait: what was
    offered first passes first, then what was pinned, the reserves, the points.

    An offer that takes and leaves nothing there is no part of it.

    :param held: the offers that stand, by the engine's name of the child.
    :param freed: places left since that are not in the lot.
    :param left: children who went elsewhere and then left that place too: they hold nothing here.
    :param first: the crèches in which a child passed by a reserve.
    :param also: what is counted beside the places that children of the lot may leave.
    """
    pinned = {pin.application for pin in given.pins}
    chained = {name for one in given.applications for name in leaves(one)} | set(also)
    free = {name: given.resources[name] + freed.get(name, 0) for name in chained}
    found: list[tuple[tuple[object, ...], Waiting]] = []
    for one in given.applications if chained else ():
        mine = held.get(one.id)
        if mine is None and one.id in left:
            continue
        option = one.option(mine.option if mine else one.current)
        takes = _taken(one, option, chained)
        if mine is None or mine.accepted or option is None:
            for name, need in takes.items():
                free[name] -= need
        elif takes or leaves(one):
            by_reserve = option.facility in (first or {}).get(one.id, ())
            kind = PINNED if one.id in pinned else RESERVED if by_reserve else BY_POINTS
            key = (*_issued(mine.sent_at), kind, *rank(one, option))
            found.append((key, Waiting(mine.file, takes, leaves(one), mine.agreed)))
            for name, need in leaves(one).items():  # it is there until it goes
                free[name] -= need
    found.sort(key=lambda told: told[0])
    return free, _by_file(one for _, one in found)


def _issued(sent_at: datetime | None) -> tuple[bool, float]:
    """Sort key of the moment an offer was made: one about to be comes last."""
    return sent_at is None, sent_at.timestamp() if sent_at else 0.0


def sure(
    given: Snapshot, held: Mapping[str, Held], left: Mapping[str, Held], freed: Sequence[Going]
) -> list[Going]:
    """Return the moves that are sure: whoever accepted, and who left a place and gave up the other.

    :param freed: the moves that leave places which are not in the lot.
    """
    chained = {name for one in given.applications for name in leaves(one)}
    chained |= {name for one in freed for name in one.leaves}
    found = list(freed)
    for one in given.applications:
        mine = held.get(one.id)
        gone = mine if mine and mine.accepted else None if mine else left.get(one.id)
        if gone is not None and gone.start_on is not None:
            option = one.option(gone.option) if mine else None
            takes = _taken(one, option, chained)
            found.append(Going(gone.file, gone.start_on, takes, leaves(one)))
    return found


def to_leave(going: Sequence[Going]) -> list[Going]:
    """Return who is where it was until its day, and whose place nobody sure has after it.

    Zoé leaves Les Lilas in March: who is called for January has no place of hers before.

    >>> zoe = Going(1, date(2027, 3, 1), {"roses": 1}, {"lilas": 1})
    >>> [(one.file, one.leaves) for one in to_leave([zoe])]
    [(1, {'lilas': 1})]

    Léo follows her that day: what is free beside them is free at once, nobody else waits for her.

    >>> to_leave([zoe, Going(2, date(2027, 3, 1), {"lilas": 1})])
    []
    """
    moves = [(one.day, True, one) for one in going] + [(one.day, False, one) for one in going]
    expected, found = Counter[str](), list[Going]()
    for _, enters, one in sorted(moves, key=lambda move: move[:2], reverse=True):
        if enters:
            expected.update(one.takes)
            continue
        followed = {name: min(many, expected[name]) for name, many in one.leaves.items()}
        expected.subtract(followed)
        if rest := {
            name: many - followed[name]
            for name, many in one.leaves.items()
            if many > followed[name]
        }:
            found.append(replace(one, takes={}, leaves=rest))
    return found


def by_reserve(given: Snapshot, found: Proposal) -> dict[str, frozenset[str]]:
    """Return the crèches in which a proposal let each child pass by a reserve."""
    where = {one.code: frozenset(one.facilities) for one in given.reserves}
    passed: dict[str, frozenset[str]] = {}
    for kept in found.certificate.reserves:
        for name in kept.promoted:
            passed[name] = passed.get(name, frozenset()) | where[kept.code]
    return passed


def passed(runs: Iterable[tuple[Snapshot, Proposal]]) -> dict[str, frozenset[str]]:
    """Return the crèches in which a commission, or a call since, let each child pass by a reserve."""
    found: dict[str, frozenset[str]] = {}
    for given, answer in runs:
        for name, where in by_reserve(given, answer).items():
            found[name] = found.get(name, frozenset()) | where
    return found


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


def starts(
    free: Mapping[str, int], waiting: Sequence[Waiting], wished: Mapping[int, date]
) -> dict[int, date]:
    """Return the day each file may enter: not before those it needs have left, the first to go first.

    >>> zoe, leo = Waiting(1, {"roses": 1}, {"lilas": 1}), Waiting(2, {"lilas": 1})
    >>> wished = {1: date(2027, 3, 1), 2: date(2027, 1, 4)}
    >>> starts({"roses": 1, "lilas": 0}, [zoe, leo], wished)[2].isoformat()
    '2027-03-01'

    A free place keeps its day: Léo follows nobody.

    >>> starts({"roses": 1, "lilas": 1}, [zoe, leo], wished)[2].isoformat()
    '2027-01-04'
    """
    found, lacks = dict(wished), _lacking(free, waiting)
    leaving: dict[str, list[Waiting]] = {}
    for one in waiting:
        for name in one.leaves:
            leaving.setdefault(name, []).append(one)
    while True:
        before = dict(found)
        for file, missing in lacks.items():
            days = [
                _day_left(
                    [one for one in leaving.get(name, ()) if one.file != file], name, many, found
                )
                for name, many in missing.items()
            ]
            found[file] = max([found[file], *filter(None, days)])
        if found == before:
            return found


def _lacking(free: Mapping[str, int], waiting: Sequence[Waiting]) -> dict[int, dict[str, int]]:
    """Return how many places each file lacks of each resource as long as nobody else has left it;
    a place is kept for whoever ranks ahead.
    """
    space, found = Counter(free), dict[int, dict[str, int]]()
    for one in waiting:
        missing = {
            name: lack
            for name, need in one.takes.items()
            if (lack := need - space[name] - one.leaves.get(name, 0)) > 0
        }
        space.subtract(one.takes)
        if missing:
            found[one.file] = missing
    return found


def _day_left(
    leaving: Sequence[Waiting], name: str, many: int, days: Mapping[int, date]
) -> date | None:
    """Return the day by which so many places of a resource are left; None when nobody leaves it."""
    left, day = 0, None
    for one in sorted(leaving, key=lambda one: days[one.file]):
        left, day = left + one.leaves[name], days[one.file]
        if left >= many:
            break
    return day


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


def rests(free: Mapping[str, int], waiting: Sequence[Waiting], file: int) -> bool:
    """Tell whether somebody who has not answered still holds the place of one file.

    >>> waiting = [Waiting(1, {"roses": 0}, {"lilas": 1}), Waiting(2, {"lilas": 1})]
    >>> rests({"lilas": 1}, waiting, 2), rests({"lilas": 0}, waiting, 2)
    (False, True)
    """
    if all(one.file != file for one in waiting):
        return False
    agreed = {one.file for one in waiting if one.agreed}
    return file not in _fitting(free, waiting, agreed | {file})


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
