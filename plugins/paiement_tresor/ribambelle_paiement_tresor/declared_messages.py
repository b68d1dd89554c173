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


MANDATE = Placeholder("mandat", "La référence du mandat", "RIB-F-00000012-001", fact="rum")
SHOWN = Placeholder("compte", "Le compte, masqué", "FR•• •••• 0189", fact="shown")
CREDITOR = Placeholder("creancier", "Votre identifiant SEPA", "FR12ZZZ123456", fact="ics")
WHY = Placeholder(
    "raison", "Ce que dit la banque", "il n’y avait pas assez d’argent sur le compte", fact="why"
)
AFTER = Placeholder(
    "suite",
    "Ce que devient le mandat",
    "Votre mandat est suspendu : payez autrement.",
    fact="after",
)
SIGNED = Placeholder(
    "texte",
    "Les mots signés",
    "En signant, vous autorisez la régie à débiter votre compte.",
    fact="words",
    lines=True,
)


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
    _one(
        *("debit_notice", "Prélèvement annoncé", "quand une remise de prélèvements est faite"),
        *(INVOICES, WHEN, SHOWN, MANDATE, CREDITOR),
    ),
    _one(
        *("debit_cancelled", "Prélèvement annulé", "quand une remise est annulée"),
        *(INVOICES, WHEN),
    ),
    _one(
        *("debit_returned", "Prélèvement rejeté", "quand une banque rejette un prélèvement"),
        *(INVOICES, WHEN, WHY, AFTER),
    ),
    MessageTemplate(
        "paiement/messages/mandate_signed",
        "Mandat signé",
        "quand une famille signe un mandat de prélèvement",
        "l’adulte qui paie",
        (HELLO, LINK, SHOWN, MANDATE, SIGNED),
        area="Factures",
    ),
    _one("reminder", "Facture en retard", "quand le dernier jour est passé", NUMBER, LIMIT),
)
