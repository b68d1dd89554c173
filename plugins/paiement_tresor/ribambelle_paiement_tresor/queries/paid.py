"""What a family paid in a year, invoice by invoice, and for the care of which child."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from ribambelle.database import Prepared, many
from ribambelle.identity.tables import Child
from ribambelle_paiement_tresor.domain.certificates import Settled, is_young
from ribambelle_paiement_tresor.tables import Line, Posting

PAID = Prepared(
    lambda given: Posting.raw(
        "SELECT p.invoice, -SUM(CASE WHEN e.day >= {} THEN p.cents ELSE 0 END) AS cents,"  # noqa: S608
        " -SUM(CASE WHEN e.day < {} THEN p.cents ELSE 0 END) AS before FROM paiement_posting p"
        " JOIN paiement_entry e ON e.id = p.entry"
        " WHERE p.ledger IN ('families', 'titres') AND p.invoice IS NOT NULL"
        " AND e.kind NOT IN ('issued', 'opening', 'opening_undone', 'corrected', 'to_titre',"
        " 'titre_corrected', 'titre_written_off') AND e.day <= {} AND "
        + many.among("p.payer")
        + " GROUP BY p.invoice HAVING SUM(CASE WHEN e.day >= {} THEN p.cents ELSE 0 END) < 0",
        given.first,
        given.first,
        given.last,
        given.some,
        given.first,
    )
)
LINES = Prepared(
    lambda given: Line.raw(
        "SELECT COALESCE(i.corrects, i.id) AS invoice, l.child, l.child_name, l.tax_care,"  # noqa: S608
        " SUM(l.cents) AS cents FROM paiement_line l JOIN paiement_invoice i ON i.id = l.invoice"
        " WHERE "
        + many.among("COALESCE(i.corrects, i.id)")
        + " GROUP BY COALESCE(i.corrects, i.id),"
        " l.child, l.child_name, l.tax_care",
        given.some,
    )
)
YEARS = Prepared(
    lambda given: Posting.raw(
        "SELECT DISTINCT e.day FROM paiement_posting p"  # noqa: S608 - a name of ours
        " JOIN paiement_entry e ON e.id = p.entry"
        " WHERE p.ledger IN ('families', 'titres') AND p.cents < 0 AND " + many.among("p.payer"),
        given.some,
    )
)


async def years(payers: Sequence[int]) -> list[int]:
    """Return the years in which something was paid, the latest first."""
    rows = await YEARS.ask(some=many.listed(payers)) if payers else []
    return sorted({row["day"].year for row in rows}, reverse=True)


async def of_year(payers: Sequence[int], year: int) -> list[Settled]:
    """Return what was paid in a year; the care is that of children under six on its first day."""
    if not payers:
        return []
    first, last = date(year, 1, 1), date(year, 12, 31)
    paid = {
        row["invoice"]: (int(row["cents"]), max(0, int(row["before"])))
        for row in await PAID.ask(first=first, last=last, some=many.listed(payers))
    }
    if not paid:
        return []
    lines = await LINES.ask(some=many.listed(sorted(paid)))
    young = await _young({row["child"] for row in lines if row["child"]}, year)
    totals: Counter[int] = Counter()
    care: dict[int, Counter[str]] = {}
    for row in lines:
        totals[row["invoice"]] += int(row["cents"])
        if row["tax_care"] and row["child"] in young:
            of = care.setdefault(row["invoice"], Counter())
            of[row["child_name"]] += int(row["cents"])
    return [
        Settled(totals[invoice], care.get(invoice, {}), *cents) for invoice, cents in paid.items()
    ]


async def _young(children: set[int], year: int) -> set[int]:
    if not children:
        return set()
    rows = await Child.select(Child.id, Child.born_on).where(Child.id.is_in(sorted(children)))
    return {row["id"] for row in rows if is_young(row["born_on"], year)}
