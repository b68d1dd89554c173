"""Whom families see, commune by commune: for whoever reads by links alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle import tenants
from ribambelle.database import Prepared
from ribambelle.errors import NotYours
from ribambelle.tenants import communes
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import SHOWN, One
from ribambelle_assmat.queries.legal_lists import ELSEWHERE
from ribambelle_assmat.tables import Childminder

OTHERS = "autres"
"""In an address, those whose commune bears no known code."""
COMMUNES = Prepared(
    lambda given: Childminder.raw(
        "SELECT p.insee, MIN(p.city) AS city, COUNT(DISTINCT c.id) AS seen FROM assmat_place p"  # noqa: S608 - columns of ours, values apart
        " JOIN assmat_childminder c ON c.id = p.childminder"
        " JOIN assmat_declared d ON d.childminder = c.id"
        f" WHERE {SHOWN} AND p.insee >= {{}} GROUP BY p.insee ORDER BY p.insee LIMIT {{}}",
        given.day,
        given.day,
        given.since,
        given.limit,
    )
)
NUMBERS = Prepared(
    lambda given: Childminder.raw(
        "SELECT c.id FROM assmat_childminder c JOIN assmat_declared d ON d.childminder = c.id"  # noqa: S608 - columns of ours, values apart
        f" WHERE {SHOWN} AND c.id IN"
        " (SELECT p.childminder FROM assmat_place p WHERE p.insee IN ({}, {}))"
        " ORDER BY c.folded, c.id LIMIT {} OFFSET {}",
        given.day,
        given.day,
        given.insee,
        given.also,
        given.limit,
        given.start,
    )
)


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune where families see somebody."""

    code: str
    name: str
    insee: str = ""
    seen: int = 0


async def every(since: str, limit: int, day: date) -> list[Commune]:
    """Return the communes from this code on, by code: the INSEE gave them in order of name."""
    rows = await COMMUNES.ask(day=day, since=since, limit=limit)
    return [_commune(row["insee"], row["city"], int(row["seen"])) for row in rows]


async def those(code: str, limit: int, start: int, day: date) -> tuple[Commune, Sequence[One]]:
    """Return a commune, and whom families see there by name; nobody ever, no such page."""
    own = tenants.current().settings.insee
    insee = own if code == OTHERS else code
    also = "" if insee == own else insee
    given = {"insee": insee, "also": also, "limit": limit, "start": start}
    numbers = [row["id"] for row in await NUMBERS.ask(day=day, **given)]
    found = await directory.some(numbers)
    people = [found[one] for one in numbers if one in found]
    if not people:
        raise NotYours
    city = next((one.city for one in people[0].places if one.city), people[0].city)
    return _commune(insee, city), people


def _commune(insee: str, city: str, seen: int = 0) -> Commune:
    code = insee or tenants.current().settings.insee
    name = communes.find(code).name if code in communes.codes() else city if code else ""
    return Commune(code or OTHERS, name or ELSEWHERE, insee, seen)
