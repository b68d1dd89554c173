"""Where is a childminder, told no closer than a square of 200 metres?

Her point becomes the centre of its cell before anything uses it: what is shown, distances, radius
and order all come from that centre, so that no number of searches tells more. What is kept in the
base is the centre alone.
"""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

EARTH = 6_371_008.8
"""Mean radius, in metres."""
CELL = 200.0
STEP = CELL / (2 * 3.141592653589793 * EARTH / 360)
"""Degrees of latitude of a cell."""
MILLION = 1_000_000
TALL, WIDE = 20_000, 30_000
"""Millionths of a degree of a tile: some two kilometres, what a search reads at once."""
ACROSS = 360 * MILLION // WIDE


class Point(NamedTuple):
    """A place on the Earth, in degrees."""

    latitude: float
    longitude: float


class Box(NamedTuple):
    """The sides of a box, in degrees."""

    south: float
    north: float
    west: float
    east: float


def snapped(point: Point) -> Point:
    """Return the centre of the cell a point is in.

    >>> one, other = Point(47.21837, -1.55362), Point(47.21832, -1.55371)
    >>> snapped(one) == snapped(other), snapped(one) == one
    (True, False)
    >>> metres(one, snapped(one)) < 142
    True
    """
    row = _middle(point.latitude, STEP)
    # a degree of longitude is shorter away from the equator: cells stay square
    wide = STEP / max(0.01, cos(radians(row)))
    return Point(round(row, 6), round(_middle(point.longitude, wide), 6))


def _middle(value: float, step: float) -> float:
    return (value // step + 0.5) * step


def metres(one: Point, other: Point) -> int:
    """Return the distance between two points along the sphere, in metres.

    >>> metres(Point(47.2184, -1.5536), Point(48.8566, 2.3522)) // 1000
    342
    """
    up = radians(other.latitude - one.latitude) / 2
    across = radians(other.longitude - one.longitude) / 2
    chord = sin(up) ** 2
    chord += cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(across) ** 2
    return round(2 * EARTH * asin(sqrt(min(1.0, chord))))


def away(one: Point, start: Point, end: Point) -> int:
    """Return the distance from a point to the straight line between two others, in metres.

    >>> home, work = Point(47.20, -1.60), Point(47.20, -1.50)
    >>> away(Point(47.209, -1.55), home, work), away(Point(47.20, -1.613), home, work)
    (1001, 982)
    """
    # over some tens of kilometres the Earth is flat enough for this
    narrow = cos(radians((start.latitude + end.latitude) / 2))
    across, up = (end.longitude - start.longitude) * narrow, end.latitude - start.latitude
    right, over = (one.longitude - start.longitude) * narrow, one.latitude - start.latitude
    length = across * across + up * up
    part = min(1.0, max(0.0, (right * across + over * up) / length)) if length else 0.0
    foot = Point(
        start.latitude + part * up, start.longitude + part * (end.longitude - start.longitude)
    )
    return metres(one, foot)


def tile(point: Point) -> int:
    """Return the number of the tile a point is in.

    >>> tile(Point(47.2184, -1.5536)) == tile(Point(47.2101, -1.5599))
    True
    """
    row, column = _tile(point)
    return row * ACROSS + column


def tiles(point: Point, within: int) -> set[int]:
    """Return the tiles a circle touches, perhaps some beside it.

    >>> here = Point(47.2184, -1.5536)
    >>> tile(here) in tiles(here, 0), len(tiles(here, 2000)), len(tiles(here, 10_000))
    (True, 6, 100)
    """
    up = within * STEP / CELL
    across = up / max(0.01, cos(radians(point.latitude)))
    low = _tile(Point(point.latitude - up, point.longitude - across))
    high = _tile(Point(point.latitude + up, point.longitude + across))
    rows, columns = range(low[0], high[0] + 1), range(low[1], high[1] + 1)
    return {row * ACROSS + column for row in rows for column in columns}


def box(points: Sequence[Point], within: int) -> Box:
    """Return the sides of a box that holds circles around some points.

    >>> around = box([Point(47.2, -1.55)], 2000)
    >>> metres(Point(47.2, -1.55), Point(around.north, -1.55))
    2000
    """
    up = within * STEP / CELL
    across = max(up / max(0.01, cos(radians(one.latitude))) for one in points)
    norths, easts = [one.latitude for one in points], [one.longitude for one in points]
    return Box(min(norths) - up, max(norths) + up, min(easts) - across, max(easts) + across)


def tiles_along(start: Point, end: Point, within: int) -> set[int]:
    """Return the tiles near a straight line.

    >>> home, work = Point(47.20, -1.60), Point(47.20, -1.50)
    >>> tile(Point(47.205, -1.55)) in tiles_along(home, work, 500)
    True
    """
    steps = max(1, metres(start, end) // 1000)
    found: set[int] = set()
    for rank in range(steps + 1):
        part = rank / steps
        here = Point(*(a + part * (b - a) for a, b in zip(start, end, strict=True)))
        # half a step more: nothing lies between two circles
        found |= tiles(here, within + 500)
    return found


def _tile(point: Point) -> tuple[int, int]:
    row = (round(point.latitude * MILLION) + 90 * MILLION) // TALL
    return row, (round(point.longitude * MILLION) + 180 * MILLION) // WIDE


def told(distance: int) -> str:
    """Say a distance no closer than the cells allow.

    >>> told(80), told(430), told(1260), told(12_300)
    ('à moins de 200 m', 'à environ 400 m', 'à environ 1,3 km', 'à environ 12 km')
    """
    if distance < CELL:
        return "à moins de 200 m"
    if distance < 1000:
        return f"à environ {round(distance / 100) * 100} m"
    if distance < 10_000:
        return f"à environ {distance / 1000:.1f} km".replace(".", ",")
    return f"à environ {round(distance / 1000)} km"
