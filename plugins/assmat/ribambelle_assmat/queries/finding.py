"""Which accredited places may suit a search: what it takes to order them, and nothing else."""

from collections.abc import Callable, Collection
from datetime import date
from math import ceil, floor
from typing import Any, NamedTuple

from ribambelle.database import DOOR, Prepared, many
from ribambelle_assmat.domain.cells import MILLION, Box
from ribambelle_assmat.queries.directory import SHOWN
from ribambelle_assmat.tables import Place

OLDEST = 32_000
"""Months nobody has: asked when a family says no age."""


class Filter(NamedTuple):
    """What the database can tell of a place by itself."""

    months: int | None = None
    children: int = 1
    where: str = ""
    name: str = ""
    """Folded."""


RULES = (
    f" AND {SHOWN} AND p.from_months <= {{}} AND p.to_months >= {{}} AND p.children >= {{}}"
    ' AND p."where" LIKE {} AND c.folded LIKE {}'
)


def _tiles() -> str:
    """Return the SQL of some tiles, read before anything else whatever the base thinks of its sizes."""
    if DOOR.engine_type == "postgres":
        return "unnest(string_to_array({}, ',')::int[]) AS t(value) CROSS JOIN"
    return "json_each('[' || {} || ']') AS t CROSS JOIN"


def _places(
    scope: Callable[[], str], *names: str, first: Callable[[], str] = str
) -> Prepared[list[dict[str, Any]]]:
    """Return the question about the places of some of the childminders families see on a day."""

    def question(given: Any) -> Any:
        text = (
            "SELECT c.id, p.latitude, p.longitude, c.given_name, c.family_name, c.usual_name,"  # noqa: S608 - columns of ours, values apart
            " d.cares, d.consents, d.only_when_free, d.pets, d.pets_words, d.smoke, d.languages,"
            " p.id AS place, p.moments, p.state, p.opens, p.confirmed_on, p.takes_urgent"
            f" FROM {first()} assmat_place p JOIN assmat_childminder c ON c.id = p.childminder"
            f" JOIN assmat_declared d ON d.childminder = c.id WHERE {scope()}{RULES}"
        )
        told = ("day", "day", "young", "old", "children", "where", "name")
        return Place.raw(text, *(getattr(given, name) for name in (*names, *told)))

    return Prepared(question)


EVERYWHERE = _places(lambda: "1 = 1")
IN_TOWN = _places(lambda: "(p.postal = {} OR p.city_folded = {})", "town", "town")
IN_QUARTIER = _places(
    lambda: "p.quartier = {} AND p.micro_quartier LIKE {}", "quartier", "micro_quartier"
)
IN_TILES = _places(
    lambda: "p.tile = t.value AND p.latitude BETWEEN {} AND {} AND p.longitude BETWEEN {} AND {}",
    *("tiles", "south", "north", "west", "east"),
    first=_tiles,
)


async def everywhere(day: date, told: Filter) -> list[dict[str, Any]]:
    """Return the places of the whole register."""
    return await EVERYWHERE.ask(**_values(day, told))


async def in_town(town: str, day: date, told: Filter) -> list[dict[str, Any]]:
    """Return the places of a commune.

    :param town: a postcode, or the folded name of a commune.
    """
    return await IN_TOWN.ask(town=town, **_values(day, told))


async def in_quartier(
    quartier: str, micro_quartier: str, day: date, told: Filter
) -> list[dict[str, Any]]:
    """Return the places of a quartier, or of one of its micro-quartiers."""
    return await IN_QUARTIER.ask(
        quartier=quartier, micro_quartier=micro_quartier or "%", **_values(day, told)
    )


async def in_tiles(
    tiles: Collection[int], box: Box, day: date, told: Filter
) -> list[dict[str, Any]]:
    """Return the places of some tiles that lie in a box: those around a point, or along a way."""
    sides = {
        "south": floor(box.south * MILLION),
        "north": ceil(box.north * MILLION),
        "west": floor(box.west * MILLION),
        "east": ceil(box.east * MILLION),
    }
    return await IN_TILES.ask(tiles=many.listed(sorted(tiles)), **sides, **_values(day, told))


def _values(day: date, told: Filter) -> dict[str, Any]:
    return {
        **{"day": day, "children": told.children, "where": told.where or "%"},
        "young": OLDEST if told.months is None else told.months,
        "old": 0 if told.months is None else told.months,
        "name": f"%{told.name}%",
    }
