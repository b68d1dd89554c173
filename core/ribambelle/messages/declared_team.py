"""The messages about who works here."""

from collections.abc import Sequence

from ribambelle.messages.declared_families import hello
from ribambelle.messages.types import MessageTemplate, Placeholder, listed
from ribambelle.web.formats import jour

AREA = "Équipe"


def _access(held: Sequence[str]) -> str:
    """Say what may be done from now on.

    >>> _access(["Agent de la mairie"])
    'Voici ce que vous pouvez faire maintenant :\\n- Agent de la mairie'
    >>> _access([])
    'Vous n’avez plus de rôle. Votre compte reste ouvert.'
    """
    if not held:
        return "Vous n’avez plus de rôle. Votre compte reste ouvert."
    return f"Voici ce que vous pouvez faire maintenant :\n{listed(held)}"


MESSAGES = (
    MessageTemplate(
        "messages/shared",
        "Une liste vous est montrée",
        "dès qu’un agent montre une liste à un partenaire",
        "le partenaire",
        (
            hello("Bonjour Sophie Laurent"),
            Placeholder(
                "fin",
                "Le dernier jour où la lire",
                "vendredi 2 juillet 2027",
                fact="until",
                write=lambda day: jour(day, year=True),
            ),
            Placeholder(
                "lien",
                "La page où la lire",
                "https://famille.exemple.fr/partages/12",
                fact="link",
                required=True,
            ),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/access_changed",
        "Rôles changés",
        "dès qu’un rôle est donné ou retiré",
        "la personne concernée",
        (
            hello("Bonjour Sophie Laurent"),
            Placeholder(
                "acces",
                "Ce que la personne peut faire maintenant",
                "Voici ce que vous pouvez faire maintenant :\n- Agent de la mairie",
                fact="held",
                required=True,
                lines=True,
                write=_access,
            ),
        ),
        AREA,
    ),
    MessageTemplate(
        "messages/access_closed",
        "Accès fermé",
        "dès qu’un administrateur ferme un accès",
        "la personne concernée",
        (hello("Bonjour Sophie Laurent"),),
        AREA,
    ),
    MessageTemplate(
        "messages/access_opened",
        "Accès rouvert",
        "dès qu’un administrateur rouvre un accès",
        "la personne concernée",
        (hello("Bonjour Sophie Laurent"),),
        AREA,
    ),
    MessageTemplate(
        "messages/second_factor_reset",
        "Second facteur remis à zéro",
        "dès qu’un administrateur oublie le second facteur d’un compte",
        "la personne concernée",
        (hello("Bonjour Sophie Laurent"),),
        AREA,
    ),
    MessageTemplate(
        "messages/second_factor_reset_told",
        "Second facteur d’un collègue remis à zéro",
        "dès qu’un administrateur oublie le second facteur d’un compte",
        "les autres administrateurs",
        (Placeholder("nom", "Le nom du collègue", "Sophie Laurent", fact="name"),),
        AREA,
    ),
)
