"""What is held to go back on a takeover, why, and for how long."""

from ribambelle.privacy import LASTING, PersonalData, Since, Term
from ribambelle.takeover.tables import TakenRow, Takeover
from ribambelle.takeover.traces import DAYS

PUBLIC_TASK = "Mission d’intérêt public (RGPD, art. 6.1.e)"

HELD = [
    PersonalData(
        TakenRow,
        ("before", "after", "owner"),
        "Revenir sur une reprise de données : ce que chaque ligne disait avant",
        PUBLIC_TASK,
        "Trente jours",
        ends=Since("at", Term(days=DAYS)),
    ),
    PersonalData(
        Takeover,
        ("created_by", "undone_by"),
        "Savoir qui a repris les données d’un autre logiciel",
        PUBLIC_TASK,
        "Tant que la commune se sert du portail",
        ends=LASTING,
    ),
]
