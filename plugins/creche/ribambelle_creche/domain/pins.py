"""Why may a commission decide against the order of points? A closed list, never a free text.

The reason is published each year, without a name; a note stays in the minutes.
"""

REASONS = {
    "S1": "Protection de l’enfance",
    "S2": "Demande de la PMI",
    "S3": "Situation sociale suivie par un service",
    "H1": "Santé ou handicap de l’enfant",
    "H2": "Santé ou handicap d’un parent",
    "F1": "Fratrie : même crèche",
    "E1": "Erreur constatée dans le dossier ou le calcul",
    "T1": "Travaux ou fermeture : enfant à replacer",
    "G1": "Composition du groupe d’enfants",
    "R1": "Décision de justice",
}
