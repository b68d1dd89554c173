"""A search in the directory: who suits, the best first, with what is missing said in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ribambelle_assmat.domain.cells import Point, metres, told
from ribambelle_assmat.domain.matching import GROUPS, RANKS, Match, Wish, match, order, suits_age
from ribambelle_assmat.queries.directory import One, OnePlace


@dataclass(frozen=True, slots=True)
class Asked:
    """What a family asks."""

    wish: Wish = field(default_factory=Wish)
    near: Point | None = None
    within: int | None = None
    """Metres."""
    cares: frozenset[str] = frozenset()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One childminder who suits, by her best place."""

    one: One
    place: OnePlace
    match: Match
    distance: int | None

    @property
    def far(self) -> str:
        """How far she is, in words; nothing when nobody can say."""
        return told(self.distance) if self.distance is not None else ""


def search(everybody: Iterable[One], asked: Asked, today: date) -> list[Found]:
    """Return who suits, in the order a family reads them."""
    found = [one for each in everybody if (one := _best(each, asked, today))]
    return sorted(found, key=lambda one: order(one.match, one.distance, one.one.name))


def grouped(found: Iterable[Found]) -> list[tuple[str, list[Found]]]:
    """Return results by group, groups without anybody left out."""
    by_group: dict[str, list[Found]] = {group: [] for group in GROUPS}
    for one in found:
        by_group[one.match.group].append(one)
    return [(group, some) for group, some in by_group.items() if some]


def _best(one: One, asked: Asked, today: date) -> Found | None:
    if not asked.cares <= set(one.cares):
        return None
    distance = metres(asked.near, one.point) if asked.near and one.point else None
    if asked.within is not None and (distance is None or distance > asked.within):
        return None
    places = [
        (match(place.rule(today), asked.wish), place)
        for place in one.places
        if suits_age(place.rule(today), asked.wish) and asked.where in ("", place.where)
    ]
    if not places:
        return None
    best, place = min(
        places, key=lambda each: (RANKS[each[0].group], each[0].missing.bit_count(), each[1].id)
    )
    return Found(one, place, best, distance)
