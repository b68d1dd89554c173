"""The childminders a relais follows: those of its communes or quartiers, and who agreed to what."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.database import Prepared, many
from ribambelle.search import fold
from ribambelle_assmat.domain.availability import is_believed, standing
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.legal_lists import VALID
from ribambelle_assmat.settings import Relais, Settings, believed_days
from ribambelle_assmat.tables import Childminder, Place

ROLE, KIND = "rpe", "assmat.relais"
SERVED = Prepared(
    lambda given: Childminder.raw(
        "SELECT"  # noqa: S608 - columns of ours, values apart
        " c.id, c.family_name, c.usual_name, c.given_name, c.last, d.consents, d.mobile, d.phone,"
        " d.email FROM assmat_childminder c LEFT JOIN assmat_declared d ON d.childminder = c.id"
        f" WHERE {VALID} AND {many.among('c.id')}",
        given.day,
        given.day,
        given.some,
    )
)


@dataclass(frozen=True, slots=True)
class Followed:
    """One childminder, as her relais sees her: how to reach her only if she agreed to it."""

    name: str
    where: str
    last: date
    agrees: bool
    phone: str
    email: str
    children: int
    said_on: date | None
    places: str
    """Where her places stand, in words."""
    believed_days: int

    def is_up_to_date(self, today: date) -> bool:
        """Tell whether what she says of her places may still be believed."""
        return is_believed(self.said_on, today, self.believed_days)


def all_relais() -> list[Relais]:
    """Return the relais that have a space here."""
    return [one for one in tenants.current().of(Settings).relais if one.code]


async def names() -> dict[int, str]:
    """Return the relais by code, for whoever gives roles."""
    return {one.code: one.name for one in all_relais()}


async def followed(relais: Relais, today: date) -> list[Followed]:
    """Return the accredited childminders of a relais, by name: no other is read."""
    numbers = await _served(relais)
    rows = await SERVED.ask(day=today, some=many.listed(numbers)) if numbers else []
    of: dict[int, list[dict[str, Any]]] = {}
    some = many.listed([row["id"] for row in rows])
    for place in await directory.PLACES.ask(some=some) if rows else []:
        if relais.serves(place["insee"], place["quartier"]):
            of.setdefault(place["childminder"], []).append(place)
    believed = believed_days()
    found = (_one(row, of.get(row["id"], []), today, believed) for row in rows)
    return sorted(found, key=lambda one: fold(one.name))


async def _served(relais: Relais) -> list[int]:
    """Return who has a place where a relais serves."""
    asked = Place.select(Place.childminder)
    lists = ((Place.insee, relais.communes), (Place.quartier, relais.quartiers))
    if clauses := [column.is_in(list(told)) for column, told in lists if told]:
        asked = asked.where(reduce(or_, clauses))
    return sorted({row["childminder"] for row in await asked})


def _one(row: dict[str, Any], places: list[dict[str, Any]], today: date, believed: int) -> Followed:
    agrees = "relais" in msgspec.json.decode(row["consents"] or "[]", type=list[str])
    said = [place["confirmed_on"] for place in places if place["confirmed_on"]]
    return Followed(
        f"{row['usual_name'] or row['family_name']} {row['given_name']}",
        ", ".join(dict.fromkeys(place["quartier"] or place["city"] for place in places)),
        row["last"],
        agrees,
        (row["mobile"] or row["phone"] or "") if agrees else "",
        (row["email"] or "") if agrees else "",
        sum(place["children"] for place in places),
        max(said, default=None),
        ", ".join(dict.fromkeys(_stands(place, today, believed) for place in places)),
        believed,
    )


WORDS = {"now": "place libre", "later": "place libre bientôt", "none": "pas de place"}


def _stands(place: dict[str, Any], today: date, believed: int) -> str:
    found = standing(place["state"], place["opens"], place["confirmed_on"], today, believed)
    return WORDS.get(found.state, "non connue")
