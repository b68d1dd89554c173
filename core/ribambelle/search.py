"""One way to compare words: without accents, capitals or punctuation."""

import re
import unicodedata

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
LIMITS = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Return the words of a text as they are searched for.

    The same column serves SQLite and PostgreSQL, whose own rules differ.

    >>> fold("L’Œuvre de la Crèche — Saint-Étienne")
    'l oeuvre de la creche saint etienne'
    >>> fold("SŒUR  soeur")
    'soeur soeur'
    """
    lower = text.casefold().translate(LIGATURES)
    bare = "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))
    return LIMITS.sub(" ", bare).strip()
