"""The outline of the commune, when its folder has one: a GeoJSON file, as the State publishes them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import structlog

from ribambelle.tenants import Tenant
from ribambelle_assmat.domain.cells import Point
from ribambelle_assmat.settings import Settings

log = structlog.get_logger(__name__)
MOST = 400
"""Points of an outline that a drawing keeps: a page stays light."""


def outline(tenant: Tenant) -> tuple[Point, ...]:
    """Return the commune's outline; nothing when it gave none, or none that can be read."""
    name = tenant.of(Settings).outline
    if not name:
        return ()
    file = tenant.platform.folder / tenant.slug / name
    try:
        return _read(file, file.stat().st_mtime_ns)
    except (OSError, msgspec.MsgspecError, LookupError, TypeError, ValueError) as error:
        log.error("assmat_outline", why=type(error).__name__)
        return ()


@lru_cache(maxsize=64)
def _read(file: Path, _: int) -> tuple[Point, ...]:
    """Read an outline again when its file changed: the longest ring, thinned."""
    told: dict[str, Any] = msgspec.json.decode(file.read_bytes())
    if told["type"] == "FeatureCollection":
        told = told["features"][0]
    shape = told["geometry"] if told["type"] == "Feature" else told
    parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    ring = max((part[0] for part in parts), key=len)
    step = -(-len(ring) // MOST)
    return tuple(Point(float(north), float(east)) for east, north, *_ in ring[::step])
