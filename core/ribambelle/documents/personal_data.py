"""What the vault holds of people, why, and for how long."""

from ribambelle.documents.tables import Document, DocumentUse
from ribambelle.identity.personal_data import FAMILY_TERM, PUBLIC_TASK
from ribambelle.privacy import PersonalData

HELD = [
    PersonalData(
        Document,
        (
            *("account", "household", "child", "kind", "file", "given_by"),
            *("checked_by", "reason", "valid_until"),
        ),
        "Vérifier ce que la famille a déclaré, sans le lui redemander",
        PUBLIC_TASK,
        FAMILY_TERM,
        recipients="Agents de la commune ; chaque ouverture est montrée à la famille",
        whose=("account", "household", "child"),
        secret=("file",),
        active="given_at",
    ),
    PersonalData(
        DocumentUse,
        ("document", "demande", "label", "href"),
        "Savoir quelle demande un justificatif accompagne",
        PUBLIC_TASK,
        FAMILY_TERM,
        whose=("document",),
    ),
]
