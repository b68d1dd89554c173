"""From what a program asks to a search: an address or a point, known codes, refused by name."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ribambelle.api.reading import Invalid, Wrong
from ribambelle.identity import limits
from ribambelle.search import fold
from ribambelle_assmat.api import shapes
from ribambelle_assmat.asking import hour
from ribambelle_assmat.domain.accreditation import PLACES
from ribambelle_assmat.domain.cells import Point, metres, snapped
from ribambelle_assmat.domain.home import LANGUAGES, WISHES
from ribambelle_assmat.domain.matching import Wish
from ribambelle_assmat.domain.publication import CARES
from ribambelle_assmat.domain.slots import DAYS, mask_between
from ribambelle_assmat.locating import (
    AROUND,
    BESIDE_THE_WAY,
    LONGEST_WAY,
    Placed,
    commune_of,
    placed,
)
from ribambelle_assmat.queries.directory import Area
from ribambelle_assmat.searching import Asked

HOUR = timedelta(hours=1)
ADDRESSES_AN_HOUR = 600
"""Addresses all the programs of a commune may have found: families keep their turn at the service."""


class Ends(NamedTuple):
    """Where a program searches: around a point, or along a way."""

    near: Point | None
    to: Point | None
    town: str
    """The commune of the first address, when it says it."""
    read_as: list[shapes.ReadAs]
    """How each address was understood, for whoever reads to see it is the right street."""


async def ends_of(told: shapes.Search, areas: Sequence[Area], now: datetime) -> Ends:
    """Return where a program searches, its addresses found; refuse what nobody knows."""
    first = await _address(told.address, "address", areas, now)
    second = await _address(told.to_address, "to_address", areas, now)
    from_address, to_address = (snapped(one.at) if one else None for one in (first, second))
    near = _either(from_address, _point(told.latitude, told.longitude, "latitude"), "address")
    to = _either(
        to_address, _point(told.to_latitude, told.to_longitude, "to_latitude"), "to_address"
    )
    if to and not near:
        words = "Donnez d’abord `address`, ou `latitude` et `longitude`."
        raise Invalid(Wrong(words, parameter="latitude"))
    if near and to and metres(near, to) > LONGEST_WAY:
        words = f"Ce trajet est trop long : {LONGEST_WAY // 1_000} km au plus."
        raise Invalid(Wrong(words, parameter="to_latitude"))
    read_as = [
        shapes.ReadAs(name, one.label, one.by)
        for name, one in (("address", first), ("to_address", second))
        if one
    ]
    return Ends(near, to, commune_of(first.label) if first else "", read_as)


async def _address(text: str, name: str, areas: Sequence[Area], now: datetime) -> Placed | None:
    """Return where an address is; refuse, by the name of its field, one that nobody knows."""
    if not text.strip():
        return None
    await limits.require("assmat-address-by-program", now, at_most=ADDRESSES_AN_HOUR, per=HOUR)
    found = await placed(text, areas)
    if found is None:
        words = "Cette adresse n’est pas connue : vérifiez la rue, ou donnez un point."
        raise Invalid(Wrong(words, parameter=name))
    return found


def _either(address: Point | None, point: Point | None, name: str) -> Point | None:
    if address and point:
        raise Invalid(Wrong("Donnez l’adresse ou le point, pas les deux.", parameter=name))
    return address or point


def asked_of(told: shapes.Search, areas: Sequence[Area], ends: Ends) -> Asked:
    """Return what a program asks, as the search reads it; refuse what it could not mean."""
    near, to = ends.near, ends.to
    area = next((one for one in areas if one.code == told.quartier), None)
    if told.quartier and area is None:
        raise Invalid(Wrong(f"« {told.quartier} » n’est pas un quartier.", parameter="quartier"))
    if told.where and told.where not in PLACES:
        raise Invalid(Wrong("Écrivez home ou mam.", parameter="where"))
    if told.language and told.language not in LANGUAGES:
        raise Invalid(Wrong(f"« {told.language} » n’est pas connue.", parameter="language"))
    days = _codes(told.days, [code for code, _, _ in DAYS], "days")
    cares = frozenset(_codes(told.cares, CARES, "cares"))
    moments = mask_between(days, hour(told.arrives), hour(told.leaves))
    town = told.town.replace("\0", "").strip()
    beside = BESIDE_THE_WAY if to else AROUND
    return Asked(
        Wish(moments, told.start, told.months, "urgent" in cares),
        *(near, to, (told.radius or beside) if near else None, area),
        town if town.isdecimal() else fold(town),
        *(cares, told.where, told.children, fold(told.name)),
        *(frozenset(_codes(told.home, WISHES, "home")), told.language),
    )


def _point(latitude: float | None, longitude: float | None, name: str) -> Point | None:
    if (latitude is None) != (longitude is None):
        other = name.replace("latitude", "longitude")
        raise Invalid(Wrong(f"Donnez `{name}` et `{other}` ensemble.", parameter=name))
    if latitude is None or longitude is None:
        return None
    return snapped(Point(latitude, longitude))


def _codes(told: str, known: Collection[str], name: str) -> list[str]:
    codes = [code for code in told.split(",") if code]
    if unknown := [code for code in codes if code not in known]:
        words = f"« {unknown[0]} » : écrivez {', '.join(known)}."
        raise Invalid(Wrong(words, parameter=name))
    return codes
