"""The papers of the core: letters to families, and the leaflet that leads to the portal."""

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
ACTIVATION = PaperTemplate(
    "papers/activation",
    "Courrier d’activation d’un compte",
    "quand un agent imprime les courriers d’activation, avec le dessin qui mène au portail",
    "les familles déjà connues",
    (
        Placeholder(
            "code",
            "Le code, en grand quand il est seul sur sa ligne",
            "ABCD-EFGH",
            required=True,
        ),
        Placeholder(
            "jusqu_au", "Le dernier jour du code", "25 décembre 2026", fact="until", required=True
        ),
    ),
    AREA,
)
LEAFLET = PaperTemplate(
    "papers/leaflet",
    "Affiche du portail",
    "quand un agent la télécharge, avec le dessin et l’adresse du portail",
    "tout le monde",
    (),
    AREA,
)
PAPERS = (FREE, ACTIVATION, LEAFLET)
