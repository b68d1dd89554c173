"""What a family prints about what it paid."""

from ribambelle.messages.types import PaperTemplate, Placeholder, listed

AREA = "Factures"
PARENT = Placeholder("parent", "L’adulte qui a payé", "Camille Martin", fact="parent")
CARE = PaperTemplate(
    "paiement/papers/care_certificate",
    "Attestation pour le crédit d’impôt (garde d’enfant)",
    "quand une famille la demande, pour une année",
    "la famille",
    (
        PARENT,
        Placeholder("annee", "L’année des paiements", "2026", fact="year", required=True),
        Placeholder(
            "enfants",
            "Chaque enfant, avec ce qui a été payé pour sa garde",
            "Noé Martin : 412,50\u202f€",
            fact="lines",
            required=True,
            lines=True,
        ),
        Placeholder("total", "Le total", "412,50\u202f€", fact="total", required=True),
    ),
    AREA,
)
PAID = PaperTemplate(
    "paiement/papers/paid_invoice",
    "Attestation de paiement d’une facture",
    "quand une famille la demande, depuis une facture payée",
    "la famille",
    (
        PARENT,
        Placeholder("numero", "Le numéro de la facture", "F2026-000123", fact="number"),
        Placeholder("periode", "Les jours facturés", "octobre 2026", fact="days"),
        Placeholder("montant", "La somme", "48,20\u202f€", fact="cents", required=True),
    ),
    AREA,
)
TILL = PaperTemplate(
    "paiement/papers/till_receipt",
    "Reçu du guichet",
    "quand un agent de la régie le demande, depuis le compte d’une famille",
    "la famille",
    (
        PARENT,
        Placeholder("numero", "Le numéro du reçu", "R2026-000012", fact="number"),
        Placeholder("jour", "Le jour du paiement", "25 novembre 2026", fact="day", required=True),
        Placeholder("montant", "La somme", "48,20\u202f€", fact="cents", required=True),
        Placeholder("moyen", "Comment c’est payé", "en espèces", fact="means"),
        Placeholder(
            "reference", "Le numéro du chèque ou du CESU", "Chèque 0012345", fact="reference"
        ),
        Placeholder(
            "factures",
            "Chaque facture payée, avec la somme",
            "- F2026-000123 : 48,20\u202f€",
            fact="paid",
            lines=True,
            write=listed,
        ),
        Placeholder("avance", "Ce qui dépasse, s’il y en a", "1,80\u202f€", fact="over"),
        Placeholder(
            "annule",
            "Dit que le reçu est annulé, s’il l’est",
            "Ce reçu est annulé : ce qu’il payait est de nouveau dû.",
            fact="undone",
        ),
    ),
    AREA,
)
PAPERS = (CARE, PAID, TILL)
