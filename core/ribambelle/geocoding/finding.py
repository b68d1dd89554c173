"""An address a person types: where it is, from the service, the commune's streets, or nobody."""

import csv
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import structlog

from ribambelle import tenants
from ribambelle.geocoding import service
from ribambelle.geocoding.pace import Pace
from ribambelle.geocoding.service import Unanswered
from ribambelle.search import fold
from ribambelle.tenants import Tenant

log = structlog.get_logger(__name__)
LONGEST = 120
KEPT, KEPT_FOR = 2_000, 24 * 3600.0
HOUSE = re.compile(r"^\s*\d+\s*(bis|ter|quater|[a-d])?\b[\s,]*", re.I)


class Spot(NamedTuple):
    """A place on the Earth, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Found:
    """Where an address is, and how it is written by whoever found it."""

    spot: Spot
    label: str
    is_exact: bool = True
    """False for the middle of a street, when the house is not known."""


_known: OrderedDict[tuple[str, str], tuple[float, Found | None]] = OrderedDict()


async def find(text: str) -> Found | None:
    """Return where an address is, None when nobody knows it.

    The service is asked first, then the commune's own list of streets. What was typed is kept in
    memory for a day, by commune, and written nowhere.
    """
    asked = " ".join(text.split())[:LONGEST]
    if len(fold(asked)) < 3:
        return None
    tenant = tenants.current()
    settings = tenant.settings.geocoding
    if settings.service:
        try:
            return await _asked(tenant, asked)
        except Unanswered as error:
            log.warning("geocoding_unanswered", why=str(error))
    return _in_streets(tenant, asked)


async def _asked(tenant: Tenant, asked: str) -> Found | None:
    key, now = (tenant.slug, fold(asked)), time.monotonic()
    known = _known.get(key)
    if known and now - known[0] < KEPT_FOR:
        return known[1]
    settings = tenant.settings
    pace = Pace(tenant.platform.data / ".geocoding")
    place = None
    if settings.insee:
        place = await service.ask(settings.geocoding.service, asked, pace, insee=settings.insee)
    if place is None:
        # a family may work in the next commune, never at the other end of the country
        around = settings.departement
        place = await service.ask(settings.geocoding.service, asked, pace, departement=around)
    found = Found(Spot(place.latitude, place.longitude), place.label) if place else None
    _known[key] = now, found
    while len(_known) > KEPT:
        _known.popitem(last=False)
    return found


def _in_streets(tenant: Tenant, asked: str) -> Found | None:
    if not tenant.settings.geocoding.streets:
        return None
    file = tenant.platform.folder / tenant.slug / tenant.settings.geocoding.streets
    try:
        streets = _streets(file, file.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        # `tenant check` says it to the commune; a family still searches by quartier
        log.error("geocoding_streets", why=str(error))
        return None
    name = fold(HOUSE.sub("", asked).split(",")[0])
    return streets.get(name) or streets.get(fold(asked))


@lru_cache(maxsize=64)
def _streets(file: Path, _: int) -> dict[str, Found]:
    """Read a commune's streets again when its file changed."""
    found: dict[str, Found] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for rank, row in enumerate(csv.reader(lines, delimiter=";"), start=1):
            if not row or rank == 1:
                continue
            if len(row) < 3:
                raise ValueError(f"{file.name}, ligne {rank} : voie;latitude;longitude attendu")
            spot = Spot(float(row[1].replace(",", ".")), float(row[2].replace(",", ".")))
            found[fold(row[0])] = Found(spot, row[0].strip(), is_exact=False)
    return found
