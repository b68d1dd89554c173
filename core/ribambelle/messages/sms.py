"""What an SMS may say: the alphabet of telephones, and how many messages a text costs."""

import unicodedata

MOST_PARTS = 2
LONGEST = 306
"""Letters of two messages joined: more is dear, and is not read."""
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
DOUBLE = frozenset("^{}\\[~]|€\f")
"""In the alphabet too, but counted twice."""
NEAREST = str.maketrans(
    {"’": "'", "‘": "'", "«": '"', "»": '"', "“": '"', "”": '"', "…": "...", "œ": "oe", "Œ": "OE"}
    | {"–": "-", "—": "-", "·": "-", "ç": "c", "\u00a0": " ", "\u202f": " ", "\t": " "}
)


def plain(text: str) -> str:
    """Return a text in the alphabet of telephones where it can be: an accent it lacks is dropped.

    One letter outside it would make the whole text cost twice as much.

    >>> plain("Prêt : l’œuf, où ça ? À côté, Noël")
    "Pret : l'oeuf, où ca ? A coté, Noel"
    """
    return "".join(_nearest(letter) for letter in text.translate(NEAREST))


def _nearest(letter: str) -> str:
    if letter in BASIC or letter in DOUBLE:
        return letter
    bare = unicodedata.normalize("NFD", letter)[0]
    return bare if bare in BASIC else letter


def length(text: str) -> int:
    """Return how much room a text takes: 153 letters of this alphabet a message, 67 of any other.

    >>> length("Bonjour"), length("5 €"), length("Привет")
    (7, 4, 6)
    """
    if _is_basic(text):
        return len(text) + sum(letter in DOUBLE for letter in text)
    return len(text.encode("utf-16-le")) // 2


def _is_basic(text: str) -> bool:
    return all(letter in BASIC or letter in DOUBLE for letter in text)


def parts(text: str) -> int:
    """Return how many messages a text costs.

    >>> [parts("x" * n) for n in (160, 161, 306, 307)]
    [1, 2, 2, 3]
    >>> [parts("п" * n) for n in (70, 71, 134)]
    [1, 2, 2]
    """
    alone, joined = (160, 153) if _is_basic(text) else (70, 67)
    return 1 if length(text) <= alone else -(-length(text) // joined)


def fits(text: str) -> bool:
    """Tell whether a text may leave as an SMS.

    >>> fits("x" * 306), fits("x" * 307), fits("п" * 134), fits("п" * 135)
    (True, False, True, False)
    """
    return bool(text) and parts(text) <= MOST_PARTS
