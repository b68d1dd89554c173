"""What kinds of crèches there are, and how a city's list names them."""

import re

from ribambelle.search import fold

NBSP = "\u00a0"
KINDS = {
    "municipal": "Crèche municipale",
    "association": "Crèche associative",
    "micro": "Micro-crèche",
    "company": "Crèche d’entreprise",
    "mam": "Maison d’assistantes maternelles",
    "family": "Crèche familiale",
    "occasional": "Halte-garderie",
    "multi": "Multi-accueil",
    "other": "Autre accueil",
}
_SPOKEN = {
    "municipal": "municipale municipal ville publique",
    "association": "associative association associatif parentale",
    "micro": "micro",
    "company": "entreprise interentreprise entreprises",
    "family": "familiale familial",
    "occasional": "halte",
    "multi": "multi multiaccueil collective collectif",
}
ASSMATS = set("assistant assistante assistants assistantes assmat assmats".split())


def kind_of(text: str) -> str | None:
    """Return the code of a kind as a list writes it, or None when it is not one we know.

    >>> kind_of("Micro-crèche"), kind_of("Associative"), kind_of("Multi-accueil"), kind_of("ludothèque")
    ('micro', 'association', 'multi', None)
    >>> kind_of("M.A.M. municipale"), kind_of("Maison d’assistants maternels")
    ('mam', 'mam')

    Who works for a family crèche is an assistante maternelle too.

    >>> kind_of("Crèche familiale (assistantes maternelles)")
    'family'
    """
    told = fold(text).replace("m a m", "mam")
    words = set(told.split())
    if "mam" in words or (words & ASSMATS and not words & set(_SPOKEN["family"].split())):
        return "mam"
    return next((code for code, said in _SPOKEN.items() if words & set(said.split())), None)


def ages(from_weeks: int, to_months: int) -> str:
    """Return the ages a crèche receives, in years when they are whole.

    >>> ages(10, 36), ages(16, 40)
    ('10 semaines à 3 ans', '16 semaines à 40 mois')
    """
    years, rest = divmod(to_months, 12)
    until = f"{to_months} mois" if rest else f"{years} an{'s' * (years > 1)}"
    return f"{from_weeks} semaines à {until}"


def glued(hours: str) -> str:
    """Return hours as somebody typed them, each one unable to part at the end of a line.

    >>> glued("7h30 - 18 h 30, mercredi 8 h").replace(NBSP, "_")
    '7_h_30 - 18_h_30, mercredi 8_h'
    """
    return re.sub(
        r"(\d)\s*h(?:\s*(\d\d)|\b)",
        lambda found: NBSP.join(filter(None, (found[1], "h", found[2]))),
        hours,
    )


def standing(name: str, *, is_open: bool) -> str:
    """Return the name of a crèche as a wish for it is read: one that closed says so.

    >>> standing("Les Lilas", is_open=True), standing("Les Lilas", is_open=False)
    ('Les Lilas', 'Les Lilas (fermée)')
    """
    return name if is_open else f"{name} (fermée)"
