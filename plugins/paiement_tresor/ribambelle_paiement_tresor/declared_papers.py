"""What a family prints about what it paid."""

from ribambelle.messages.types import PaperTemplate, Placeholder

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
PAPERS = (CARE, PAID)
