"""What the périscolaire writes to families about wish windows."""

from ribambelle.messages.types import MessageTemplate, Placeholder, listed
from ribambelle_periscolaire.declared_messages import HELLO, HOME

OPENING = Placeholder("ouverture", "L’ouverture", "Vacances d’hiver", fact="what")
CHILDREN = Placeholder("enfants", "Les prénoms des enfants", "Léa et Noé", fact="children")
RANK = Placeholder("rang", "Le rang de la famille", "12", fact="rank")
LINK = Placeholder(
    "lien",
    "La page de l’ouverture",
    f"{HOME}/periscolaire/ouvertures/1",
    fact="link",
    required=True,
)
REFUSALS = Placeholder(
    "refus",
    "Pourquoi un vœu n’a pas été donné, un par ligne",
    "- Vœu 1 (Journée, du 8 au 12 février) : il ne restait aucune place pour 2 enfants.",
    fact="lines",
    required=True,
    lines=True,
    write=listed,
)
WISH = Placeholder(
    "voeu",
    "Le vœu donné",
    "Journée, du 15 au 19 février",
    fact="given",
    required=True,
)
SENT = "quand une fenêtre de vœux est attribuée"


MESSAGES = (
    MessageTemplate(
        "periscolaire/messages/wishes_given",
        "Vœu accepté",
        SENT,
        "les parents qui ont un vœu accepté",
        (HELLO, OPENING, CHILDREN, RANK, WISH, REFUSALS, LINK),
        area="Périscolaire",
    ),
    MessageTemplate(
        "periscolaire/messages/wishes_refused",
        "Vœux refusés",
        SENT,
        "les parents dont aucun vœu n’est accepté",
        (HELLO, OPENING, CHILDREN, RANK, REFUSALS, LINK),
        area="Périscolaire",
    ),
)
