"""The list the law gives each mairie: who is accredited in its commune, and until when.

Source: CASF, article to be checked (docs/rules/annuaire.md): the département informs the maire of every
accreditation, renewal, suspension and withdrawal in the commune: her name, her address, how many.
Her telephone is hers to show, and is here only if she agreed to it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.database import Prepared
from ribambelle.search import fold
from ribambelle.tenants import communes
from ribambelle_assmat.tables import Childminder

KIND = "assmat.commune"
"""What the role `mairie` is limited to: an INSEE code, as a number."""
ELSEWHERE = "Commune non précisée"
VALID = "c.gone_at IS NULL AND c.status = 'active' AND c.first <= {} AND c.last >= {}"
LINES = Prepared(
    lambda given: Childminder.raw(
        "SELECT"  # noqa: S608 - columns of ours, values apart
        " c.family_name, c.usual_name, c.given_name, p.line, p.postcode, p.city, c.last,"
        " d.mobile, d.phone, d.consents, SUM(p.children) AS children FROM assmat_place p"
        " JOIN assmat_childminder c ON c.id = p.childminder"
        " LEFT JOIN assmat_declared d ON d.childminder = c.id"
        f" WHERE {VALID} AND p.insee IN ({{}}, {{}})"
        " GROUP BY c.id, c.family_name, c.usual_name, c.given_name, c.last, d.mobile, d.phone,"
        " d.consents, p.line, p.postcode, p.city ORDER BY MIN(p.rank)",
        given.day,
        given.day,
        given.insee,
        given.also,
    )
)
COMMUNES = Prepared(
    lambda given: Childminder.raw(
        "SELECT p.insee, MIN(p.city) AS city, COUNT(DISTINCT CASE WHEN c.status = 'active'"
        " AND c.first <= {} AND c.last >= {} THEN c.id END) AS valid FROM assmat_place p"
        " JOIN assmat_childminder c ON c.id = p.childminder WHERE c.gone_at IS NULL"
        " GROUP BY p.insee ORDER BY MIN(p.city_folded), p.insee",
        given.day,
        given.day,
    )
)


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune of the register."""

    number: int
    insee: str
    name: str
    count: int = 0
    """How many are accredited there today."""


@dataclass(frozen=True, slots=True)
class Line:
    """One childminder, as the law tells the mairie of her."""

    name: str
    address: str
    phone: str
    children: int
    last: date


async def every(day: date) -> list[Commune]:
    """Return the communes of the register, by name; those of no known code together, as ours."""
    own = tenants.current().settings.insee
    found: dict[str, Commune] = {}
    for row in await COMMUNES.ask(day=day):
        insee = row["insee"] or own
        before = found.get(insee)
        count = int(row["valid"]) + (before.count if before else 0)
        found[insee] = Commune(communes.number(insee), insee, _name(insee, row["city"]), count)
    return list(found.values())


async def names() -> dict[int, str]:
    """Return the communes of the register by number, for whoever gives roles."""
    today = tenants.current().now().date()
    return {one.number: f"{one.name} ({one.insee or '?'})" for one in await every(today)}


async def lines(commune: Commune, day: date) -> list[Line]:
    """Return who is accredited in a commune on a day, by name; one line for each address there."""
    own = tenants.current().settings.insee
    also = "" if commune.insee == own else commune.insee
    rows = await LINES.ask(day=day, insee=commune.insee, also=also)
    return sorted((_line(row) for row in rows), key=lambda one: fold(one.name))


def _name(insee: str, city: str) -> str:
    if insee and insee in communes.codes():
        return communes.find(insee).name
    return city or ELSEWHERE


def _line(row: dict[str, Any]) -> Line:
    where = ", ".join(filter(None, (row["line"], f"{row['postcode']} {row['city']}".strip())))
    name = f"{row['usual_name'] or row['family_name']} {row['given_name']}"
    agreed = msgspec.json.decode(row["consents"] or "[]", type=list[str])
    phone = next((row[name] for name in ("mobile", "phone") if name in agreed and row[name]), "")
    return Line(name, where, phone, int(row["children"] or 0), row["last"])
