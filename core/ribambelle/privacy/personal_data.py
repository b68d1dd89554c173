"""What removals leave behind: numbers and dates, so that they can be proved and done again."""

from ribambelle.privacy.rules import PersonalData
from ribambelle.privacy.tables import Elimination, Erasure, ForgetRequest
from ribambelle.privacy.terms import LASTING

HELD = [
    PersonalData(
        ForgetRequest,
        ("household", "account", "words", "reason", "decided_by"),
        "Répondre sous un mois à une famille qui demande l’effacement",
        "Obligation légale (RGPD, art. 6.1.c et 17)",
        "{term} après la dernière demande de la famille",
        whose=("household", "account"),
    ),
    PersonalData(
        Erasure,
        ("people", "by"),
        "Oublier de nouveau une famille si une copie plus ancienne est remise en place",
        "Obligation légale (RGPD, art. 6.1.c et 17)",
        "Tant que des copies existent : des numéros, jamais un nom",
        ends=LASTING,
    ),
    PersonalData(
        Elimination,
        ("by", "visa"),
        "Prouver ce qui a été éliminé, quand, avec quel accord",
        "Obligation légale (RGPD, art. 6.1.c ; Code du patrimoine, art. L. 212-2)",
        "Sans limite : des nombres, jamais un nom",
        ends=LASTING,
    ),
]
