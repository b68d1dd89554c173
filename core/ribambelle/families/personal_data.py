"""What is held of families known before they sign in, why, and for how long."""

from ribambelle.families.tables import Activation, ActivationBatch, FamilyImport, KnownFamily
from ribambelle.identity.personal_data import FAMILY_TERM, PUBLIC_TASK
from ribambelle.privacy import LASTING, PersonalData, Since, Term

HELD = [
    PersonalData(
        Activation,
        ("adult",),
        "Permettre à une famille connue d’ouvrir son compte avec un code reçu par courrier",
        PUBLIC_TASK,
        "Six mois après la fin du code",
        whose=("adult",),
        ends=Since("expires_at", Term(days=180)),
    ),
    PersonalData(
        KnownFamily,
        ("number",),
        "Retrouver une famille dans le logiciel d’où vient la liste",
        PUBLIC_TASK,
        FAMILY_TERM,
        whose=("household",),
    ),
    PersonalData(
        FamilyImport,
        (
            "outcome",
            "created_by",
            "content",
        ),
        "Relire une liste de familles avant de l’importer",
        PUBLIC_TASK,
        "Jusqu’à l’import, une semaine au plus",
        ends=Since("created_at", Term(days=7)),
        past="blanked",
    ),
    PersonalData(
        ActivationBatch,
        ("created_by",),
        "Savoir quel agent a préparé les courriers",
        PUBLIC_TASK,
        "Tant que des codes du courrier existent",
        ends=LASTING,
    ),
]
