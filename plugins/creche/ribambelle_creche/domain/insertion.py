"""How many places must a manager keep for children whose parents are on a path of insertion?

One in each whole twenty of its authorised places, over all its crèches together (articles L214-7
and D214-7 of the code de l'action sociale et des familles). A child received so counts until it
leaves, even once its parents have reached the end of their path. A manager may also hold places by
an agreement with childminders. A crèche that an employer keeps
for its own staff owes none.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle.search import fold

PER_PLACES = 20
EXEMPT_KINDS = ("company",)


@dataclass(frozen=True, slots=True)
class Creche:
    """One crèche, as the law counts it."""

    id: int
    manager: str
    """Who runs it; the crèche itself where nobody is told."""
    authorised: int
    is_exempt: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """One child received on a place kept for insertion."""

    facility: int
    child: Hashable
    """The same in every crèche it is in."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Places a manager holds by an agreement with childminders."""

    facility: int
    """The crèche whose manager signed it."""
    places: int
    first: date
    last: date | None = None

    def stands(self, first: date, last: date) -> bool:
        """Tell whether it stands all through a period: what ends meanwhile guarantees nothing after.

        >>> spring = Agreed(1, 2, date(2027, 1, 1), date(2027, 6, 30))
        >>> spring.stands(date(2027, 1, 4), date(2027, 3, 31))
        True
        >>> spring.stands(date(2027, 6, 1), date(2027, 7, 1))
        False
        """
        return self.first <= first and (self.last is None or last <= self.last)


@dataclass(frozen=True, slots=True)
class Duty:
    """What one manager owes, and holds."""

    manager: str
    facilities: tuple[int, ...]
    authorised: int
    children: int
    agreed: int = 0
    """Places held by agreement."""

    def owed(self, per_places: int = PER_PLACES) -> int:
        """Return the places owed: one in each whole slice.

        >>> [Duty("Ville", (), many, 0).owed() for many in (19, 20, 39, 59, 60)]
        [0, 1, 1, 2, 3]
        """
        return self.authorised // per_places

    def left(self, per_places: int = PER_PLACES) -> int:
        """Return the places a commission has still to keep.

        >>> Duty("Ville", (), 59, 1).left(), Duty("Ville", (), 59, 3).left()
        (1, 0)
        >>> Duty("Ville", (), 59, 1, agreed=1).left()
        0
        """
        return max(0, self.owed(per_places) - self.children - self.agreed)


def duties(
    creches: Iterable[Creche], present: Iterable[Present], agreed: Sequence[Agreed] = ()
) -> list[Duty]:
    """Return what each manager owes and holds, over all its crèches.

    Two crèches of 12 and 18 places owe one together, where each alone would owe none. A child in
    both is one child. Capitals and accents make no other manager; a crèche that tells none is
    alone.

    >>> ville = [Creche(1, "Ville", 12), Creche(2, "VILLE", 18), Creche(4, "", 40)]
    >>> mine = [*ville, Creche(3, "Usine", 60, is_exempt=True)]
    >>> [(one.manager, one.authorised, one.owed(), one.children)
    ...  for one in duties(mine, [Present(1, "Zoé"), Present(2, "Zoé"), Present(3, "Léo")])]
    [('', 40, 2, 0), ('Usine', 0, 0, 1), ('Ville', 30, 1, 1)]
    """
    inside: dict[tuple[str, int], list[Creche]] = {}
    for one in creches:
        inside.setdefault(manager_of(one.manager, one.id), []).append(one)
    children: dict[int, set[Hashable]] = {}
    for each in present:
        children.setdefault(each.facility, set()).add(each.child)
    return [
        Duty(
            theirs[0].manager,
            tuple(one.id for one in theirs),
            sum(one.authorised for one in theirs if not one.is_exempt),
            len(set().union(*(children.get(one.id, set()) for one in theirs))),
            sum(each.places for each in agreed if each.facility in {one.id for one in theirs}),
        )
        for _, theirs in sorted(inside.items())
    ]


def manager_of(manager: str, facility: int) -> tuple[str, int]:
    """Return what tells managers apart: a crèche that names none is its own.

    >>> manager_of("Ville de Nantes", 3), manager_of("", 3)
    (('ville de nantes', 0), ('', 3))
    """
    name = fold(manager)
    return name, 0 if name else facility
