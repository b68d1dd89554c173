"""What is held of families, why, and until when."""

from ribambelle.privacy import ACCOUNTING, ACCOUNTS, FILES, LASTING, PersonalData, Since
from ribambelle_bibliotheque.domain.places import TAKEN
from ribambelle_bibliotheque.tables import Activity, Card, Figure, Registration

BASIS = "Mission d’intérêt public (RGPD, art. 6.1.e)"
WHO = "La bibliothèque ; la régie, pour ce qui est payé"
KEPT = (
    "Ce qui est dû : {term} après l’exercice facturé (pièces comptables) ; "
    "ce qui est gratuit ou n’a pas eu lieu, autant que les demandes"
)

HELD = [
    PersonalData(
        Card,
        ("child", "account", "payer", "asked_at", "cents", "given_on", "until"),
        "Donner à un enfant sa carte de bibliothèque",
        BASIS,
        KEPT,
        WHO,
        whose=("child", "account", "payer"),
        ends=(
            Since("asked_at", ACCOUNTS),
            Since("until", FILES, unproven=True),
            Since("asked_at", FILES, alone="until", unproven=True),
        ),
        active="asked_at",
        forgotten="kept",
        proves=(Card.cents > 0) & Card.given_on.is_not_null(),
        because=ACCOUNTING,
    ),
    PersonalData(
        Registration,
        ("child", "account", "payer", "state", "at", "cents"),
        "Inscrire un enfant à une activité de la bibliothèque",
        BASIS,
        KEPT,
        WHO,
        whose=("child", "account", "payer"),
        ends=(Since("at", ACCOUNTS), Since("at", FILES, unproven=True)),
        active="at",
        forgotten="kept",
        proves=(Registration.cents > 0) & (Registration.state == TAKEN),
        because=ACCOUNTING,
    ),
    PersonalData(
        Activity,
        ("title", "told", "place"),
        "Annoncer une activité ; rien n’y désigne une famille",
        BASIS,
        "Tant que la bibliothèque garde le souvenir de l’activité",
        "Tout le monde",
        ends=LASTING,
    ),
    PersonalData(
        Figure,
        ("month",),
        "Publier ce que le mois a compté, petits nombres masqués",
        BASIS,
        "Sans limite : ces nombres ne désignent personne",
        "Tout le monde",
        ends=LASTING,
    ),
]
