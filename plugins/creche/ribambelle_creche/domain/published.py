"""What is published of a decided commission: places, children admitted, last points, by half-day.

The table is told so that a family finds its own answer again. Where fewer than five children were
admitted, nothing is told but the places: a count that small would name them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ribambelle_creche.domain.admission import Proposal, Snapshot
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.resources import place_of
from ribambelle_creche.domain.week import SLOTS

LEAST = 5
"""Under five children admitted, a half-day is not published."""
Place = tuple[int, str, str]
"""A crèche, an age group and a half-day."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """One half-day of one section, as the commission left it."""

    facility: int
    age_group: str
    slot: str
    places: int
    admitted: int
    last_points: int | None
    """Points of the last child who passed by points; None while places remain."""
    period: int = 1
    """1 for the first entries, 2 for what is counted from 1 September on."""
    entering: int = 0
    """Children of the whole crèche who are counted here and not before."""
    is_withheld: bool = False
    """Hidden for what it would tell of others; see :func:`tellable`."""

    @property
    def when(self) -> tuple[int, str]:
        """The weekday and the half of the day."""
        return place_of(self.slot)

    @property
    def is_told(self) -> bool:
        """Tell whether it may be published beside its places.

        >>> [CutOff(12, "babies", "mon-am", 8, many, 70).is_told for many in (0, 4, 5)]
        [False, False, True]

        Where there is no place at all, nobody is behind the zero.

        >>> CutOff(12, "babies", "mon-am", 0, 0, None).is_told
        True
        """
        return not self.is_withheld and (self.admitted >= LEAST or self.places == 0)

    @property
    def state(self) -> str:
        """What is told of it: `hidden`, `open`, `full` by points, or `right` when held by right.

        >>> CutOff(12, "babies", "mon-am", 8, 4, 70).state
        'hidden'
        >>> [CutOff(12, "babies", "mon-am", 8, *row).state for row in ((8, 70), (6, None), (8, None))]
        ['full', 'open', 'right']
        """
        if not self.is_told:
            return "hidden"
        if self.last_points is not None:
            return "full"
        return "right" if self.is_full else "open"

    @property
    def is_full(self) -> bool:
        """Tell whether nobody else fits."""
        return self.last_points is not None or self.admitted >= self.places


def tellable(rows: Iterable[CutOff]) -> list[CutOff]:
    """Return cut-offs, those from September on withheld where they would tell what is hidden.

    The same children are counted before and after: one table less the other would name the few who
    enter in September, or those of a section that is hidden. So a half-day of a crèche is told from
    September on when all its sections are, before and after, and when none or five at least enter.

    >>> before, after = (CutOff(12, "babies", "mon-am", 8, 6, None),
    ...                  CutOff(12, "middle", "mon-am", 8, 7, None, period=2, entering=1))
    >>> [one.state for one in tellable([before, after])]
    ['open', 'hidden']
    >>> from dataclasses import replace
    >>> [one.state for one in tellable([before, replace(after, admitted=6, entering=0)])]
    ['open', 'open']
    """
    every = list(rows)
    silent = {
        (one.facility, one.slot) for one in every if not one.is_told or 0 < one.entering < LEAST
    }
    return [
        replace(one, is_withheld=True)
        if one.period > 1 and (one.facility, one.slot) in silent
        else one
        for one in every
    ]


def cut_offs(snapshot: Snapshot, proposal: Proposal) -> list[CutOff]:
    """Return the rows of the cut-off table of a proposal, crèche by crèche.

    A half-day may be full although its section is not: the whole crèche is, or its adults. Its
    cut-off is then the highest of all that a child of this section needs.

    >>> from ribambelle_creche.domain.admission import Application, Option, propose
    >>> monday = {"12/babies/mon-am": 1, "12/all/mon-am": 1}
    >>> files = tuple(
    ...     Application(name, points, "2026-03-01", 0, (Option("12/babies/0", "12", monday),))
    ...     for name, points in (("A", 60), ("B", 40))
    ... )
    >>> town = Snapshot({"12/babies/mon-am": 5, "12/all/mon-am": 1}, files)
    >>> [(row.slot, row.places, row.admitted, row.last_points) for row in cut_offs(town, propose(town))]
    [('mon-am', 5, 1, 60)]

    Adults may be too few for a baby and enough for a child who walks: what is left is compared with
    what a child of the section needs.

    >>> def asks(name, points, group, weight):
    ...     need = {f"12/{group}/mon-am": 1, "12/staff/mon-am": weight}
    ...     option = Option(f"12/{group}/0", "12", need)
    ...     return Application(name, points, "2026-03-01", 0, (option,))
    >>> files = (asks("A", 60, "babies", 24), asks("B", 50, "middle", 15), asks("C", 40, "babies", 24))
    >>> town = Snapshot({"12/babies/mon-am": 5, "12/middle/mon-am": 5, "12/staff/mon-am": 57}, files)
    >>> [(row.age_group, row.last_points) for row in cut_offs(town, propose(town))]
    [('babies', 50), ('middle', None)]

    What is counted from September on has rows of its own. A child that keeps the place it had was
    neither admitted nor given one: it is in no row.
    """
    rows, entering = [], _entering(snapshot, proposal)
    staying = _staying(snapshot, proposal)
    weights, admitted = _weights(snapshot), _last_with_adults(snapshot, proposal)
    for name in snapshot.resources:
        facility, group, when = name.split("/")
        slot, _, second = when.partition("@")
        if group not in GROUPS or slot not in SLOTS:
            continue
        own, week = proposal.cutoffs[name], "all/week@2" if second else "all/week"
        needed = [
            name,
            *(f"{facility}/{part}" for part in (f"all/{when}", f"staff/{when}", week)),
        ]
        found = [proposal.cutoffs[one] for one in needed if one in proposal.cutoffs]
        lasts = [one.last_points for one in found if one.last_points is not None]
        shut = any(one.taken >= one.capacity and one.last_points is None for one in found)
        adults = proposal.cutoffs.get(staff := f"{facility}/staff/{when}")
        if adults and adults.taken < adults.capacity < adults.taken + weights[group, staff]:
            last = admitted.get(staff)
            lasts, shut = ([*lasts, last], shut) if last is not None else (lasts, True)
        taken = own.taken - staying[name]
        rows.append(
            CutOff(
                facility=int(facility),
                age_group=group,
                slot=slot,
                # full of children who hold a right: no points open it; told where nobody is named
                places=taken
                if shut and not lasts and taken >= LEAST
                else own.capacity - staying[name],
                admitted=taken,
                last_points=max(lasts, default=None),
                period=2 if second else 1,
                entering=entering[facility, slot] if second else 0,
            )
        )
    return sorted(
        rows,
        key=lambda row: (
            *(row.facility, row.period),
            *(GROUPS.index(row.age_group), SLOTS.index(row.slot)),
        ),
    )


def _staying(snapshot: Snapshot, proposal: Proposal) -> Counter[str]:
    """Return what children take who keep the place they had, by resource."""
    found: Counter[str] = Counter()
    for one in snapshot.applications:
        option = one.option(proposal.assignments[one.id])
        if option is not None and one.current == option.id:
            found.update(option.demand)
    return found


def _weights(snapshot: Snapshot) -> Counter[tuple[str, str]]:
    """Return how much of the adults of a half-day a child of a section takes, by section."""
    found: Counter[tuple[str, str]] = Counter()
    for one in snapshot.applications:
        for option in one.options:
            group = option.id.split("/")[1]
            for name, need in option.demand.items():
                if "/staff/" in name:
                    found[group, name] = max(found[group, name], need)
    return found


def _last_with_adults(snapshot: Snapshot, proposal: Proposal) -> dict[str, int]:
    """Return the points of the last child admitted with the adults of each half-day, by resource;
    those of whom all hold a right are left out.
    """
    found: dict[str, int] = {}
    for one in snapshot.applications:
        option = one.option(proposal.assignments[one.id])
        if option is None or one.current == option.id:
            continue
        points = one.points + option.bonus
        for name in option.demand:
            if "/staff/" in name:
                found[name] = min(found.get(name, points), points)
    return found


def _entering(snapshot: Snapshot, proposal: Proposal) -> Counter[tuple[str, str]]:
    """Return how many children enter from September on only, by crèche and half-day."""
    found: Counter[tuple[str, str]] = Counter()
    for one in snapshot.applications:
        option = one.option(proposal.assignments[one.id])
        names = [name.partition("@") for name in option.demand] if option else []
        if option and names and all(second for _, _, second in names):
            for slot in {name.rpartition("/")[2] for name, _, _ in names}:
                found[option.facility, slot] += one.count
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """The answer of the table to a family, for one section of one crèche."""

    facility: int
    outcome: str
    """`yes`, `no`, `tie` when points are equal to the last, or `hidden`."""
    full: tuple[str, ...] = ()
    """The half-days that answer no, or that only the date and the draw decide."""


def found_again(
    rows: Iterable[CutOff],
    facility: int,
    group: str,
    slots: Iterable[str],
    points: int,
    period: int = 1,
) -> Found:
    """Return what the published table answers to these points for these half-days.

    :param period: 2 for a child who enters from 1 September on.

    More points than the last admitted on each half-day: a place. Fewer on one: none. A half-day
    that is not published answers nothing, or asking many times would tell what it hides.

    >>> table = [
    ...     CutOff(12, "babies", "mon-am", 8, 8, 70),
    ...     CutOff(12, "babies", "mon-pm", 8, 6, None),
    ...     CutOff(12, "babies", "tue-am", 8, 2, 45),
    ... ]
    >>> def ask(points, *slots):
    ...     return found_again(table, 12, "babies", slots, points).outcome
    >>> ask(80, "mon-am", "mon-pm"), ask(60, "mon-am"), ask(70, "mon-am"), ask(0, "mon-pm")
    ('yes', 'no', 'tie', 'yes')
    >>> ask(99, "tue-am"), ask(60, "mon-am", "tue-am")
    ('hidden', 'no')
    """
    table: Mapping[str, CutOff] = {
        row.slot: row
        for row in rows
        if (row.facility, row.age_group, row.period) == (facility, group, period)
    }
    asked = list(slots)
    told = {slot: table[slot] for slot in asked if slot in table and table[slot].is_told}
    no = tuple(slot for slot, row in told.items() if row.is_full and _under(points, row))
    if no:
        return Found(facility, "no", no)
    if len(told) < len(asked):
        return Found(facility, "hidden", tuple(slot for slot in asked if slot not in told))
    tied = tuple(slot for slot, row in told.items() if row.last_points == points)
    return Found(facility, "tie" if tied else "yes", tied)


def _under(points: int, row: CutOff) -> bool:
    return row.last_points is None or points < row.last_points
