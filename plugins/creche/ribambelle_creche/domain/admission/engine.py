"""From a snapshot to a proposal: the units, the reserves, the run, its reasons and its seal."""

from collections.abc import Set
from dataclasses import dataclass
from itertools import takewhile

from ribambelle_creche.domain.admission import auditor, explanation, seal, snapshot
from ribambelle_creche.domain.admission.explanation import Book, Reasons
from ribambelle_creche.domain.admission.ground import Ground, Groups
from ribambelle_creche.domain.admission.matching import Matching
from ribambelle_creche.domain.admission.order import Order
from ribambelle_creche.domain.admission.outcome import Kept, Proposal
from ribambelle_creche.domain.admission.snapshot import Application, Snapshot
from ribambelle_creche.domain.admission.units import Unit, alone, joined, together

VERSION = "1.3"
NOBODY: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Placement:
    """Who holds what, the run that gave it, and who passed first by a reserve."""

    assignments: dict[str, str | None]
    matching: Matching
    reserves: tuple[Kept, ...]

    @property
    def units(self) -> list[tuple[Unit, int | None]]:
        """Who entered together or alone, with the choice each holds."""
        return list(self.matching.served())

    def book(self, given: Snapshot) -> Book:
        """Lay the result out, resource by resource."""
        facilities = {one.code: frozenset(one.facilities) for one in given.reserves}
        first: dict[str, frozenset[str]] = {}
        for kept in self.reserves:
            for name in kept.promoted:
                first[name] = first.get(name, frozenset()) | facilities[kept.code]
        every = [alone(one) for one in given.applications]
        by_rank = Order(every, self.matching.order.pinned, first)
        return Book(given, by_rank, self.assignments, self.matching.withheld())


def propose(given: Snapshot) -> Proposal:
    """Return the proposal of a snapshot, with its reasons, its certificate and its seal.

    >>> from ribambelle_creche.domain.admission.snapshot import Option
    >>> lilas = Option("lilas/0", "lilas", {"lilas/mon-am": 1})
    >>> files = [Application(name, points, "2026-03-01", 0, (lilas,))
    ...          for name, points in (("C-1", 40), ("C-2", 60))]
    >>> found = propose(Snapshot({"lilas/mon-am": 1}, tuple(files)))
    >>> found.assignments, found.cutoffs["lilas/mon-am"].last_points
    ({'C-1': None, 'C-2': 'lilas/0'}, 60)
    >>> found.refusals["C-1"][0].blocking[0].taken_ahead
    1

    Raises Refused("snapshot_wrong") when the snapshot contradicts itself.
    """
    snapshot.check(given)
    assignments, kept, reasons = _placed(given)
    certificate = auditor.certify(given, assignments, kept)
    whole = Proposal(
        assignments,
        reasons.refusals,
        reasons.cutoffs,
        certificate,
        sum(one.count for one in given.applications if assignments[one.id] is not None),
    )
    return seal.sealed(given, whole)


def _placed(given: Snapshot) -> tuple[dict[str, str | None], tuple[Kept, ...], Reasons]:
    """Return who holds what, and why; the run itself is let go before the second count begins."""
    placement = place(given)
    reasons = explanation.explain(given, placement.units, placement.book(given))
    return placement.assignments, placement.reserves, reasons


def place(given: Snapshot) -> Placement:
    """Return who holds what; files of one birth enter together as long as one crèche can take them."""
    groups = joined(given)
    return place_on(Ground(given, groups), given, groups)


def place_on(ground: Ground, given: Snapshot, groups: Groups, gone: Set[str] = NOBODY) -> Placement:
    """Return who holds what on a ground from which some files are gone.

    Groups that no crèche takes whole are divided, and everything is run again. Others divided at
    the same time may then leave one a crèche after all: it is joined again, once.

    :param given: the files that are there, for the reasons of those left apart.
    """
    groups = dict(groups)
    divided: dict[str, tuple[Application, ...]] = {}
    joined_again: set[str] = set()
    while True:
        matching, kept = ground.run(groups, gone)
        placement = Placement(_assignments(matching), matching, kept)
        apart = [
            code for code, members in groups.items() if not placement.assignments[members[0].id]
        ]
        if not apart:
            book = placement.book(given) if divided else None
            apart = [
                code
                for code, members in divided.items()
                if book and code not in joined_again and _fits_together(members, book)
            ]
            if not apart:
                return placement
            joined_again.update(apart)
            groups |= {code: divided.pop(code) for code in apart}
        else:
            divided |= {code: groups.pop(code) for code in apart}


def _fits_together(members: tuple[Application, ...], book: Book) -> bool:
    """Tell whether a crèche, preferred to where they are if that is one, could take a group whole."""
    unit = together(members)
    held = [book.places.get(one.id) for one in members]
    there = held[0] if held[0] is not None and len(set(held)) == 1 else None
    better = takewhile(lambda choice: unit.facility(choice) != there, unit.choices)
    return any(not any(book.blocking(unit, choice)) for choice in better)


def _assignments(matching: Matching) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for unit, held in matching.served():
        members = unit.members
        choice = None if held is None else unit.choices[held]
        if len(members) == 1:
            (one,) = members
            found[one.id] = None if choice is None else one.options[choice[0]].id
            continue
        for place, one in enumerate(members):
            found[one.id] = None if choice is None else one.options[choice[place]].id
    return dict(sorted(found.items()))
