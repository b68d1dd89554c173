"""What does a family agree to when it lets the régie debit its account, and until when?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

STATES = {
    "active": "En cours",
    "suspended": "Suspendu après des rejets",
    "revoked": "Arrêté par la famille",
    "replaced": "Remplacé",
    "used": "Utilisé, pour une seule fois",
    "ended": "Terminé après le dernier prélèvement",
    "lapsed": "Éteint : 36 mois sans prélèvement",
}
KINDS = {"recurrent": "Toutes mes factures", "once": "Seulement les factures à payer aujourd’hui"}
SEQUENCES = {"FRST": "Premier", "RCUR": "Suivant", "OOFF": "Unique", "FNAL": "Dernier"}
VERSION = "2026-1"
WORDING = (
    "En signant, vous autorisez la régie « {regie} » à envoyer des ordres à votre banque pour débiter "
    "votre compte, et votre banque à le débiter. Vous serez prévenu de chaque prélèvement {days} jours "
    "avant. "
    "Vous pouvez demander à votre banque de vous rembourser : dans les 8 semaines après le débit d’un "
    "prélèvement autorisé, dans les 13 mois s’il ne l’était pas. Créancier : {creditor}, identifiant "
    "SEPA {ics}. Référence du mandat : {rum}. Il sert à plusieurs prélèvements si vous choisissez "
    "« Toutes mes factures », à un seul sinon."
)
LAPSE_MONTHS = 36


class Account(msgspec.Struct, frozen=True, array_like=True):
    """A bank account, as it is sealed."""

    iban: str
    bic: str = ""


def rum(prefix: str, payer: int, rank: int) -> str:
    """Return the reference of a mandate: 35 signs at most, never used twice.

    >>> rum("F", 12, 1)
    'RIB-F-00000012-001'
    """
    return f"RIB-{prefix}-{payer:08}-{rank:03}"


def wording(regie: str, creditor: str, ics: str, reference: str, days: int) -> str:
    """Return the words a family signs, as they are shown and kept.

    >>> told = wording("Régie enfance", "Trésorerie", "FR12ZZZ123456", "R1", 14)
    >>> "identifiant SEPA FR12ZZZ123456. Référence du mandat : R1." in told, "14 jours" in told
    (True, True)
    """
    told = {"regie": regie, "creditor": creditor, "ics": ics, "rum": reference}
    return WORDING.format(**told, days=days)


@dataclass(frozen=True, slots=True)
class Mandate:
    """What a batch must know of a mandate."""

    kind: str
    state: str
    signed_on: date
    past: tuple[str, ...] = ()
    """States of its debits, in order; those of a cancelled batch are left out."""
    last_on: date | None = None
    """The day of its last debit."""


def is_usable(mandate: Mandate, on: date) -> bool:
    """Tell whether a mandate still lets the régie debit on a day: 36 months unused end it.

    >>> signed = Mandate("recurrent", "active", date(2023, 12, 15))
    >>> is_usable(signed, date(2026, 12, 15)), is_usable(signed, date(2026, 12, 16))
    (True, False)
    """
    since = max(mandate.signed_on, mandate.last_on or mandate.signed_on)
    years, month = divmod(since.month - 1 + LAPSE_MONTHS, 12)
    until = date(since.year + years, month + 1, min(since.day, 28 if month == 1 else since.day))
    return mandate.state == "active" and on <= until


def sequence(mandate: Mandate, *, is_last: bool = False) -> str:
    """Return which debit of its mandate this one is.

    A first debit that was returned never was: the next is the first again.

    >>> first = Mandate("recurrent", "active", date(2026, 1, 1))
    >>> after = Mandate("recurrent", "active", date(2026, 1, 1), ("returned", "debited"))
    >>> sequence(first), sequence(after), sequence(after, is_last=True)
    ('FRST', 'RCUR', 'FNAL')
    >>> sequence(Mandate("once", "active", date(2026, 1, 1)))
    'OOFF'
    """
    if mandate.kind == "once":
        return "OOFF"
    if is_last:
        return "FNAL"
    return "RCUR" if any(one != "returned" for one in mandate.past) else "FRST"


GONE = ("AC04", "MD01", "MD07", "AC01", "AG01")
"""Reasons after which trying again would only cost: the account or the mandate is no more."""


def after_reject(rejects: int, reason: str, most: int) -> str:
    """Return the state of a mandate once a debit was returned.

    :param rejects: how many in a row, this one included.

    >>> [after_reject(*one, most=2) for one in ((1, "AM04"), (2, "AM04"), (1, "MD01"))]
    ['active', 'suspended', 'suspended']
    """
    return "suspended" if reason in GONE or rejects >= most else "active"


def in_a_row(states: Sequence[str]) -> int:
    """Return how many of the last debits were returned, one after the other.

    >>> in_a_row(["returned", "confirmed", "returned", "returned"])
    2
    """
    count = 0
    for state in reversed(states):
        if state != "returned":
            break
        count += 1
    return count
