"""What the paiement holds of families, why, and for how long."""

from ribambelle.privacy import PersonalData
from ribambelle_paiement_tresor.tables import (
    Allocation,
    Entry,
    Exchange,
    Invoice,
    Line,
    Notice,
    Payer,
    Payment,
    Posting,
    Receipt,
    Report,
    ReportLine,
    Trial,
)

BASIS = "Obligation légale (RGPD, art. 6.1.c ; décret n° 2012-1246 sur la comptabilité publique)"
TEN = "Dix ans après l’exercice (pièces comptables)"
MONTHS = "Treize mois"
WHO = "Régie ; comptable public ; la famille qui paie"

HELD = [
    PersonalData(Payer, ("adult",), "Tenir le compte de chaque adulte qui paie", BASIS, TEN, WHO),
    PersonalData(
        Invoice,
        ("payer", "recipient", "cents", "issued_on", "due_on"),
        "Facturer ce qui a été utilisé",
        BASIS,
        TEN,
        WHO,
    ),
    PersonalData(
        Line,
        ("child", "child_name", "day", "label", "cents"),
        "Dire ce qui est facturé, jour par jour",
        BASIS,
        TEN,
        WHO,
    ),
    PersonalData(
        Trial,
        ("doubts", "totals"),
        "Vérifier ce qui serait facturé, avant d’émettre",
        BASIS,
        "Les deux derniers essais d’une période",
        "Régie",
    ),
    PersonalData(Posting, ("payer", "cents"), "Tenir les comptes", BASIS, TEN, WHO),
    PersonalData(Entry, ("day", "account", "note"), "Tenir les comptes", BASIS, TEN, WHO),
    PersonalData(
        Payment,
        ("payer", "account", "email", "cents", "reference", "authorisation", "paid_at"),
        "Suivre un paiement en ligne jusqu’à la réponse du Trésor",
        BASIS,
        TEN,
        WHO,
    ),
    PersonalData(Allocation, ("cents",), "Savoir quelle facture est payée", BASIS, TEN, WHO),
    PersonalData(
        Exchange,
        ("request", "answer"),
        "Retrouver ce qui a été dit au Trésor, sans l’e-mail",
        BASIS,
        MONTHS,
        "Régie",
    ),
    PersonalData(
        Notice,
        ("address", "operation"),
        "Retrouver qui a annoncé un paiement, et d’où",
        BASIS,
        MONTHS,
        "Régie",
    ),
    PersonalData(
        Report,
        ("content", "sent_by", "counted_by"),
        "Relire un relevé du Trésor avant de le compter",
        BASIS,
        "Le fichier, une semaine au plus ; ses totaux, dix ans",
        "Régie ; comptable public",
    ),
    PersonalData(
        ReportLine,
        ("payment", "payer", "reference", "cents", "authorisation", "decided_by"),
        "Rapprocher chaque paiement de ce que le Trésor a reçu",
        BASIS,
        TEN,
        WHO,
    ),
    PersonalData(
        Receipt,
        ("payer", "means", "cents", "reference"),
        "Donner un reçu de ce qui est payé au guichet",
        BASIS,
        TEN,
        WHO,
    ),
]
