"""What is an invoice called, and where does it stand?"""

from dataclasses import dataclass
from datetime import date

KINDS = {"invoice": "Facture", "credit": "Avoir"}
STANDINGS = {
    "due": "À payer",
    "late": "En retard",
    "paying": "Paiement en cours",
    "settled": "Payée",
    "cleared": "Soldée sans paiement",
    "titre": "Transmise au comptable",
    "credit": "Avoir",
}


def called(prefix: str, year: int, number: int) -> str:
    """Return the number an invoice bears; credit notes are numbered in the same sequence.

    >>> called("F", 2026, 123)
    'F2026-000123'
    """
    return f"{prefix}{year}-{number:06}"


@dataclass(frozen=True, slots=True)
class Account:
    """What the books say of one invoice, in cents."""

    owed: int
    """To the régie; less than nothing when too much was paid."""
    titre: int = 0
    """To the comptable, once it was handed over."""
    is_held: bool = False
    """A payment on line is under way, or its account will be debited."""
    came: int = 0
    """What was paid of it, however."""


def standing(kind: str, account: Account, due_on: date, today: date) -> str:
    """Return where an invoice stands, as a code of STANDINGS.

    >>> standing("invoice", Account(4820), date(2026, 11, 30), date(2026, 12, 1))
    'late'
    >>> standing("invoice", Account(0, came=4820), date(2026, 11, 30), date(2026, 12, 1))
    'settled'
    >>> standing("invoice", Account(0), date(2026, 11, 30), date(2026, 12, 1))
    'cleared'
    >>> standing("invoice", Account(0, titre=4820), date(2026, 11, 30), date(2027, 2, 1))
    'titre'
    """
    if kind == "credit":
        return "credit"
    if account.titre > 0:
        return "titre"
    if account.owed <= 0:
        return "settled" if account.came > 0 else "cleared"
    if account.is_held:
        return "paying"
    return "late" if today > due_on else "due"
