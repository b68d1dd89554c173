"""At the end of a wish window, who gets which wish, and why not the others?

Families rank wishes for days; nobody races. The council's criteria give points, a published seed
breaks ties. In that order each request takes its first wish in which all its children fit: brothers
and sisters enter together, or their next wish is looked at. Nobody placed after a refusal could
have left room for it: a refusal says how many places there were and the last rank served.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ribambelle.errors import Refused
from ribambelle_periscolaire.domain.waiting_room import drawn


@dataclass(frozen=True, slots=True)
class Criterion:
    """A reason the council voted to go first, and its points."""

    code: str
    points: int


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing wished, and the places it takes in each group: both children, both weeks."""

    code: str
    takes: tuple[tuple[str, int], ...]
    """Group (a centre, a week, an age band) and number of children."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one family asks for its children together."""

    ticket: str
    wishes: tuple[Wish, ...]
    """Its wishes, the dearest first."""
    met: frozenset[str] = frozenset()
    """Codes of the criteria it meets, as the town hall checked them."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A group that had not enough places left when the request's turn came."""

    group: str
    capacity: int
    left: int
    """Places left at that moment, fewer than asked."""
    asked: int
    last_rank_served: int | None
    """Rank of the last request served there before this one; nothing when none was."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A wish that was not given, and the groups that were full."""

    wish: str
    blocked: tuple[Blocked, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one request got: its rank, its points, its wish or nothing, each refusal before it."""

    ticket: str
    rank: int
    points: int
    wish: str | None
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Allocation:
    """Everything decided, in order of rank, and the places left."""

    outcomes: tuple[Outcome, ...]
    left: tuple[tuple[str, int], ...]

    def of(self, ticket: str) -> Outcome:
        """Return what a request got."""
        return next(one for one in self.outcomes if one.ticket == ticket)


def points_of(request: Request, criteria: Iterable[Criterion]) -> int:
    """Return the points of a request.

    >>> voted = [Criterion("resident", 10), Criterion("both_work", 5)]
    >>> points_of(Request("F-1", (), frozenset({"resident", "unknown"})), voted)
    10
    """
    return sum(one.points for one in criteria if one.code in request.met)


def ordered(
    requests: Iterable[Request], criteria: Iterable[Criterion], seed: bytes
) -> list[Request]:
    """Return requests in the order they are served: most points first, ties by the draw.

    The order in which they were sent never counts: a wish window is not a race.

    >>> resident = [Criterion("resident", 10)]
    >>> asked = [Request("A", ()), Request("B", ()), Request("C", (), frozenset({"resident"}))]
    >>> [one.ticket for one in ordered(asked, resident, bytes(32))]
    ['C', 'A', 'B']
    """
    voted = tuple(criteria)
    return sorted(
        requests,
        key=lambda one: (-points_of(one, voted), drawn(seed, one.ticket), one.ticket),
    )


def allocate(
    requests: Iterable[Request],
    capacities: Mapping[str, int],
    criteria: Iterable[Criterion],
    seed: bytes,
) -> Allocation:
    """Give each request its best wish that still has room for all its children.

    >>> two, one = (("Lilas", 2),), (("Lilas", 1),)
    >>> asked = [
    ...     Request("Diallo", (Wish("Lilas", two), Wish("Roses", (("Roses", 2),)))),
    ...     Request("Martin", (Wish("Lilas", one),), frozenset({"resident"})),
    ... ]
    >>> found = allocate(asked, {"Lilas": 2, "Roses": 2}, [Criterion("resident", 5)], bytes(32))
    >>> [(one.ticket, one.wish) for one in found.outcomes]
    [('Martin', 'Lilas'), ('Diallo', 'Roses')]
    >>> found.of("Diallo").refusals[0].blocked
    (Blocked(group='Lilas', capacity=2, left=1, asked=2, last_rank_served=1),)
    """
    voted = tuple(criteria)
    asked = list(requests)
    _require_sound(asked, capacities, voted)
    left = dict(sorted(capacities.items()))
    served: dict[str, int] = {}
    outcomes: list[Outcome] = []
    for rank, request in enumerate(ordered(asked, voted, seed), start=1):
        refusals: list[Refusal] = []
        given: Wish | None = None
        for wish in request.wishes:
            blocked = _blocked(wish, capacities, left, served)
            if not blocked:
                given = wish
                break
            refusals.append(Refusal(wish.code, blocked))
        for group, count in given.takes if given else ():
            left[group] -= count
            served[group] = rank
        outcomes.append(
            Outcome(
                request.ticket,
                rank,
                points_of(request, voted),
                given.code if given else None,
                tuple(refusals),
            )
        )
    return Allocation(tuple(outcomes), tuple(left.items()))


def _blocked(
    wish: Wish, capacities: Mapping[str, int], left: Mapping[str, int], served: Mapping[str, int]
) -> tuple[Blocked, ...]:
    return tuple(
        Blocked(group, capacities[group], left[group], count, served.get(group))
        for group, count in wish.takes
        if left[group] < count
    )


def _require_sound(
    requests: Iterable[Request], capacities: Mapping[str, int], criteria: Iterable[Criterion]
) -> None:
    """Refuse what would make the result depend on chance or on who wrote the file."""
    tickets: set[str] = set()
    for request in requests:
        if request.ticket in tickets:
            raise Refused("ticket_twice", ticket=request.ticket)
        tickets.add(request.ticket)
        for wish in request.wishes:
            groups = [group for group, _ in wish.takes]
            unknown = [group for group in groups if group not in capacities]
            if unknown:
                raise Refused("unknown_group", ticket=request.ticket, group=unknown[0])
            if len(set(groups)) < len(groups) or any(count < 1 for _, count in wish.takes):
                raise Refused("unreadable_wish", ticket=request.ticket, wish=wish.code)
    codes = [one.code for one in criteria]
    if len(set(codes)) < len(codes):
        raise Refused("criterion_twice")
