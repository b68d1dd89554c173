"""What kinds of crèches there are, and how a city's list names them."""

from ribambelle.search import fold

KINDS = {
    "municipal": "Crèche municipale",
    "association": "Crèche associative",
    "micro": "Micro-crèche",
    "company": "Crèche d’entreprise",
    "mam": "Maison d’assistantes maternelles",
    "family": "Crèche familiale",
    "occasional": "Halte-garderie",
    "other": "Autre accueil",
}
_SPOKEN = {
    "municipal": "municipale municipal ville publique",
    "association": "associative association associatif parentale",
    "micro": "micro",
    "company": "entreprise interentreprise entreprises",
    "mam": "mam",
    "family": "familiale familial",
    "occasional": "halte",
}


def kind_of(text: str) -> str | None:
    """Return the code of a kind as a list writes it, or None when it is not one we know.

    >>> kind_of("Micro-crèche"), kind_of("Associative"), kind_of("MAM"), kind_of("ludothèque")
    ('micro', 'association', 'mam', None)
    """
    words = set(fold(text).split())
    return next((code for code, said in _SPOKEN.items() if words & set(said.split())), None)
