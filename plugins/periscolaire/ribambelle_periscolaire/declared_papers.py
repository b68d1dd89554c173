"""What a town hall prints about an enrolment."""

from ribambelle.messages.types import PaperTemplate, Placeholder

AREA = "Périscolaire"
ENROLLED = PaperTemplate(
    "periscolaire/papers/enrolled",
    "Attestation d’inscription périscolaire",
    "quand une famille ou un agent la demande, depuis une inscription acceptée",
    "la famille",
    (
        Placeholder("numero", "Le numéro de l’inscription", "P-12", fact="number"),
        Placeholder(
            "enfant",
            "L’enfant, avec sa naissance",
            "Léa Martin, 3 mai 2018",
            fact="child",
            required=True,
        ),
        Placeholder("annee", "L’année scolaire", "2026-2027", fact="year", required=True),
        Placeholder("ecole", "L’école et la classe", "Jean-Jaurès, CE1", fact="school"),
        Placeholder(
            "activites",
            "Les activités",
            "Cantine, Accueil du soir",
            fact="activities",
            required=True,
        ),
        Placeholder("parent", "Le parent qui demande", "Camille Martin", fact="parent"),
    ),
    AREA,
)
ATTENDED = PaperTemplate(
    "periscolaire/papers/attended",
    "Attestation de présence périscolaire",
    "quand une famille ou un agent la demande, depuis une inscription acceptée",
    "la famille",
    (
        Placeholder(
            "enfant",
            "L’enfant, avec sa naissance",
            "Léa Martin, 3 mai 2018",
            fact="child",
            required=True,
        ),
        Placeholder("annee", "L’année scolaire", "2026-2027", fact="year", required=True),
        Placeholder(
            "jours",
            "Les jours de présence, par activité et par mois",
            "Cantine, décembre 2026 : 2 jours (3 et 4)",
            fact="days",
            required=True,
        ),
        Placeholder("aujourdhui", "Le jour de l’impression", "3 mai 2027", fact="today"),
        Placeholder("parent", "Le parent qui demande", "Camille Martin", fact="parent"),
    ),
    AREA,
)
PAPERS = (ENROLLED, ATTENDED)
