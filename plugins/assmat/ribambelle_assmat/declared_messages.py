"""What the directory makes the portal write to a childminder."""

from ribambelle.messages.types import MessageTemplate, Placeholder, greeting

STILL_FREE = MessageTemplate(
    "assmat/messages/still_free",
    "Toujours une place ?",
    "chaque mois, à l’assistante maternelle dont rien n’est venu depuis trente jours",
    "l’assistante maternelle",
    (
        Placeholder(
            "bonjour",
            "«\u00a0Bonjour\u00a0», avec le prénom s’il est connu",
            "Bonjour Nadia",
            fact="name",
            write=greeting,
        ),
        Placeholder(
            "lien",
            "La page où elle répond d’un geste",
            "https://famille.exemple.fr/assmat/confirmer/12/abc",
            fact="link",
            required=True,
        ),
    ),
    area="Assistantes maternelles",
)
MESSAGES = (STILL_FREE,)
