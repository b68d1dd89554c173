"""What the directory holds of childminders, why, and for how long."""

from ribambelle.privacy import AGREED, PersonalData, Since, Term, With
from ribambelle_assmat.tables import (
    Attendance,
    Care,
    Childminder,
    Declared,
    Photo,
    Place,
    RegisterFile,
    SavedSearch,
    Statement,
)

BASIS = "Mission d’intérêt public (RGPD, art. 6.1.e ; CASF, art. L. 421-3)"
LEGAL = "Obligation légale (RGPD, art. 6.1.c ; CASF, déclarations à la PMI)"
"""Its articles are to be checked: docs/rules/annuaire.md says which."""
CONSENT = "Consentement, champ par champ (RGPD, art. 6.1.a)"
TERM = "{term} après la fin de l’agrément"
WHO = "Service petite enfance ; PMI du département ; relais petite enfance"

HELD = [
    PersonalData(
        Childminder,
        (
            *("number", "civility", "family_name", "usual_name", "given_name", "folded"),
            *("born_on", "status", "activity", "accredited_since", "first", "last", "line"),
            *("postcode", "city", "city_folded"),
            *("insee", "quartier", "micro_quartier", "latitude", "longitude", "tile"),
            *("is_hidden", "hidden_why", "gone_at"),
        ),
        "Tenir l’annuaire des assistantes maternelles agréées",
        BASIS,
        TERM,
        WHO,
        ends=Since("last", AGREED),
    ),
    PersonalData(
        Declared,
        (
            *("is_listed", "consents", "cares", "mobile", "phone", "email", "call_hours"),
            *("only_when_free", "agreed_on", "urgent_words", "pets", "pets_words", "smoke"),
            *("languages", "words"),
        ),
        "Dire aux familles comment la joindre et ce qu’elle propose",
        CONSENT,
        TERM,
        WHO,
        ends=With("childminder"),
    ),
    PersonalData(
        Place,
        (
            *("hours", "line", "postcode", "city", "city_folded", "insee", "quartier"),
            *("micro_quartier", "postal", "latitude", "longitude", "tile"),
            *("state", "opens", "moments", "takes_urgent", "note"),
            *("confirmed_on", "asked_on"),
        ),
        "Dire aux familles où elle exerce, et où en sont ses places",
        CONSENT,
        TERM,
        WHO,
        ends=With("childminder"),
    ),
    PersonalData(
        Attendance,
        ("childminder",),
        "Tenir la liste des inscrites aux rencontres du relais",
        BASIS,
        "{term} après la rencontre",
        "Relais petite enfance",
        ends=Since("event.day", AGREED),
    ),
    PersonalData(
        Care,
        ("given_name", "born_on", "guardian", "began_on", "ended_on", "planning", "moments"),
        "Dire à la PMI quels enfants elle accueille, et vérifier la capacité de l’agrément",
        LEGAL,
        "{term} après la fin de l’accueil",
        "PMI du département",
        ends=Since("ended_on", AGREED),
    ),
    PersonalData(
        Statement,
        ("read_by", "kind", "day", "words"),
        "Prévenir la PMI, et garder la preuve de l’envoi",
        LEGAL,
        "{term} après l’envoi, ou après la fin de l’accueil",
        "PMI du département",
        ends=(Since("sent_at", AGREED, alone="care"), With("care")),
    ),
    PersonalData(
        RegisterFile,
        ("outcome", "content", "refused", "created_by"),
        "Relire le registre avant de l’importer",
        BASIS,
        "Une semaine",
        "Service petite enfance",
        ends=Since("created_at", Term(days=7)),
        past="blanked",
    ),
    PersonalData(
        Photo,
        ("content", "code"),
        "Montrer aux familles où jouent les enfants",
        CONSENT,
        TERM,
        "Les familles, si elle l’accepte",
        ends=With("childminder"),
    ),
    PersonalData(
        SavedSearch,
        ("email", "asked", "told"),
        "Écrire à la famille quand une place convient",
        "Consentement (RGPD, art. 6.1.a)",
        "Six mois, ou dès que la famille arrête ; trois jours sans confirmation",
        "Personne d’autre",
        whose=("email",),
        ends=Since("created_at", Term(months=6)),
    ),
]
