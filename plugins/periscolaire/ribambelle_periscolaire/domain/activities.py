"""What may a commune open, on which days, and what part of a day does it fill?"""

from collections.abc import Iterator

KINDS: dict[str, str] = {
    "canteen": "Cantine",
    "morning": "Accueil du matin",
    "evening": "Accueil du soir",
    "wednesday": "Mercredi",
    "holidays": "Vacances",
    "workshop": "Atelier ou évènement",
}
RUNS: dict[str, str] = {
    "school": "les jours d’école",
    "wednesday": "les mercredis hors vacances",
    "holidays": "pendant les vacances scolaires",
    "always": "tous les jours ouvrés",
}
BOOKED: dict[str, str] = {
    "online": "Réservée sur le portail",
    "on_site": "Sur place seulement",
}
PARTS: dict[int, str] = {1: "matin", 2: "midi", 4: "après-midi", 8: "soir"}
"""The parts of a day a group fills one by one; a unit takes one or several."""


def each(parts: int) -> Iterator[int]:
    """Give the parts a unit takes, the earliest first.

    >>> list(each(7)), list(each(8))
    ([1, 2, 4], [8])
    """
    return (part for part in PARTS if parts & part)


def on(weekdays: int, weekday: int) -> bool:
    """Tell whether days of the week, as bits, hold this one; 0 is Monday.

    >>> on(1 << 2, 2), on(1 << 2, 3)
    (True, False)
    """
    return bool(weekdays >> weekday & 1)
