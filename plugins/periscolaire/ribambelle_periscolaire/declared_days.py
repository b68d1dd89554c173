"""What the périscolaire writes to families about days: closed, opened again, soon to be booked."""

from ribambelle.messages.types import MessageTemplate, Placeholder, listed
from ribambelle.web.formats import jour, moment
from ribambelle_periscolaire.declared_messages import HELLO, HOME


def _service(name: str) -> str:
    return name or "Tous les accueils"


LINK = Placeholder(
    "lien",
    "La semaine, sur le portail",
    f"{HOME}/periscolaire/semaine/2026-11-30",
    fact="link",
    required=True,
)
REASON = Placeholder("motif", "Ce que la mairie a écrit", "Sortie au musée", fact="reason")
SERVICE = Placeholder("activite", "L’activité, ou toutes", "Cantine", fact="what", write=_service)
FIRST = Placeholder("jour", "Le premier jour", "jeudi 3 décembre", fact="first", write=jour)


def _booked(sample: str) -> Placeholder:
    return Placeholder(
        "reservations",
        "Les réservations de la famille, une par ligne",
        sample,
        fact="lines",
        required=True,
        lines=True,
        write=listed,
    )


MESSAGES = (
    MessageTemplate(
        "periscolaire/messages/closed",
        "Jour fermé",
        "quand la mairie ferme un jour pour lequel la famille a réservé",
        "la famille qui avait réservé",
        (
            HELLO,
            SERVICE,
            FIRST,
            REASON,
            _booked("- Léa, Cantine, jeudi 3 décembre"),
            LINK,
        ),
        area="Périscolaire",
    ),
    MessageTemplate(
        "periscolaire/messages/remind",
        "Rappel avant la fin des réservations",
        "avant un délai, quand rien n’est réservé pour les jours qu’il ferme",
        "la famille",
        (
            HELLO,
            Placeholder(
                "quand",
                "Les jours qui ne sont pas réservés",
                "pour la semaine du lundi 30 novembre",
                fact="when",
            ),
            Placeholder(
                "semaine", "Le lundi de la semaine", "lundi 30 novembre", fact="week", write=jour
            ),
            Placeholder(
                "enfants",
                "Les enfants et les activités, un enfant par ligne",
                "- Léa : Cantine, Accueil du soir",
                fact="lines",
                required=True,
                lines=True,
                write=listed,
            ),
            Placeholder(
                "fin",
                "Le premier délai",
                "vendredi 27 novembre à 10 h",
                fact="until",
                required=True,
                write=moment,
            ),
            LINK,
        ),
        area="Périscolaire",
        sms="{commune} : rien n’est réservé {quand}. Réservez avant le {fin} : {lien}",
        is_optional=True,
    ),
    MessageTemplate(
        "periscolaire/messages/reopened",
        "Jour rouvert",
        "quand la mairie rouvre un jour qu’elle avait fermé",
        "la famille qui avait réservé",
        (
            HELLO,
            SERVICE,
            FIRST,
            REASON,
            _booked("- Léa, Cantine, jeudi 3 décembre : réservé de nouveau"),
            LINK,
        ),
        area="Périscolaire",
    ),
)
