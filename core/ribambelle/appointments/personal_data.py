"""What appointments hold of people, why, and for how long."""

from ribambelle.appointments.tables import Appointment, HelpSession
from ribambelle.identity.personal_data import PUBLIC_TASK
from ribambelle.privacy import PersonalData, Since, Term, With

HELD = [
    PersonalData(
        HelpSession,
        ("created_by",),
        "Savoir quel agent a ouvert une permanence",
        PUBLIC_TASK,
        "Trente jours après la permanence",
        ends=Since("day", Term(days=30)),
    ),
    PersonalData(
        Appointment,
        ("account", "begins"),
        "Recevoir la famille à l’heure qu’elle a choisie, et le lui rappeler",
        PUBLIC_TASK,
        "Trente jours après la permanence",
        whose=("account",),
        ends=With("session"),
    ),
]
