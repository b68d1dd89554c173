"""Where is a childminder, told no closer than a square of 200 metres?

Her point becomes the centre of its cell before anything uses it: what is shown, distances, radius
and order all come from that centre, so that no number of searches tells more. What is kept in the
base is the centre alone.
"""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

EARTH = 6_371_008.8
"""Mean radius, in metres."""
CELL = 200.0
STEP = CELL / (2 * 3.141592653589793 * EARTH / 360)
"""Degrees of latitude of a cell."""


class Point(NamedTuple):
    """A place on the Earth, in degrees."""

    latitude: float
    longitude: float


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
