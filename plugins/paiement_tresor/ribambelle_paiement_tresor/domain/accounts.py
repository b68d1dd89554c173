"""What does each thing that happens to money change in the books?

Double entry, in cents: a posting is positive on the debit side, negative on the credit side, and
the postings of an entry come to nothing. Whatever is shown anywhere is a sum of these lines.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

LEDGERS = {
    "families": "Créances sur les familles",
    "income": "Produits facturés",
    "payfip": "Encaissements en ligne à rapprocher",
    "treasury": "Compte de dépôt de fonds au Trésor",
    "cash": "Caisse",
    "cheques": "Chèques à remettre",
    "cesu": "CESU à remettre",
    "terminal": "Cartes au guichet à rapprocher",
    "debits": "Prélèvements en cours",
    "credit": "Avances des familles",
    "suspense": "Sommes en attente d’explication",
    "titres": "Créances prises en charge par le comptable",
    "collected": "Encaissé par le comptable",
    "written_off": "Admis en non-valeur",
    "opening": "Soldes repris d’un autre logiciel",
}
KINDS = {
    "issued": "Facture émise",
    "corrected": "Avoir",
    "paid": "Paiement en ligne",
    "counter": "Paiement au guichet",
    "counter_undone": "Paiement au guichet annulé",
    "disputed": "Paiement en litige",
    "dispute_settled": "Litige tranché",
    "reversed": "Paiement rejeté",
    "credit_used": "Avance utilisée",
    "credit_undone": "Avance reprise : sa banque a repris l’argent",
    "refunded": "Remboursement",
    "confirmed": "Encaissement confirmé par le Trésor",
    "deposited": "Remise au Trésor",
    "to_titre": "Transmise au comptable",
    "titre_paid": "Titre payé",
    "titre_written_off": "Titre admis en non-valeur",
    "titre_corrected": "Titre corrigé",
    "debited": "Prélèvement",
    "unexpected": "Encaissement que le portail ne connaît pas",
    "attributed": "Encaissement retrouvé",
    "opening": "Solde repris d’un autre logiciel",
    "opening_undone": "Reprise de solde défaite",
}
HELD = ("cash", "cheques", "cesu", "terminal")
"""Where the régie keeps money until the treasury has it."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry."""

    ledger: str
    cents: int
    payer: int | None = None
    invoice: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, known by its key: written twice, it counts once.

    Raises ValueError when the two sides differ: such an entry is a fault of ours, never data.
    """

    key: str
    kind: str
    day: date
    postings: tuple[Posting, ...]
    regie: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what does not balance, and names the books do not have."""
        if sum(one.cents for one in self.postings) or not self.postings:
            raise ValueError(f"unbalanced: {self.key}")
        if self.kind not in KINDS or any(one.ledger not in LEDGERS for one in self.postings):
            raise ValueError(f"unknown to the books: {self.key}")


@dataclass(frozen=True, slots=True)
class Share:
    """What goes to one invoice."""

    invoice: int
    cents: int
    payer: int | None = None
    """Whose it is, when another adult of the same family pays for it."""


def issued(invoice: int, payer: int, cents: int) -> tuple[Posting, ...]:
    """A family owes an invoice; a credit note, negative, takes back what it owes.

    >>> [(one.ledger, one.cents) for one in issued(7, 2, 4820)]
    [('families', 4820), ('income', -4820)]
    """
    return Posting("families", cents, payer, invoice), Posting("income", -cents)


def opening(payer: int, credit: int, invoice: int | None, due: int) -> tuple[Posting, ...]:
    """What a family owed, or had paid ahead, in the program the commune leaves: no income of ours.

    >>> [(one.ledger, one.invoice, one.cents) for one in opening(2, 1500, 7, 4820)]
    [('families', 7, 4820), ('credit', None, -1500), ('opening', None, -3320)]
    """
    found = []
    if due:
        found.append(Posting("families", due, payer, invoice))
    if credit:
        found.append(Posting("credit", -credit, payer))
    if due != credit:
        found.append(Posting("opening", credit - due))
    return tuple(found)


def settled(
    ledger: str, payer: int, cents: int, shares: Sequence[Share], owed: dict[int, int]
) -> tuple[Posting, ...]:
    """Money came for some invoices; what one no longer owes goes to the family's credit.

    :param owed: what each invoice still owes now, which may have changed since the button was
        pressed: paid elsewhere, corrected, sent to the comptable.

    >>> two = [Share(7, 3000), Share(8, 1820)]
    >>> found = settled("payfip", 2, 4820, two, {7: 3000, 8: 0})
    >>> [(one.ledger, one.invoice, one.cents) for one in found]
    [('payfip', None, 4820), ('families', 7, -3000), ('credit', None, -1820)]
    """
    found = [Posting(ledger, cents)]
    left = cents
    for share in shares:
        taken = min(share.cents, max(0, owed.get(share.invoice, 0)), left)
        if taken:
            found.append(Posting("families", -taken, share.payer or payer, share.invoice))
            left -= taken
    if left:
        found.append(Posting("credit", -left, payer))
    return tuple(found)


def undone(postings: Iterable[Posting], ledger: str) -> tuple[Posting, ...]:
    """A payment came back: each invoice owes again; credit not used yet is taken back.

    :param ledger: where the money leaves from.

    >>> paid = settled("payfip", 2, 500, [Share(7, 500)], {7: 500})
    >>> [(one.ledger, one.cents) for one in undone(paid, "treasury")]
    [('treasury', -500), ('families', 500)]
    """
    return tuple(
        Posting(one.ledger if one.cents < 0 else ledger, -one.cents, one.payer, one.invoice)
        for one in postings
    )


def due_again(payer: int, short: int, used: Sequence[Share]) -> tuple[Posting, ...]:
    """A bank took back money whose credit was spent: what it paid is due again, the last first.

    :param short: what the credit of the family lacks now, in cents.
    :param used: what credit paid of each invoice, the last first.

    >>> found = due_again(2, 1500, [Share(9, 1000), Share(8, 4000)])
    >>> [(one.ledger, one.invoice, one.cents) for one in found if one.cents > 0]
    [('families', 9, 1000), ('families', 8, 500)]
    >>> due_again(2, 0, [Share(9, 1000)])
    ()
    """
    found: list[Posting] = []
    for one in used:
        taken = min(max(0, short), one.cents)
        if taken > 0:
            found += [
                Posting("families", taken, payer, one.invoice),
                Posting("credit", -taken, payer, one.invoice),
            ]
            short -= taken
    return tuple(found)


def moved(
    source: str, target: str, cents: int, payer: int | None = None, invoice: int | None = None
) -> tuple[Posting, ...]:
    """Money, or what is owed, goes from one account to another, of the same person and invoice.

    >>> [(one.ledger, one.cents) for one in moved("families", "titres", 4820, 2, 7)]
    [('titres', 4820), ('families', -4820)]
    """
    return Posting(target, cents, payer, invoice), Posting(source, -cents, payer, invoice)


def corrected(invoice: int, payer: int, cents: int, owed: int) -> tuple[Posting, ...]:
    """A credit note takes back what an invoice still owes; what was paid already becomes credit.

    So does what the comptable claims: only what he says himself lowers a titre.

    :param cents: what the credit note gives back, more than nothing.

    >>> [(one.ledger, one.cents) for one in corrected(7, 2, 900, owed=500)]
    [('income', 900), ('families', -500), ('credit', -400)]
    """
    taken = min(cents, max(0, owed))
    found = [Posting("income", cents)]
    if taken:
        found.append(Posting("families", -taken, payer, invoice))
    if cents > taken:
        found.append(Posting("credit", taken - cents, payer))
    return tuple(found)
