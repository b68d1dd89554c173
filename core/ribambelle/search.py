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


def phone_of(text: str) -> str:
    """Return the digits of a telephone as they are searched for, or nothing if it is not one.

    Written with or without spaces, dots or +33, it is the same number.

    >>> phone_of("06 99.00-00 01"), phone_of("+33 6 99 00 00 01"), phone_of("C-2041")
    ('699000001', '699000001', '')
    """
    digits = re.sub(r"\D", "", text)
    if len(digits) < 6 or re.search(r"[^\d\s.+()-]", text):
        return ""
    return re.sub(r"^(0033|33(?=\d{9}$)|0)", "", digits)
