"""What the API holds of people, why, and for how long."""

from ribambelle.api.tables import ApiAnswer, ApiToken
from ribambelle.privacy import LASTING, PersonalData, Since, Term

PUBLIC_TASK = "Mission d’intérêt public (RGPD, art. 6.1.e)"

HELD = [
    PersonalData(
        ApiToken,
        ("created_by", "revoked_by"),
        "Savoir qui a donné ou retiré l’accès d’un logiciel",
        PUBLIC_TASK,
        "Tant que le jeton est connu du journal",
        "Les administrateurs de la commune",
        ends=LASTING,
    ),
    PersonalData(
        ApiAnswer,
        ("body",),
        "Redonner la même réponse à un logiciel qui demande deux fois",
        PUBLIC_TASK,
        "Vingt-quatre heures",
        "Le logiciel qui l’a reçue",
        ends=Since("at", Term(days=1)),
    ),
]
