"""What messages hold of people, why, and for how long."""

from ribambelle.identity.personal_data import FAMILY_TERM, PUBLIC_TASK
from ribambelle.messages.tables import (
    Conversation,
    Letter,
    MessageChoice,
    MessagePhone,
    MessageText,
)
from ribambelle.privacy import LASTING, PersonalData

HELD = [
    PersonalData(
        Conversation,
        ("account", "subject", "demande", "assigned_to"),
        "Répondre à ce que la famille demande",
        PUBLIC_TASK,
        FAMILY_TERM,
        recipients="La famille qui écrit, et elle seule ; les agents de la commune",
        whose=("account",),
        active="last_at",
    ),
    PersonalData(
        Letter,
        ("author", "text", "document"),
        "Répondre à ce que la famille demande",
        PUBLIC_TASK,
        FAMILY_TERM,
        recipients="La famille qui écrit, et elle seule ; les agents de la commune",
        whose=("conversation",),
    ),
    PersonalData(
        MessageText,
        ("changed_by",),
        "Savoir quel agent a changé le texte d’un message",
        PUBLIC_TASK,
        "Tant que la commune garde ce texte",
        ends=LASTING,
    ),
    PersonalData(
        MessageChoice,
        ("account", "channel"),
        "Écrire à la famille comme elle l’a choisi",
        PUBLIC_TASK,
        FAMILY_TERM,
        whose=("account",),
    ),
    PersonalData(
        MessagePhone,
        ("account", "number"),
        "Envoyer des SMS à la famille qui le demande",
        PUBLIC_TASK,
        FAMILY_TERM,
        whose=("account",),
    ),
]
