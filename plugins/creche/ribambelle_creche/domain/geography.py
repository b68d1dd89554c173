"""Where are the crèches, and how far from a neighbourhood? In millionths of a degree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

METRES_PER_DEGREE = 111_320
MILLION = 1_000_000
Point = tuple[int, int]
"""Latitude and longitude, in millionths of a degree."""


def metres(first: Point, then: Point) -> int:
    """Return the distance between two points of one city, as the crow flies.

    >>> metres((47_214_000, -1_556_000), (47_214_000, -1_543_000))
    983
    """
    north = (then[0] - first[0]) / MILLION * METRES_PER_DEGREE
    east = (then[1] - first[1]) / MILLION * METRES_PER_DEGREE * cos(radians(first[0] / MILLION))
    return round(hypot(north, east))


def centre(points: Sequence[Point]) -> Point | None:
    """Return the middle of some points, or None when there are none.

    >>> centre([(10, 20), (30, 40)])
    (20, 30)
    """
    if not points:
        return None
    return (
        round(sum(latitude for latitude, _ in points) / len(points)),
        round(sum(longitude for _, longitude in points) / len(points)),
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing of a city: what is at its edges, and how big it is."""

    north: int
    south: int
    west: int
    east: int
    width: int
    height: int
    margin: int = 22

    def place(self, point: Point) -> tuple[int, int]:
        """Return where a point stands in the drawing, from its top left corner.

        >>> frame = Frame(north=10, south=0, west=0, east=10, width=104, height=104)
        >>> frame.place((10, 0)), frame.place((0, 10))
        ((22, 22), (82, 82))
        """
        across, down = max(1, self.east - self.west), max(1, self.north - self.south)
        x = self.margin + (point[1] - self.west) / across * (self.width - 2 * self.margin)
        y = self.margin + (self.north - point[0]) / down * (self.height - 2 * self.margin)
        return round(x), round(y)


def framing(points: Iterable[Point], width: int = 400) -> Frame | None:
    """Return a drawing that holds every point, as high as the city asks, or None without points.

    >>> framing([(47_200_000, -1_600_000), (47_260_000, -1_500_000)]).height
    359
    >>> alone = framing([(47_200_000, -1_600_000)])
    >>> (alone.width, alone.height), alone.place((47_200_000, -1_600_000))
    ((400, 471), (200, 236))
    """
    found = list(points)
    if not found:
        return None
    north, south = max(p[0] for p in found), min(p[0] for p in found)
    west, east = min(p[1] for p in found), max(p[1] for p in found)
    (south, north), (west, east) = _apart(south, north), _apart(west, east)
    shape = (north - south) / max(1, (east - west) * cos(radians(north / MILLION)))
    inner = width - 44
    return Frame(north, south, west, east, width, 44 + round(min(1.2, max(0.5, shape)) * inner))


def _apart(low: int, high: int, least: int = 4_000) -> tuple[int, int]:
    """Return two edges far enough apart that a single crèche stands in the middle."""
    more = max(0, least - (high - low)) // 2
    return low - more, high + more
