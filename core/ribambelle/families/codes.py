"""What does a code printed on a letter look like, and how is it read back?

Eight letters and digits of twenty-eight that nobody takes for one another: 38 bits. The birth date
of a child, asked beside it, adds twelve; a family name, about eight.
"""

import secrets
from collections.abc import Iterable
from datetime import date

from ribambelle.search import fold

ALPHABET = "ACDEFGHJKMNPQRTUVWXY23456789"
LENGTH = 8
PREFIX = 4
"""Letters of a code under which tries are counted."""
TAKEN_FOR = str.maketrans({"B": "8", "S": "5", "Z": "2"})


def new_code() -> str:
    """Return a new code.

    >>> code = new_code()
    >>> len(code), set(code) <= set(ALPHABET)
    (8, True)
    """
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """Return a code as it is printed.

    >>> shown("KM7QX4TA")
    'KM7Q-X4TA'
    """
    return f"{code[:PREFIX]}-{code[PREFIX:]}"


def bare(typed: str) -> str:
    """Return a code as it is compared, whatever was typed between its letters.

    >>> bare(" km7q x4ta "), bare("KM7Q-X4TA"), bare("8S2Z")
    ('KM7QX4TA', 'KM7QX4TA', '8522')
    """
    letters = "".join(c for c in typed.upper() if c.isascii() and c.isalnum())
    return letters.translate(TAKEN_FOR)


def agrees(
    born: Iterable[date | None], family_name: str, *, born_on: date | None, named: str
) -> bool:
    """Tell whether what was typed beside a code is true of the family it was printed for.

    A birth date of one of the children; the family name only where no child is born yet.

    >>> zoe = date(2024, 3, 14)
    >>> agrees([zoe, None], "Payet", born_on=zoe, named="")
    True
    >>> agrees([zoe], "Payet", born_on=None, named="Payet")
    False
    >>> agrees([None], "D’Aubigné", born_on=None, named="d aubigne")
    True
    """
    days = {day for day in born if day is not None}
    if days:
        return born_on in days
    return bool(fold(named)) and fold(named) == fold(family_name)
