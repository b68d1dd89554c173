"""Where those who suit work, as a drawing of ours: the cells, the search, the commune's outline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asinh, cos, floor, log2, pi, radians, tan

from ribambelle_assmat.domain.cells import Point
from ribambelle_assmat.searching import Hit
from ribambelle_assmat.settings import Tiles

WIDE, TALL = 320, 240
MARGIN = 14
MOST = 300
"""Points a drawing shows: past them, the nearest say enough."""
SMALLEST = 0.004 / 360
"""Of the way round the world, what a drawing is across at least: one point alone is not the whole
sheet."""
EQUATOR = 40_075
"""Its length, in kilometres."""
TILE = 160
"""Units a tile should take: some six of them cover a sheet."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One cell where somebody works."""

    x: int
    y: int
    group: str
    count: int


@dataclass(frozen=True, slots=True)
class Tile:
    """One square image of a map of the world, and where it falls on a sheet."""

    address: str
    x: float
    y: float
    side: float


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
    west: float = 0
    north: float = 0
    """Where its upper corner is on the map of the world, which goes from 0 to 1 each way."""
    unit: float = 1
    """Units of the whole world."""
    width: int = WIDE
    height: int = TALL

    def tiles(self, asked: Tiles) -> list[Tile]:
        """Return the images of a map that cover this sheet.

        >>> whole = Picture([], None, None, "", 1, unit=320)
        >>> [(one.address, one.x, one.y) for one in whole.tiles(Tiles("https://a/{z}/{x}/{y}", "b"))][:2]
        [('https://a/1/0/0', 0.0, 0.0), ('https://a/1/1/0', 160.0, 0.0)]
        """
        zoom = min(max(round(log2(self.unit / TILE)), 0), asked.deepest)
        many, side = 2**zoom, self.unit / 2**zoom
        left, top = self.west * many, self.north * many
        return [
            Tile(
                asked.address(zoom, column, row),
                round((column - left) * side, 2),
                round((row - top) * side, 2),
                round(side, 2),
            )
            for row in _across(top, self.height / side, many)
            for column in _across(left, self.width / side, many)
        ]


def _across(first: float, length: float, many: int) -> range:
    """Return the rows, or the columns, that a stretch of the world touches."""
    return range(max(floor(first), 0), min(floor(first + length - 1e-9), many - 1) + 1)


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
        *draw.corner,
        draw.unit,
    )


class _Sheet:
    """A sheet that holds some points, north above, drawn as the maps of the web are (Mercator)."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.narrow: float = cos(radians(points[0].latitude))
        easts, souths = zip(*map(_in_the_world, points), strict=True)
        across = max(max(easts) - min(easts), SMALLEST)
        down = max(max(souths) - min(souths), SMALLEST)
        self.unit: float = min((WIDE - 2 * MARGIN) / across, (TALL - 2 * MARGIN) / down)
        self.east = (max(easts) + min(easts)) / 2
        self.south = (max(souths) + min(souths)) / 2

    def at(self, point: Point) -> tuple[int, int]:
        """Where a point falls."""
        east, south = _in_the_world(point)
        x = WIDE / 2 + (east - self.east) * self.unit
        return round(x), round(TALL / 2 + (south - self.south) * self.unit)

    @property
    def corner(self) -> tuple[float, float]:
        """Where the upper corner is in the world."""
        return self.east - WIDE / 2 / self.unit, self.south - TALL / 2 / self.unit

    @property
    def kilometre(self) -> int:
        """How long a kilometre is drawn."""
        return round(self.unit / EQUATOR / self.narrow)


def _in_the_world(point: Point) -> tuple[float, float]:
    """Return where a point is on the square map of the world, from its upper corner.

    >>> _in_the_world(Point(0.0, 0.0))
    (0.5, 0.5)
    """
    south = (1 - asinh(tan(radians(point.latitude))) / pi) / 2
    return (point.longitude + 180) / 360, south
