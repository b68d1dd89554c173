"""What crèche files hold of families, why, and for how long."""

from ribambelle.privacy import PersonalData
from ribambelle_creche.tables import (
    Appeal,
    AppealAnswer,
    Application,
    Case,
    CaseMember,
    CaseNote,
    Contact,
    Contract,
    Decision,
    Evidence,
    Examined,
    Grid,
    Need,
    Noted,
    Notice,
    Offer,
    Pin,
    Proposal,
    Receipt,
    Standing,
    Supply,
    Wish,
)

BASIS = "Mission d’intérêt public (RGPD, art. 6.1.e ; CASF, art. L. 214-1-3)"
TERM = "Trois ans après la fin de la demande"
WHO = "Service petite enfance ; direction des crèches demandées"

HELD = [
    PersonalData(
        Application,
        (
            *("account", "household", "child", "entered_by", "answers", "sent", "quartier"),
            "iris",
            *("child_name", "folded", "reference_on", "is_expected", "start_on", "age_group"),
        ),
        "Examiner la demande de place en crèche",
        BASIS,
        TERM,
        WHO,
    ),
    PersonalData(Wish, ("facility",), "Connaître les crèches demandées", BASIS, TERM, WHO),
    PersonalData(Need, ("slots",), "Connaître les jours demandés", BASIS, TERM, WHO),
    PersonalData(Receipt, ("content",), "Prouver à la famille ce qu’elle a demandé", BASIS, TERM),
    PersonalData(Evidence, ("kind", "seen_by"), "Savoir quelles pièces ont été vues", BASIS, TERM),
    PersonalData(
        Noted,
        ("code", "points", "account"),
        "Compter les points que la mairie ou un service donne",
        BASIS,
        TERM,
        WHO,
    ),
    PersonalData(
        Contact,
        ("account", "outcome", "note"),
        "Se souvenir des appels à la famille",
        BASIS,
        TERM,
        WHO,
    ),
    PersonalData(Grid, ("created_by",), "Savoir qui a enregistré les critères", BASIS, TERM),
    PersonalData(
        Examined,
        ("asked", "facts", "points", "trace", "refusal", "draw"),
        "Classer les demandes selon les critères votés",
        BASIS,
        TERM,
        WHO,
    ),
    PersonalData(
        Notice, ("kind",), "Ne prévenir une famille qu’une fois par commission", BASIS, TERM
    ),
    PersonalData(
        Supply, ("declared_by", "validated_by"), "Savoir qui a déclaré les places", BASIS, TERM
    ),
    PersonalData(
        Contract,
        ("child_name", "born_on", "slots", "first", "last"),
        "Connaître les places occupées et celles qui se libèrent",
        BASIS,
        TERM,
        WHO,
    ),
    PersonalData(
        Proposal,
        ("inputs", "outputs", "made_by"),
        "Refaire le calcul d’une commission des années plus tard",
        BASIS,
        TERM,
        WHO,
    ),
    PersonalData(
        Pin,
        ("option", "reason", "note", "account"),
        "Motiver ce que la commission décide contre l’ordre des points",
        BASIS,
        TERM,
        WHO,
    ),
    PersonalData(
        Decision, ("outcome", "facility", "option"), "Répondre à la famille", BASIS, TERM, WHO
    ),
    PersonalData(
        Offer,
        ("facility", "age_group", "slots", "start_on", "answered_by", "reason"),
        "Proposer une place à la famille et garder sa réponse",
        BASIS,
        TERM,
        WHO,
    ),
    PersonalData(
        Standing,
        ("option", "ahead", "position", "chance"),
        "Dire à une famille où elle en est sur la liste",
        BASIS,
        TERM,
    ),
    PersonalData(
        Case, ("reason", "opened_by"), "Examiner à plusieurs une situation complexe", BASIS, TERM
    ),
    PersonalData(CaseMember, ("account",), "Limiter qui lit une situation", BASIS, TERM),
    PersonalData(
        CaseNote, ("account", "opinion", "text"), "Garder l’avis de chaque service", BASIS, TERM
    ),
    PersonalData(
        Appeal, ("text", "answered_by"), "Répondre à une famille qui conteste", BASIS, TERM
    ),
    PersonalData(
        AppealAnswer,
        ("account", "outcome", "reason", "text"),
        "Garder ce qui a été répondu à une famille qui conteste",
        BASIS,
        TERM,
    ),
]
