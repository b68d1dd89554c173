"""A week of ten half-days, as families tick it and as the database keeps it."""

from collections.abc import Iterable

DAYS = (
    ("mon", "lun", "lundi"),
    ("tue", "mar", "mardi"),
    ("wed", "mer", "mercredi"),
    ("thu", "jeu", "jeudi"),
    ("fri", "ven", "vendredi"),
)
HALVES = ("am", "pm")
NAMES = {
    "mon-am": "lundi matin",
    "mon-pm": "lundi après-midi",
    "tue-am": "mardi matin",
    "tue-pm": "mardi après-midi",
    "wed-am": "mercredi matin",
    "wed-pm": "mercredi après-midi",
    "thu-am": "jeudi matin",
    "thu-pm": "jeudi après-midi",
    "fri-am": "vendredi matin",
    "fri-pm": "vendredi après-midi",
}
"""Each half-day written whole: other languages say it as one."""
SLOTS = tuple(f"{day}-{half}" for day, _, _ in DAYS for half in HALVES)


def bits(slots: Iterable[str]) -> int:
    """Return a week as a number; half-days that do not exist are refused by ValueError.

    >>> bits(["mon-am", "mon-pm", "fri-pm"])
    515
    """
    found = 0
    for slot in slots:
        found |= 1 << SLOTS.index(slot)
    return found


def slots(number: int) -> tuple[str, ...]:
    """Return the half-days of a number, in order.

    >>> slots(515)
    ('mon-am', 'mon-pm', 'fri-pm')
    """
    return tuple(slot for place, slot in enumerate(SLOTS) if number >> place & 1)


def count(number: int) -> int:
    """Return how many half-days a week holds.

    >>> count(515)
    3
    """
    return number.bit_count()


def words(number: int) -> str:
    """Return a week in French words.

    >>> words(bits(["mon-am", "mon-pm", "tue-am", "fri-pm"]))
    'lundi, mardi matin, vendredi après-midi'
    >>> words(1023)
    'du lundi au vendredi, toute la journée'
    """
    if number == (1 << len(SLOTS)) - 1:
        return "du lundi au vendredi, toute la journée"
    told = []
    for place, (code, _, day) in enumerate(DAYS):
        half = number >> 2 * place & 3
        if half:
            told.append(day if half == 3 else NAMES[f"{code}-{HALVES[half - 1]}"])
    return ", ".join(told)
