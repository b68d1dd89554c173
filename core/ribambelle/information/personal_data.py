"""What pages of information hold of people, why, and for how long."""

from ribambelle.identity.personal_data import PUBLIC_TASK
from ribambelle.information.tables import Download, InformationPage
from ribambelle.privacy import LASTING, PersonalData

HELD = [
    PersonalData(
        InformationPage,
        ("changed_by",),
        "Savoir quel agent a changé une page d’information",
        PUBLIC_TASK,
        "Tant que la commune garde la page",
        ends=LASTING,
    ),
    PersonalData(
        Download,
        ("added_by",),
        "Savoir quel agent a mis un fichier à disposition",
        PUBLIC_TASK,
        "Tant que la commune garde le fichier",
        ends=LASTING,
    ),
]
