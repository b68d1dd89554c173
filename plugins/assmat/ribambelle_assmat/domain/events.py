"""May a childminder register for a meeting of her relais?"""

from dataclasses import dataclass
from datetime import datetime

WORDS = {
    "cancelled": "Cette rencontre est annulée.",
    "past": "Cette rencontre a déjà commencé.",
    "full": "Complet : la dernière place vient d’être prise.",
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """What decides: when it begins, how many may come, whether it still takes place."""

    begins: datetime
    places: int
    is_cancelled: bool = False


def closed(one: Meeting, taken: int, now: datetime) -> str:
    """Return why nobody may register, as a code of WORDS; nothing when somebody may.

    >>> nine = datetime(2026, 12, 3, 9)
    >>> closed(Meeting(nine, 8), 7, datetime(2026, 12, 3, 8)) == ""
    True
    >>> closed(Meeting(nine, 8), 8, datetime(2026, 12, 3, 8)), closed(Meeting(nine, 8), 0, nine)
    ('full', 'past')
    >>> closed(Meeting(nine, 8, is_cancelled=True), 0, datetime(2026, 12, 1))
    'cancelled'
    """
    if one.is_cancelled:
        return "cancelled"
    if one.begins <= now:
        return "past"
    return "full" if taken >= one.places else ""
