"""Days that were booked, with what each was priced by: for the tariff laboratory."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from ribambelle.database import Prepared
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.domain.catalogue import Catalogue
from ribambelle_periscolaire.domain.residency import is_resident
from ribambelle_periscolaire.domain.tariff import Situation
from ribambelle_periscolaire.domain.tariff.laboratory import Use

BOOKED = """
SELECT b.day, b.unit, b.child, c.born_on, coalesce(a.household, c.household) AS household, h.postcode
FROM periscolaire_booking b
JOIN core_child c ON c.id = b.child
LEFT JOIN core_adult a ON a.id = b.payer
LEFT JOIN core_address h ON h.household = coalesce(a.household, c.household)
WHERE b.day BETWEEN {} AND {} AND b.state = 'booked'
ORDER BY household, b.day, c.born_on, c.id
"""
DAYS = Prepared(lambda given: tables.Booking.raw(BOOKED, given.first, given.last))
MEANS = Prepared(
    lambda _: tables.Situation.select(
        tables.Situation.household,
        tables.Situation.first,
        tables.Situation.quotient_familial,
        tables.Situation.is_resident,
    ).order_by(tables.Situation.first)
)


async def between(
    first: date, last: date, known: Catalogue, postcodes: Collection[str]
) -> list[Use]:
    """Return what was booked between two days, both included, as it was priced.

    :param postcodes: those of the commune, for households whose residency nobody wrote.
    """
    rows = [row for row in await DAYS.ask(first=first, last=last) if row["unit"] in known.units]
    means: dict[int, list[dict[str, Any]]] = {}
    for row in await MEANS.ask():
        means.setdefault(row["household"], []).append(row)
    return list(_uses(rows, means, known, postcodes))


def _uses(
    rows: list[dict[str, Any]],
    means: dict[int, list[dict[str, Any]]],
    known: Catalogue,
    postcodes: Collection[str],
) -> Iterator[Use]:
    together: dict[tuple[int, date, int], list[int]] = {}
    enrolled: dict[int, set[int]] = {}
    for row in rows:
        key = row["household"], row["day"], known.units[row["unit"]].activity
        there = together.setdefault(key, [])
        if row["child"] not in there:
            there.append(row["child"])
        enrolled.setdefault(row["household"], set()).add(row["child"])
    for row in rows:
        unit = known.units[row["unit"]]
        activity = known.by_id[unit.activity]
        there = together[row["household"], row["day"], activity.id]
        told = [one for one in means.get(row["household"], ()) if one["first"] <= row["day"]]
        latest = told[-1] if told else {"quotient_familial": None, "is_resident": None}
        yield Use(
            row["household"],
            activity.code,
            unit.code,
            row["day"],
            Situation(
                latest["quotient_familial"],
                is_resident=is_resident(latest["is_resident"], row["postcode"] or "", postcodes),
                present_siblings=len(there) - 1,
                enrolled_siblings=len(enrolled[row["household"]]) - 1,
                rank=there.index(row["child"]) + 1,
            ),
            child=row["child"],
        )
