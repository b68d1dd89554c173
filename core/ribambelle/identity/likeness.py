"""Are two families of the register one, or do they share a child?

A name alone proves nothing: another thing must agree. Nothing is ever made one without an agent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from ribambelle.search import fold, phone_of


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person of a household, as they are compared."""

    id: int
    household: int
    given_name: str
    family_name: str
    email: str = ""
    phone: str = ""
    born_on: date | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names, folded, in whatever order they were typed."""
        return frozenset((fold(self.given_name), fold(self.family_name)))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two households that may be one: the adults and the children found in both."""

    one: int
    other: int
    adults: tuple[tuple[int, int], ...] = ()
    children: tuple[tuple[int, int], ...] = ()
    why: tuple[str, ...] = field(default=())


def same_adult(one: Somebody, other: Somebody) -> str:
    """Say in French why two adults look like one person; nothing when they do not.

    >>> anne = Somebody(1, 1, "Anne", "Hoarau", phone="06 99 00 00 01")
    >>> same_adult(anne, Somebody(2, 2, "HOARAU", "anne", phone="+33 6 99 00 00 01"))
    'même nom, même téléphone'
    >>> same_adult(anne, Somebody(2, 2, "Anne", "Hoarau"))
    ''
    >>> same_adult(anne, Somebody(2, 2, "Luc", "Hoarau", phone="06 99 00 00 01"))
    ''
    """
    if one.names != other.names:
        return ""
    found = []
    if one.email and one.email.lower() == other.email.lower():
        found.append("même adresse e-mail")
    if phone_of(one.phone) and phone_of(one.phone) == phone_of(other.phone):
        found.append("même téléphone")
    return ", ".join(["même nom", *found]) if found else ""


def same_child(one: Somebody, other: Somebody) -> bool:
    """Tell whether two children bear one name and were born one day.

    >>> zoe = Somebody(1, 1, "Zoé", "Payet", born_on=date(2026, 3, 14))
    >>> same_child(zoe, Somebody(2, 2, "ZOE", "Payet", born_on=date(2026, 3, 14)))
    True
    >>> same_child(zoe, Somebody(2, 2, "Zoé", "Payet"))
    False
    """
    return one.born_on is not None and one.born_on == other.born_on and one.names == other.names


def pairs(adults: Iterable[Somebody], children: Iterable[Somebody]) -> list[Pair]:
    """Return the households that look like one, or that share a child, each pair once.

    Two adults of one name with a child in common are one person too.

    >>> born = date(2026, 3, 14)
    >>> people = [Somebody(1, 1, "Anne", "Hoarau"), Somebody(2, 2, "Anne", "Hoarau"),
    ...           Somebody(3, 3, "Luc", "Payet")]
    >>> kids = [Somebody(n, n, "Zoé", "Payet", born_on=born) for n in (1, 2, 3)]
    >>> [(p.one, p.other, p.adults, p.children) for p in pairs(people, kids)]
    [(1, 2, ((1, 2),), ((1, 2),)), (1, 3, (), ((1, 3),)), (2, 3, (), ((2, 3),))]
    """
    by_child: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for one, other in _namesakes(children):
        if same_child(one, other):
            by_child.setdefault((one.household, other.household), []).append((one.id, other.id))
    by_adult: dict[tuple[int, int], list[tuple[int, int]]] = {}
    why: dict[tuple[int, int], list[str]] = {}
    for one, other in _namesakes(adults):
        key = one.household, other.household
        told = same_adult(one, other) or (
            "même nom, un enfant en commun" if key in by_child else ""
        )
        if told:
            by_adult.setdefault(key, []).append((one.id, other.id))
            why.setdefault(key, []).append(f"{one.given_name} {one.family_name} : {told}")
    return [
        Pair(
            *key,
            adults=tuple(by_adult.get(key, ())),
            children=tuple(by_child.get(key, ())),
            why=tuple(why.get(key, ())),
        )
        for key in sorted(by_child.keys() | by_adult.keys())
    ]


def _namesakes(people: Iterable[Somebody]) -> Iterator[tuple[Somebody, Somebody]]:
    """Yield the pairs of people of one name and two households, the lower household first."""
    known: dict[frozenset[str], list[Somebody]] = {}
    for one in sorted(people, key=lambda one: (one.household, one.id)):
        for other in known.setdefault(one.names, []):
            if other.household != one.household:
                yield other, one
        known[one.names].append(one)
