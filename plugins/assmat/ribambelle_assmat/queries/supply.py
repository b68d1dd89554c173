"""How many young children accredited childminders may look after, quartier by quartier."""

from collections import Counter
from datetime import date

from ribambelle import tenants
from ribambelle.childcare import Childcare
from ribambelle.database import Prepared
from ribambelle.identity.tables import Quartier
from ribambelle.search import fold
from ribambelle_assmat.tables import Place

UNDER_THREE = 36
"""Months: a place that only takes older children is not counted."""
SUPPLY = Prepared(
    lambda given: Place.raw(
        "SELECT p.quartier, p.line, p.postcode, SUM(p.children) AS places FROM assmat_place p"
        " JOIN assmat_childminder c ON c.id = p.childminder"
        " WHERE c.gone_at IS NULL AND c.status = 'active' AND c.activity = 'working'"
        " AND c.first <= {} AND c.last >= {} AND p.from_months < {}"
        " GROUP BY p.quartier, p.line, p.postcode",
        given.day,
        given.day,
        UNDER_THREE,
    )
)


async def childcare(day: date) -> list[Childcare]:
    """Return the accredited places of those at work on a day, listed in the directory or not.

    A quartier is the commune's own when the register writes it so; a micro-quartier counts in the
    one it lies in. An address is told inside the commune alone: another may have a street of the
    same name. Nothing is told while no register was brought in: unknown is not zero.
    """
    rows = await SUPPLY.ask(day=day)
    known = await Quartier.select(Quartier.id, Quartier.folded, Quartier.parent) if rows else []
    of = {row["folded"]: row["parent"] or row["id"] for row in known}
    postcodes = tenants.current().settings.postcodes
    places: Counter[tuple[int | None, str]] = Counter()
    for row in rows:
        line = row["line"] if row["postcode"] in postcodes else ""
        places[of.get(fold(row["quartier"])), line] += int(row["places"] or 0)
    return [Childcare("assmat", quartier, many, line) for (quartier, line), many in places.items()]
