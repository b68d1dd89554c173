"""What the directory holds of childminders, why, and for how long."""

from ribambelle.privacy import PersonalData
from ribambelle_assmat.tables import Childminder, Declared, Place, RegisterFile, SavedSearch

BASIS = "Mission d’intérêt public (RGPD, art. 6.1.e ; CASF, art. L. 421-3 et L. 214-2-1)"
AGREED = "Consentement, champ par champ (RGPD, art. 6.1.a)"
TERM = "Un an après la fin de l’agrément"
WHO = "Service petite enfance ; PMI du département ; relais petite enfance"

HELD = [
    PersonalData(
        Childminder,
        (
            *("number", "family_name", "usual_name", "given_name", "folded", "born_on"),
            *("status", "activity", "first", "last", "line", "postcode", "city", "city_folded"),
            *("insee", "quartier", "micro_quartier", "latitude", "longitude", "tile"),
            *("is_hidden", "gone_at"),
        ),
        "Tenir l’annuaire des assistantes maternelles agréées",
        BASIS,
        TERM,
        WHO,
    ),
    PersonalData(
        Declared,
        (
            *("is_listed", "consents", "cares", "mobile", "phone", "email", "call_hours"),
            *("only_when_free", "words"),
        ),
        "Dire aux familles comment la joindre et ce qu’elle propose",
        AGREED,
        TERM,
        WHO,
    ),
    PersonalData(
        Place,
        ("hours", "state", "opens", "moments", "note", "confirmed_on", "asked_on"),
        "Dire aux familles où en sont ses places",
        AGREED,
        TERM,
        WHO,
    ),
    PersonalData(
        RegisterFile,
        ("content", "refused", "created_by"),
        "Relire le registre avant de l’importer",
        BASIS,
        "Une semaine",
        "Service petite enfance",
    ),
    PersonalData(
        SavedSearch,
        ("email", "asked", "told"),
        "Écrire à la famille quand une place convient",
        "Consentement (RGPD, art. 6.1.a)",
        "Six mois, ou dès que la famille arrête ; trois jours sans confirmation",
        "Personne d’autre",
    ),
]
