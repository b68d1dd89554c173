"""From what a family typed to where it searches: an address, a quartier, a way, a commune."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ribambelle import geocoding, tenants
from ribambelle.search import fold
from ribambelle_assmat.asking import Search
from ribambelle_assmat.domain.cells import Point, metres
from ribambelle_assmat.queries.directory import Area
from ribambelle_assmat.searching import Asked

BESIDE_THE_WAY = 1_000
"""Metres from the way to work, when the family says nothing."""
AROUND = 5_000
"""Metres around an address in a whole département, when the family says nothing."""
LONGEST_WAY = 60_000


@dataclass(frozen=True)
class Located:
    """A search as the directory reads it, and what nobody could find."""

    asked: Asked | None
    """None when a family must say where first."""
    unknown: tuple[str, ...] = ()
    """Addresses nobody knows."""
    read_as: tuple[str, ...] = ()
    """How the others were understood, for the family to see it is the right street."""
    town: str = ""
    """The commune of the first address, as searches are counted by it."""
    is_far: bool = False
    """The way to work is too long to be searched along."""


async def located(search: Search, areas: Sequence[Area]) -> Located:
    """Return where a family searches; what nobody knows is told, and the rest still serves."""
    unknown, read_as = [], []
    area = next((one for one in areas if one.code == search.near), None)
    near, settings = area.middle if area else None, tenants.current().settings
    town = counted_in(fold(search.town))
    if search.address:
        found = await placed(search.address, areas)
        unknown += [] if found else [search.address]
        read_as += [found.label] if found else []
        near = found.at if found else near
        town = (commune_of(found.label) if found else "") or town
    to = None
    if search.work and near:
        found = await placed(search.work, areas)
        unknown += [] if found else [search.work]
        read_as += [found.label] if found else []
        to = found.at if found else None
    is_far = bool(near and to and metres(near, to) > LONGEST_WAY)
    is_wide = settings.is_departement
    if is_wide and not (near or search.town):
        return Located(None, tuple(unknown))
    within, inside = _within(search, near, None if is_far else to, is_wide=is_wide), None
    if search.within == "quartier" and area and not search.address:
        inside = area
    asked = Asked(
        search.wish,
        near,
        None if is_far else to,
        within,
        inside,
        search.town if search.town.isdecimal() else fold(search.town),
        frozenset(search.cares),
        search.where,
        int(search.children or 1),
        fold(search.name),
        frozenset(search.home),
        search.language,
    )
    return Located(asked, tuple(unknown), tuple(read_as), town, is_far)


def counted_in(town: str) -> str:
    """Return where a search counts: the commune or postcode it names, else the portal's commune."""
    settings = tenants.current().settings
    return town or ("" if settings.is_departement else fold(settings.name))


def commune_of(label: str) -> str:
    """Return the folded commune an address found is in; nothing when it does not say.

    >>> commune_of("12 Rue du Port 44400 Rezé"), commune_of("Rue du Port"), commune_of("44400 Rezé")
    ('reze', '', 'reze')
    """
    found = re.search(r"\b\d{5}\s+(\D+)$", label)
    return fold(found.group(1)) if found else ""


def _within(search: Search, near: Point | None, to: Point | None, *, is_wide: bool) -> int | None:
    if near is None:
        return None
    if search.within.isdecimal():
        return int(search.within)
    if to is not None:
        return BESIDE_THE_WAY
    return AROUND if is_wide else None


class Placed(NamedTuple):
    """Where an address is, and how it was understood."""

    at: Point
    label: str
    by: str
    """``service``, ``streets`` (the commune's list: the middle of a street) or ``quartier``."""


async def placed(text: str, areas: Sequence[Area]) -> Placed | None:
    """Return where an address is: found by the portal, else the middle of the quartier named."""
    found = await geocoding.find(text)
    if found is not None:
        return Placed(Point(*found.spot), found.label, "service" if found.is_exact else "streets")
    name = fold(text)
    area = next((one for one in areas if fold(one.name) == name), None)
    return Placed(area.middle, f"quartier {area.name}", "quartier") if area else None
