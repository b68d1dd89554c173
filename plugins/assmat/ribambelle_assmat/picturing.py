"""Where those who suit work, as a drawing of ours: the cells, the search, the commune's outline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

from ribambelle_assmat.domain.cells import Point
from ribambelle_assmat.searching import Hit

WIDE, TALL = 320, 240
MARGIN = 14
MOST = 300
"""Points a drawing shows: past them, the nearest say enough."""
SMALLEST = 0.004
"""Degrees a drawing is across at least: one point alone is not the whole sheet."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell where somebody works."""

    x: int
    y: int
    group: str
    count: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, in its own units."""

    marks: list[Mark]
    near: tuple[int, int] | None
    to: tuple[int, int] | None
    outline: str
    """Points of the commune's outline, as SVG writes them."""
    scale: int
    """Units of one kilometre."""
    width: int = WIDE
    height: int = TALL


def picture_of(
    hits: Iterable[Hit],
    near: Point | None = None,
    to: Point | None = None,
    outline: Sequence[Point] = (),
) -> Picture | None:
    """Return where those who suit work; nothing when nobody can say.

    >>> from ribambelle_assmat.domain.matching import Match
    >>> here, there = Point(47.21, -1.55), Point(47.23, -1.55)
    >>> hits = [Hit((), 1, 1, Match("whole"), None, at) for at in (here, here, there)]
    >>> [(mark.x, mark.y, mark.count) for mark in picture_of(hits).marks]
    [(160, 226, 2), (160, 14, 1)]
    """
    told = ((hit.point, hit.match.group) for hit in hits if hit.point is not None)
    return drawn(told, near, to, outline)


def drawn(
    points: Iterable[tuple[Point, str]],
    near: Point | None = None,
    to: Point | None = None,
    outline: Sequence[Point] = (),
) -> Picture | None:
    """Return a drawing of some cells, each with the group that gives its colour."""
    cells: dict[Point, list[str]] = {}
    for point, group in points:
        if len(cells) < MOST or point in cells:
            cells.setdefault(point, []).append(group)
    if not cells:
        return None
    every = [*cells, *(one for one in (near, to) if one), *outline]
    draw = _Sheet(every)
    marks = [Mark(*draw.at(at), groups[0], len(groups)) for at, groups in cells.items()]
    return Picture(
        marks,
        draw.at(near) if near else None,
        draw.at(to) if to else None,
        " ".join("{},{}".format(*draw.at(one)) for one in outline),
        draw.kilometre,
    )


class _Sheet:
    """A sheet that holds some points, north above, as wide as it is true."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.narrow = cos(radians(points[0].latitude))
        norths = [one.latitude for one in points]
        easts = [one.longitude * self.narrow for one in points]
        across = max(max(easts) - min(easts), SMALLEST)
        up = max(max(norths) - min(norths), SMALLEST)
        self.unit = min((WIDE - 2 * MARGIN) / across, (TALL - 2 * MARGIN) / up)
        self.east = (max(easts) + min(easts)) / 2
        self.north = (max(norths) + min(norths)) / 2

    def at(self, point: Point) -> tuple[int, int]:
        """Where a point falls."""
        x = WIDE / 2 + (point.longitude * self.narrow - self.east) * self.unit
        return round(x), round(TALL / 2 - (point.latitude - self.north) * self.unit)

    @property
    def kilometre(self) -> int:
        """How long a kilometre is drawn."""
        return round(self.unit / 111.195)
