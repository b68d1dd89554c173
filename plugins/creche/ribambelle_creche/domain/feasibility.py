"""Can a crèche welcome a child? What its manager answers before the commission; it orders nobody.

A closed list of reasons; the words beside them are for the commission, never for the family.
"""

ANSWERS = {"yes": "Accueil possible", "no": "Accueil impossible"}
REASONS = {
    "A1": "Santé ou handicap : l’équipe n’est pas prête",
    "A2": "Locaux ou accès",
    "A3": "Horaires ou jours demandés",
    "A4": "Équilibre du groupe d’enfants",
    "A5": "Enfants ou familles à ne pas réunir",
    "A6": "Encadrement insuffisant",
}


def wrong(answer: str, reason: str) -> dict[str, str]:
    """Return one sentence per part of an answer that is missing.

    >>> wrong("yes", ""), wrong("no", "A2")
    ({}, {})
    >>> wrong("no", ""), wrong("", "")
    ({'reason': 'Choisissez le motif dans la liste.'}, {'answer': 'Choisissez : possible, ou non.'})
    """
    if answer not in ANSWERS:
        return {"answer": "Choisissez : possible, ou non."}
    if answer == "no" and reason not in REASONS:
        return {"reason": "Choisissez le motif dans la liste."}
    return {}
