"""When does the régie stop waiting, and hand an unpaid invoice over to the comptable?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

FORMS = {"titre": "Titres", "ormc": "Rôle (ORMC)"}
TYPES = {"titre": "01", "ormc": "06"}
"""Codes of a bordereau in a PES file."""
STATES = {
    "to_write": "Fichier à écrire",
    "written": "À déposer au Trésor",
    "accepted": "Accepté par le Trésor",
    "rejected": "Rejeté par le Trésor",
}
PIECES = {
    "sent": "Transmis",
    "accepted": "Accepté",
    "taken": "Pris en charge",
    "rejected": "Rejeté",
    "cancelled": "Annulé",
}
NOTICE = "Avis des sommes à payer"
REASONS = {
    "small": "Moins de {floor} en tout : attend d’autres factures",
    "no_address": "Adresse à compléter dans le dossier de la famille",
    "paying": "Un paiement en ligne ou un prélèvement est en cours",
    "claimed": "Un titre la réclame déjà : voyez le comptable",
}


@dataclass(frozen=True, slots=True)
class Late:
    """One invoice nobody paid, past its last day and the last reminder."""

    invoice: int
    payer: int
    cents: int
    due_on: date
    is_held: bool = False
    """A payment on line or a debit is under way: its end decides."""
    is_claimed: bool = False
    """A titre claims some of it already; what a bank took back since is due again."""


@dataclass(frozen=True, slots=True)
class Debtor:
    """One adult, and what the comptable would claim in one titre."""

    payer: int
    lates: tuple[Late, ...]
    reason: str = ""
    """Why it waits, as a code of REASONS; empty when it may go."""

    @property
    def cents(self) -> int:
        """What the titre comes to."""
        return sum(one.cents for one in self.lates)

    @property
    def oldest(self) -> date:
        """The oldest of the last days to pay."""
        return min(one.due_on for one in self.lates)


def late_since(today: date, reminders: Sequence[int]) -> date:
    """Return the day before which an unpaid invoice was due, for the comptable to claim it.

    >>> late_since(date(2026, 12, 22), (7, 21))
    datetime.date(2026, 12, 1)
    """
    return today - timedelta(days=max(reminders, default=0))


def debtors(lates: Iterable[Late], floor: int, addressed: set[int]) -> list[Debtor]:
    """Group what is late by adult: below the floor, small debts wait until they reach it together.

    :param floor: fifteen euros in law (CGCT, art. D1611-1).
    :param addressed: the adults a letter would reach; no titre is sent nowhere.

    >>> day = date(2026, 11, 30)
    >>> lates = [Late(7, 1, 900, day), Late(8, 1, 600, day), Late(9, 2, 1499, day)]
    >>> [(one.payer, one.cents, one.reason) for one in debtors(lates, 1500, {1, 2})]
    [(1, 1500, ''), (2, 1499, 'small')]
    >>> [one.reason for one in debtors([Late(7, 1, 4820, day, is_held=True)], 1500, {1})]
    ['paying']
    >>> [one.reason for one in debtors([Late(7, 1, 4820, day)], 1500, set())]
    ['no_address']
    """
    found: dict[int, list[Late]] = {}
    for one in lates:
        found.setdefault(one.payer, []).append(one)
    return [
        Debtor(payer, tuple(free or some), _reason(some, free, floor, addressed))
        for payer, some in found.items()
        for free in [[one for one in some if not one.is_held and not one.is_claimed]]
    ]


def _reason(some: Sequence[Late], free: Sequence[Late], floor: int, addressed: set[int]) -> str:
    if not free:
        return "paying" if any(one.is_held for one in some) else "claimed"
    if sum(one.cents for one in free) < floor:
        return "small"
    return "" if some[0].payer in addressed else "no_address"


WORDS = (
    *("structure", "exercice", "bordereau", "titre", "ligne", "dette"),
    *("centimes", "courriel", "reference"),
)
"""What the templates of a commune may name."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a family types, or follows, to pay a titre at the treasury."""

    client: str
    exercise: int
    bordereau: int
    titre: int
    line: int
    debt: int
    cents: int
    email: str = ""

    def told(self, template: str, reference: str = "") -> str:
        """Fill a commune's own template.

        >>> one = Reference("012345", 2026, 3, 12, 1, 345, 4820, "a@b.fr")
        >>> one.told("{exercice}-{titre}-{ligne}"), one.told("{exercice}RS{dette:013}")
        ('2026-12-1', '2026RS0000000000345')
        >>> one.told("?numcli={structure}&refdet={reference}&montant={centimes}", "2026121")
        '?numcli=012345&refdet=2026121&montant=4820'
        """
        return template.format(
            structure=self.client,
            exercice=self.exercise,
            bordereau=self.bordereau,
            titre=self.titre,
            ligne=self.line,
            dette=self.debt,
            centimes=self.cents,
            courriel=self.email,
            reference=reference,
        )
