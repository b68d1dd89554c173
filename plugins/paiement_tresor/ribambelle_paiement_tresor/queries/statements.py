"""The account of a family: everything that was billed, paid, corrected or given back, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle.database import Prepared, many
from ribambelle_paiement_tresor.tables import Entry

LINES = Prepared(
    lambda given: Entry.raw(
        "SELECT e.id, e.day, e.kind, e.note, e.is_real, SUM(p.cents) AS cents,"  # noqa: S608 - ours
        " MAX(p.invoice) AS invoice, COUNT(DISTINCT p.invoice) AS invoices"
        " FROM paiement_entry e JOIN paiement_posting p ON p.entry = e.id"
        " WHERE p.ledger IN ('families', 'titres', 'credit') AND "
        + many.among("p.payer")
        + " GROUP BY e.id, e.day, e.kind, e.note, e.is_real HAVING SUM(p.cents) <> 0 ORDER BY e.id",
        given.some,
    )
)


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of an account, with what is owed after it; less than nothing: in advance."""

    day: date
    kind: str
    cents: int
    balance: int
    invoice: int | None
    note: str = ""
    is_real: bool = True


async def of_payers(payers: Sequence[int]) -> list[Movement]:
    """Return every movement of an account, the oldest first."""
    rows = await LINES.ask(some=many.listed(payers)) if payers else []
    found, balance = [], 0
    for row in rows:
        balance += row["cents"]
        found.append(
            Movement(
                row["day"],
                row["kind"],
                row["cents"],
                balance,
                row["invoice"] if row["invoices"] == 1 else None,
                row["note"],
                bool(row["is_real"]),
            )
        )
    return found
