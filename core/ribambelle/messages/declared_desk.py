"""The messages about appointments at a desk of the town hall."""

from datetime import datetime

from ribambelle.messages.declared_families import hello, link
from ribambelle.messages.types import MessageTemplate, Placeholder
from ribambelle.web.formats import moment


def _moment(at: datetime) -> str:
    return moment(at)


FACTS = (
    hello("Bonjour Camille"),
    Placeholder(
        "quand",
        "Le jour et l’heure du rendez-vous",
        "mardi 15 décembre à 9 h 20",
        fact="at",
        required=True,
        write=_moment,
    ),
    Placeholder("lieu", "Où l’on est reçu", "Mairie, 2e étage", fact="place"),
    Placeholder("sujet", "Pour quoi l’on est reçu", "Aide pour votre demande", fact="about"),
    link("La page des permanences", "/permanences"),
)
MESSAGES = (
    MessageTemplate(
        "messages/appointment_reminder",
        "Rendez-vous demain",
        "la veille d’un rendez-vous à une permanence",
        "la famille qui l’a pris",
        FACTS,
        "Permanences",
        sms="{commune} : rendez-vous {quand}, {lieu}. Pour annuler : {lien}",
        is_optional=True,
    ),
    MessageTemplate(
        "messages/appointment_called_off",
        "Permanence annulée",
        "dès qu’un agent annule une permanence",
        "chaque famille qui y avait un rendez-vous",
        FACTS,
        "Permanences",
    ),
)
