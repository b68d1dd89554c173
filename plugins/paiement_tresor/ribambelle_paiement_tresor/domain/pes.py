"""How does a titre read in a PES file: letters the treasury takes, and the keys of an ORMC?"""

import re
import unicodedata

DEBT = "ABCDEFGHJKLMNPQRSTUVWXY"
"""Letters of the second key: no I, O nor Z."""
LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "SS"})
LIGATURES |= str.maketrans({"’": "'", "–": "-", "—": "-", "€": "EUR"})
REFUSED = re.compile(r"[^A-Z0-9 '()+,./:-]+")


def plain(text: str, most: int, otherwise: str = "NEANT") -> str:
    """Write words as the treasury reads them: capitals, no accent, no more than so many letters.

    The schema refuses what holds nothing but spaces, dots and zeros: other words are sent instead.

    >>> plain("Zoé d’Œuf-Nuñez & fils", 38)
    "ZOE D'OEUF-NUNEZ FILS"
    >>> plain("rue de la Très-Longue-Avenue-du-Général", 20), plain("0", 38), plain("", 5)
    ('RUE DE LA TRES-LONGU', 'NEANT', 'NEANT')
    """
    bare = unicodedata.normalize("NFKD", text.translate(LIGATURES))
    upper = "".join(one for one in bare if not unicodedata.combining(one)).upper()
    told = " ".join(REFUSED.sub(" ", upper).split())[:most].strip()
    return told if told.strip(" .0") else otherwise


def euros(cents: int) -> str:
    """Write an amount as the file does.

    >>> euros(4820), euros(5)
    ('48.20', '0.05')
    """
    return f"{cents // 100}.{cents % 100:02}"


def key1(collectivity: str, nature: str, exercise: int, period: str, debt: int) -> str:
    """Return the first key of an ORMC: weights 2 to 7 from the right, modulo 11.

    The sources differ when the sum is a multiple of 11; as the technical annex says, it is 0.

    >>> key1("01", "04", 2000, "0", 900001), key1("39", "01", 2013, "0", 303)
    ('8', '9')
    >>> [key1("00", "00", 2000, "0", debt) for debt in (0, 7, 15)]
    ['0', '8', '9']
    """
    digits = f"{collectivity}{nature}{exercise % 100:02}{period}{debt:013}"
    total = sum(
        (2 + rank % 6) * (int(digit) if digit.isdecimal() else 0)
        for rank, digit in enumerate(reversed(digits))
    )
    key = 11 - total % 11
    return {11: "0", 10: "1"}.get(key, str(key))


def key2(exercise: int, period: str, debt: int) -> str:
    """Return the second key of an ORMC: a letter, modulo 23.

    >>> key2(2000, "0", 900001), key2(2026, "3", 345)
    ('M', 'E')
    """
    return DEBT[int(f"{exercise % 100:02}{period}00{debt:013}") % 23]
