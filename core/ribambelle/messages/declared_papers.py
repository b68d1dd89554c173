"""The papers of the core: a letter an agent writes to one family."""

from ribambelle.messages.types import PaperTemplate, Placeholder, greeting

AREA = "Courriers et attestations"
FREE = PaperTemplate(
    "papers/free",
    "Courrier libre",
    "quand un agent écrit un courrier depuis la page d’une famille",
    "la famille",
    (
        Placeholder("objet", "L’objet que l’agent a écrit", "Votre rendez-vous", fact="subject"),
        Placeholder(
            "bonjour",
            "«\u00a0Bonjour\u00a0», avec le nom de la personne",
            "Bonjour Camille Martin",
            fact="name",
            write=greeting,
        ),
        Placeholder(
            "texte",
            "Ce que l’agent a écrit",
            "Nous vous attendons mardi 1er décembre à 9 h.",
            fact="text",
            required=True,
            lines=True,
        ),
    ),
    AREA,
)
PAPERS = (FREE,)
