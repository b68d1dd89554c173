"""What is held of what the State said, and of who let it be asked."""

from ribambelle.consents.tables import Consent
from ribambelle.particulier.asker import as_text
from ribambelle.particulier.tables import StateEvidence
from ribambelle.privacy import FILES, PersonalData, Since

CONSENT = "Consentement (RGPD, art. 6.1.a)"

HELD = [
    PersonalData(
        Consent,
        ("account", "subject", "version", "digest", "words", "sealed", "given_by", "withdrawn_by"),
        "Prouver ce que la personne a accepté, dans quels termes, et quand elle est revenue dessus",
        CONSENT,
        "{term} après la dernière demande de la famille ; l’état civil, jusqu’au retrait, chiffré",
        whose=("account",),
        opened={"sealed": lambda row: as_text(row["sealed"], row["account"])},
        active="given_at",
    ),
    PersonalData(
        StateEvidence,
        ("account", "child", "kind", "outcome", "content", "request", "way"),
        "Tenir lieu de justificatif : ce que l’État sait déjà, demandé avec l’accord de la famille",
        CONSENT,
        "{term} après la lecture",
        "Services que la page « Ce que l’État sait déjà » nomme",
        whose=("account", "child"),
        ends=Since("fetched_at", FILES),
    ),
]
