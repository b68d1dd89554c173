"""Is this micro-quartier, spelt another way, one of the city's list?"""

import difflib
from collections.abc import Collection

from ribambelle.search import fold

SHORT = {
    "st": "saint",
    "ste": "sainte",
    "gde": "grande",
    "gd": "grand",
    "rd": "rond",
    "pt": "point",
    "rte": "route",
    "av": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "blvd": "boulevard",
    "ave": "avenue",
    "r": "rue",
    "pl": "place",
    "all": "allee",
    "imp": "impasse",
    "ch": "chemin",
    "che": "chemin",
    "qu": "quai",
    "sq": "square",
    "dr": "docteur",
    "gal": "general",
}
ARTICLES = frozenset({"de", "du", "des", "la", "le", "les", "l", "d"})
CLOSE = 0.82


def spelt_out(name: str) -> tuple[str, ...]:
    """Return the words of a name, abbreviations said in full and articles left out.

    >>> spelt_out("Rd pt de Vannes")
    ('rond', 'point', 'vannes')
    >>> spelt_out("Gde Grèneraie - Clos Toreau")
    ('grande', 'greneraie', 'clos', 'toreau')
    """
    words = (SHORT.get(word, word) for word in fold(name).split())
    return tuple(word for word in words if word not in ARTICLES)


def matching(name: str, known: Collection[str]) -> str | None:
    """Return the listed name that this one means, or None when two would do, or none.

    First the same words, then one's words among the other's, then words each spelt closely enough:
    always among the names of one quartier, so that a likeness across the city never decides.

    >>> matching("Dobree-Bon Port", ["Dobrée-Bon Port", "Decré-Cathédrale"])
    'Dobrée-Bon Port'
    >>> matching("Madeleine-Champ de Mars", ["Champ de Mars", "Bretagne"])
    'Champ de Mars'
    >>> matching("Zola", ["Canclaux", "Contrie"]) is None
    True
    """
    asked = spelt_out(name)
    words = {one: spelt_out(one) for one in known}
    same = [one for one, said in words.items() if said == asked]
    within = [
        one for one, said in words.items() if set(said) <= set(asked) or set(asked) <= set(said)
    ]
    for found in (same, within):
        if len(found) == 1:
            return found[0]
    near = [one for one, said in words.items() if alike(asked, said)]
    return near[0] if len(near) == 1 else None


def alike(asked: tuple[str, ...], said: tuple[str, ...]) -> bool:
    """Tell whether every word of the shorter name is, but for a slip, a word of the longer.

    >>> alike(("grande", "greneraie", "clos", "toreau"), ("greneraie", "clos", "torreau"))
    True
    >>> alike(("rond", "point", "vannes"), ("rond", "point", "rennes"))
    False
    """
    shorter, longer = sorted((asked, said), key=len)
    return len(shorter) > 1 and all(
        difflib.get_close_matches(word, longer, 1, CLOSE) for word in shorter
    )
