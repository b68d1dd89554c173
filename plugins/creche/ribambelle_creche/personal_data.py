"""What crèche files hold of families, why, and for how long."""

from ribambelle.privacy import PersonalData
from ribambelle_creche.tables import Application, Contact, Evidence, Need, Receipt, Wish

BASIS = "Mission d’intérêt public (RGPD, art. 6.1.e ; CASF, art. L. 214-1-3)"
TERM = "Trois ans après la fin de la demande"
WHO = "Service petite enfance ; direction des crèches demandées"

HELD = [
    PersonalData(
        Application,
        (
            *("account", "household", "child", "entered_by", "answers", "quartier", "child_name"),
            *("folded", "reference_on", "is_expected", "start_on", "age_group"),
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
        Contact,
        ("account", "outcome", "note"),
        "Se souvenir des appels à la famille",
        BASIS,
        TERM,
        WHO,
    ),
]
