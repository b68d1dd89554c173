"""What the library makes the portal write to families."""

from datetime import date

from ribambelle.messages.types import MessageTemplate, Placeholder, greeting
from ribambelle.web.formats import jour, moment

HELLO = Placeholder(
    "bonjour",
    "«\u00a0Bonjour\u00a0», avec le prénom s’il est connu",
    "Bonjour Camille",
    fact="name",
    write=greeting,
)
CHILD = Placeholder("enfant", "Le prénom de l’enfant", "Léa", fact="child")
LINK = Placeholder(
    "lien", "La page de la bibliothèque", "https://famille.exemple.fr/bibliotheque", fact="link"
)
NUMBER = Placeholder("numero", "Le numéro de la carte", "B-00012", fact="number")
REASON = Placeholder(
    "motif",
    "Ce qu’écrit l’agent",
    "Il manque l’adresse de la famille.",
    fact="reason",
    required=True,
    lines=True,
)


def _day(day: date) -> str:
    return jour(day, year=True)


UNTIL = Placeholder(
    "fin", "Le dernier jour de la carte", "mercredi 24 novembre 2027", fact="until", write=_day
)
ACTIVITY = Placeholder("activite", "Le nom de l’activité", "Heure du conte", fact="activity")
WHERE = Placeholder("lieu", "Le lieu de l’activité", "Médiathèque, salle du conte", fact="where")
WHEN = Placeholder(
    "quand",
    "Le jour et l’heure de l’activité",
    "mercredi 2 décembre à 10 h 30",
    fact="when",
    required=True,
    write=moment,
)


def _message(code: str, title: str, sent: str, *more: Placeholder) -> MessageTemplate:
    return MessageTemplate(
        f"bibliotheque/messages/{code}",
        title,
        sent,
        "la famille",
        (HELLO, CHILD, LINK, *more),
        area="Bibliothèque",
        is_optional=code == "remind",
    )


MESSAGES = (
    _message("given", "Carte validée", "quand la bibliothèque valide la carte", NUMBER, UNTIL),
    _message("refused", "Carte refusée", "quand la bibliothèque refuse la carte", NUMBER, REASON),
    _message("ended", "Carte terminée", "le lendemain du dernier jour de la carte", NUMBER, UNTIL),
    _message(
        "called",
        "Place libérée",
        "quand un enfant de la liste d’attente a une place",
        *(ACTIVITY, WHERE, WHEN),
    ),
    _message("remind", "Rappel d’activité", "la veille de l’activité", *(ACTIVITY, WHERE, WHEN)),
    _message(
        "cancelled",
        "Activité annulée",
        "quand la bibliothèque annule l’activité",
        *(ACTIVITY, WHERE, WHEN),
    ),
)
