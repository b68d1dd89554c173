"""What the périscolaire holds of families, why, and for how long."""

from ribambelle.privacy import PersonalData
from ribambelle_periscolaire.tables import (
    Attendance,
    Booking,
    BookingEvent,
    Claim,
    Consent,
    Due,
    Enrolled,
    Enrolment,
    Mark,
    OndeList,
    Request,
    Sheet,
    Situation,
)

BASIS = "Mission d’intérêt public (RGPD, art. 6.1.e ; Code de l’éducation, art. L. 551-1)"
BILLED = "Dix ans après l’exercice facturé (pièces comptables)"
YEAR = "Deux ans après l’année scolaire"
WHO = "Service enfance ; équipes des écoles, pour le jour"

HELD = [
    PersonalData(
        Situation,
        ("household", "quotient_familial", "is_resident"),
        "Calculer le prix que paie le foyer",
        BASIS,
        BILLED,
        "Service enfance ; régie",
    ),
    PersonalData(
        Enrolment,
        ("child", "account", "accepted_at", "school", "class_name", "ends_on"),
        "Inscrire l’enfant pour l’année et garder l’accord sur le règlement",
        BASIS,
        YEAR,
        WHO,
    ),
    PersonalData(Enrolled, ("activity",), "Savoir à quoi l’enfant est inscrit", BASIS, YEAR, WHO),
    PersonalData(
        Sheet,
        ("child", "sealed"),
        "Accueillir l’enfant sans danger : santé, repas, personnes à prévenir. Conservé chiffré",
        f"{BASIS} ; intérêt vital de l’enfant (RGPD, art. 9.2.c)",
        YEAR,
        "Service enfance ; équipes qui accueillent l’enfant ; ses parents",
    ),
    PersonalData(
        Consent,
        ("child", "code", "is_given", "account"),
        "Savoir ce que les parents autorisent, et depuis quand",
        "Consentement (RGPD, art. 6.1.a)",
        YEAR,
        WHO,
    ),
    PersonalData(
        Claim,
        ("household", "account", "quotient_familial", "document"),
        "Vérifier le quotient familial que dit une famille",
        BASIS,
        BILLED,
        "Service enfance ; régie",
    ),
    PersonalData(
        OndeList,
        ("content", "choices"),
        "Relire la liste des élèves de l’Éducation nationale avant de l’importer",
        BASIS,
        "Une semaine, ou jusqu’à l’import",
        "Service enfance",
    ),
    PersonalData(
        Booking,
        ("child", "day", "unit", "state", "payer", "price", "absence"),
        "Accueillir l’enfant les jours réservés, puis facturer",
        BASIS,
        BILLED,
        WHO,
    ),
    PersonalData(
        BookingEvent,
        ("child", "day", "unit", "act", "account"),
        "Prouver ce qui a été réservé, annulé, proposé, et quand",
        BASIS,
        BILLED,
        "Service enfance",
    ),
    PersonalData(
        Mark,
        ("child", "day", "act", "absence", "arrived", "left", "account", "reason"),
        "Savoir qui est là et qui est parti, et qui l’a pointé",
        BASIS,
        BILLED,
        WHO,
    ),
    PersonalData(
        Attendance,
        ("child", "day", "unit", "state", "absence", "arrived", "left"),
        "Savoir qui est venu, pour la sécurité des enfants puis pour facturer",
        BASIS,
        BILLED,
        WHO,
    ),
    PersonalData(
        Due,
        ("child", "day", "unit", "payer", "price"),
        "Facturer chaque jour au prix du jour, et pouvoir l’expliquer",
        BASIS,
        BILLED,
        "Service enfance ; régie",
    ),
    PersonalData(
        Request,
        ("account", "answer"),
        "Ne jamais faire deux fois la même demande",
        BASIS,
        "Trente jours",
    ),
]
