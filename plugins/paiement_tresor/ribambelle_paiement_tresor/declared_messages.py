"""What the paiement makes the portal write to a family."""

from datetime import date, datetime

from ribambelle.messages.types import MessageTemplate, Placeholder, greeting
from ribambelle.web.formats import jour
from ribambelle_paiement_tresor.domain.words import euros

HOME = "https://famille.exemple.fr"
HELLO = Placeholder(
    "bonjour",
    "«\u00a0Bonjour\u00a0», avec le prénom s’il est connu",
    "Bonjour Camille",
    fact="name",
    write=greeting,
)
NUMBER = Placeholder("numero", "Le numéro de la facture", "F2026-000123", fact="number")
AMOUNT = Placeholder(
    "montant", "La somme", "48,20\u202f€", fact="cents", required=True, write=euros
)
LINK = Placeholder(
    "lien", "La page des factures", f"{HOME}/paiement/factures", fact="link", required=True
)
INVOICES = Placeholder(
    "factures",
    "Les factures, une par ligne",
    "Facture F2026-000123, octobre 2026 : 48,20\u202f€",
    fact="lines",
    lines=True,
)


def _day(day: date) -> str:
    return jour(day, year=True)


def _of(moment: datetime | date) -> str:
    return _day(moment.date() if isinstance(moment, datetime) else moment)


LIMIT = Placeholder(
    "limite", "Le dernier jour pour payer", "lundi 30 novembre 2026", fact="due", write=_day
)
WHEN = Placeholder("jour", "Le jour du paiement", "lundi 2 novembre 2026", fact="day", write=_of)


def _one(code: str, title: str, sent: str, *facts: Placeholder) -> MessageTemplate:
    return MessageTemplate(
        f"paiement/messages/{code}",
        title,
        sent,
        "l’adulte qui paie",
        (HELLO, AMOUNT, LINK, *facts),
        area="Factures",
    )


MESSAGES = (
    _one("invoice", "Facture émise", "quand la régie émet une facture", NUMBER, LIMIT),
    _one("credit_note", "Avoir émis", "quand une facture est rectifiée", NUMBER),
    _one(
        "receipt",
        "Paiement reçu",
        "quand un paiement est encaissé",
        INVOICES,
        WHEN,
        Placeholder("moyen", "Comment il a été fait", "par carte bancaire", fact="means"),
        Placeholder("reference", "La référence du paiement", "F20260000012301", fact="reference"),
    ),
    _one("reversed", "Paiement rejeté", "quand la banque rejette un paiement", INVOICES, WHEN),
    _one("reminder", "Facture en retard", "quand le dernier jour est passé", NUMBER, LIMIT),
)
