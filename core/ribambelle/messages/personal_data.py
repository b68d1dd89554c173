"""What messages hold of people, why, and for how long."""

from ribambelle.identity.personal_data import FAMILY_TERM, PUBLIC_TASK
from ribambelle.messages.tables import MessageChoice, MessagePhone, MessageText
from ribambelle.privacy import PersonalData

HELD = [
    PersonalData(
        MessageText,
        ("changed_by",),
        "Savoir quel agent a changé le texte d’un message",
        PUBLIC_TASK,
        "Tant que la commune garde ce texte",
    ),
    PersonalData(
        MessageChoice,
        ("account", "channel"),
        "Écrire à la famille comme elle l’a choisi",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
    PersonalData(
        MessagePhone,
        ("account", "number"),
        "Envoyer des SMS à la famille qui le demande",
        PUBLIC_TASK,
        FAMILY_TERM,
    ),
]
