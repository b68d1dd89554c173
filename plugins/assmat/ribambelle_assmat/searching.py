"""A search in the directory: who suits, the best first, with what is missing said in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import msgspec

from ribambelle.search import fold
from ribambelle_assmat.domain.availability import standing
from ribambelle_assmat.domain.cells import MILLION, Point, away, box, metres, tiles, tiles_along
from ribambelle_assmat.domain.cells import told as distance_told
from ribambelle_assmat.domain.home import Home
from ribambelle_assmat.domain.matching import GROUPS, Key, Match, Offered, Wish, match, order
from ribambelle_assmat.queries import directory, finding
from ribambelle_assmat.queries.directory import Area, One, OnePlace
from ribambelle_assmat.queries.finding import Filter
from ribambelle_assmat.settings import believed_days


@dataclass(frozen=True, slots=True)
class Asked:
    """What a family asks, and where: around a point, along a way, in a quartier, in a town."""

    wish: Wish = field(default_factory=Wish)
    near: Point | None = None
    to: Point | None = None
    """The other end of the way, when there is one."""
    within: int | None = None
    """Metres from the point, or from the way."""
    area: Area | None = None
    """Only those of this quartier or micro-quartier."""
    town: str = ""
    """A postcode, or the folded name of a commune."""
    cares: frozenset[str] = frozenset()
    where: str = ""
    children: int = 1
    name: str = ""
    """Folded."""
    home: frozenset[str] = frozenset()
    """Codes of `domain.home.WISHES`."""
    language: str = ""

    def distance(self, point: Point) -> int | None:
        """Return how far somebody is, in metres."""
        if self.near is None:
            return None
        return away(point, self.near, self.to) if self.to else metres(self.near, point)


class Hit(NamedTuple):
    """One childminder who suits, by her best place: all it takes to order her."""

    key: Key
    childminder: int
    place: int
    match: Match
    distance: int | None
    point: Point | None


@dataclass(frozen=True, slots=True)
class Found:
    """One childminder who suits, as a page shows her."""

    one: One
    place: OnePlace
    match: Match
    distance: int | None
    is_way: bool = False

    @property
    def far(self) -> str:
        """How far she is, in words; nothing when nobody can say."""
        if self.distance is None:
            return ""
        return distance_told(self.distance) + (" de votre trajet" if self.is_way else "")


async def search(asked: Asked, today: date) -> list[Hit]:
    """Return who suits, in the order a family reads them."""
    told = Filter(asked.wish.months, asked.children, asked.where, asked.name)
    if asked.area is not None:
        area = asked.area
        names = (area.within, area.name) if area.within else (area.name, "")
        rows = await finding.in_quartier(*names, today, told)
    elif asked.near is not None and asked.within is not None:
        ends = [asked.near, *([asked.to] if asked.to else [])]
        around = _tiles(asked.near, asked.to, asked.within)
        rows = await finding.in_tiles(around, box(ends, asked.within), today, told)
    elif asked.town:
        rows = await finding.in_town(asked.town, today, told)
    else:
        rows = await finding.everywhere(today, told)
    return ordered(rows, asked, today, believed_days())


def _tiles(near: Point, to: Point | None, within: int) -> set[int]:
    return tiles_along(near, to, within) if to else tiles(near, within)


def ordered(rows: Iterable[dict[str, Any]], asked: Asked, today: date, believed: int) -> list[Hit]:
    """Return who suits among some places, each once, in the order a family reads them.

    :param believed: days what is said of a place is believed.
    """
    best: dict[int, Hit] = {}
    far: dict[tuple[int, int], int | None] = {}
    for row in rows:
        number, cell = row["id"], (row["latitude"], row["longitude"])
        if cell not in far:
            far[cell] = asked.distance(_point(row)) if row["latitude"] is not None else None
        distance = far[cell]
        if asked.within is not None and (distance is None or distance > asked.within):
            continue
        now = standing(row["state"], row["opens"], row["confirmed_on"], today, believed)
        takes_urgent = bool(row["takes_urgent"]) and now.state != "unknown"
        if asked.cares and not asked.cares <= _cares(row["cares"]) | URGENT[takes_urgent]:
            continue
        if (asked.home or asked.language) and not _agreed_home(row).suits(
            asked.home, asked.language
        ):
            continue
        name = f"{row['given_name']} {row['usual_name'] or row['family_name']}"
        if asked.name and asked.name not in fold(name):
            # her number and the name she was born with are searched at the desk alone
            continue
        found = match(Offered(now, row["moments"], takes_urgent), asked.wish)
        if found.group == "full" and ('"form"' not in row["consents"] or row["only_when_free"]):
            continue  # she has no place, and may not be written to
        key = order(found, distance, name)
        known = best.get(number)
        if known is None or (key, row["place"]) < (known.key, known.place):
            point = _point(row) if row["latitude"] is not None else None
            best[number] = Hit(key, number, row["place"], found, distance, point)
    return sorted(best.values(), key=lambda hit: (hit.key, hit.childminder))


def _point(row: dict[str, Any]) -> Point:
    return Point(row["latitude"] / MILLION, row["longitude"] / MILLION)


URGENT = (frozenset[str](), frozenset({"urgent"}))
"""What a place adds to what she says of herself, when a child may come for a short replacement."""


def _agreed_home(row: dict[str, Any]) -> Home:
    """Return what she shows of her home: what she does not show is not searched either."""
    consents = frozenset(msgspec.json.decode(row["consents"], type=list[str]))
    return directory.home_of(row).agreed(consents)


def _cares(told: str) -> frozenset[str]:
    return frozenset(msgspec.json.decode(told or "[]", type=list[str]))


async def shown(hits: Sequence[Hit], *, is_way: bool = False) -> list[Found]:
    """Return what a page shows of some of those who suit."""
    known = await directory.some([hit.childminder for hit in hits])
    found = []
    for hit in hits:
        one = known[hit.childminder]
        place = next(each for each in one.places if each.id == hit.place)
        found.append(Found(one, place, hit.match, hit.distance, is_way))
    return found


def grouped(found: Iterable[Found]) -> list[tuple[str, list[Found]]]:
    """Return results by group, groups without anybody left out."""
    by_group: dict[str, list[Found]] = {group: [] for group in GROUPS}
    for one in found:
        by_group[one.match.group].append(one)
    return [(group, some) for group, some in by_group.items() if some]


def suiting(hits: Iterable[Hit]) -> int:
    """Return how many have a place that suits, whole or in part: the others are to be asked, or full."""
    return sum(hit.match.group in ("whole", "part") for hit in hits)


def counts(hits: Iterable[Hit]) -> dict[str, int]:
    """Return how many suit, by group."""
    found: dict[str, int] = {}
    for hit in hits:
        found[hit.match.group] = found.get(hit.match.group, 0) + 1
    return found
