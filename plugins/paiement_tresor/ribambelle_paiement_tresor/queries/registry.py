"""Every invoice of a town: found by a name, a number, a period, or where it stands."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from ribambelle.search import fold
from ribambelle_paiement_tresor.queries import mine
from ribambelle_paiement_tresor.queries.mine import Document
from ribambelle_paiement_tresor.tables import Invoice

OWED = (
    "(SELECT COALESCE(SUM(o.cents), 0) FROM paiement_posting o"
    " WHERE o.invoice = i.id AND o.ledger = 'families')"
)
TITRE = OWED.replace("'families'", "'titres'")
STANDING = {
    "due": f"i.kind = 'invoice' AND {OWED} > 0",
    "late": f"i.kind = 'invoice' AND i.due_on < {{}} AND {OWED} > 0",
    "settled": f"i.kind = 'invoice' AND {OWED} <= 0 AND {TITRE} <= 0",
    "titre": f"i.kind = 'invoice' AND {TITRE} > 0",
    "credit": "i.kind = 'credit'",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for."""

    words: str = ""
    standing: str = ""
    period: int = 0

    @property
    def query(self) -> str:
        """The same, as an address says it."""
        told = {"q": self.words, "etat": self.standing, "periode": self.period or ""}
        return urlencode({name: value for name, value in told.items() if value})


async def count(wanted: Wanted, today: date) -> int:
    """Return how many invoices there are of what is looked for."""
    where, values = _where(wanted, today)
    rows = await Invoice.raw(f"SELECT COUNT(*) AS n {FROM} WHERE {where}", *values)
    return int(rows[0]["n"])


async def found(wanted: Wanted, today: date, start: int, size: int) -> list[Document]:
    """Return the invoices looked for, the latest first."""
    where, values = _where(wanted, today)
    rows = await Invoice.raw(
        f"SELECT i.id {FROM} WHERE {where} ORDER BY i.id DESC LIMIT {{}} OFFSET {{}}",
        *values,
        size,
        start,
    )
    numbers = [int(row["id"]) for row in rows]
    known = {one.id: one for one in await mine.some(numbers)}
    return [known[number] for number in numbers]


FROM = (
    "FROM paiement_invoice i JOIN paiement_payer p ON p.id = i.payer"
    " LEFT JOIN core_adult a ON a.id = p.adult"
)


def _where(wanted: Wanted, today: date) -> tuple[str, list[Any]]:
    parts, values = ["1 = 1"], list[Any]()
    if wanted.words:
        digits = "".join(letter for letter in wanted.words if letter.isdecimal())
        number = int(digits[-6:]) if len(digits) >= 6 else -1
        parts.append("(a.folded LIKE {} OR i.number = {})")
        values += [f"%{fold(wanted.words)}%", number]
    if wanted.standing in STANDING:
        parts.append(STANDING[wanted.standing])
        values += [today] if wanted.standing == "late" else []
    if wanted.period:
        parts.append("i.period = {}")
        values.append(wanted.period)
    return " AND ".join(f"({part})" for part in parts), values
