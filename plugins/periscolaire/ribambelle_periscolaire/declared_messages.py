"""What the périscolaire makes the portal write to a family."""

from ribambelle.messages.types import MessageTemplate, Placeholder, greeting
from ribambelle.web.formats import moment

HOME = "https://famille.exemple.fr"
CHILD = Placeholder("enfant", "Le prénom de l’enfant", "Léa", fact="child")
HELLO = Placeholder(
    "bonjour",
    "«\u00a0Bonjour\u00a0», avec le prénom s’il est connu",
    "Bonjour Camille",
    fact="name",
    write=greeting,
)

MESSAGES = (
    MessageTemplate(
        "periscolaire/messages/offer",
        "Place libérée",
        "dès qu’une place se libère pour un enfant en liste d’attente",
        "la famille qui attend",
        (
            CHILD,
            HELLO,
            Placeholder(
                "place",
                "L’activité et le jour",
                "Centre de loisirs, mercredi 2 décembre",
                fact="place",
                required=True,
            ),
            Placeholder(
                "fin",
                "Le jour et l’heure de la réponse",
                "mardi 1er décembre à 10 h",
                fact="until",
                required=True,
                write=moment,
            ),
            Placeholder(
                "lien",
                "La page où répondre",
                f"{HOME}/periscolaire/offres",
                fact="link",
                required=True,
            ),
        ),
        area="Périscolaire",
        sms="{enfant} : une place s’est libérée, {place}. Répondez avant le {fin} : {lien}",
    ),
)
