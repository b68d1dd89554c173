"""May a child be registered to an activity, or leave it?"""

from dataclasses import dataclass
from datetime import date, datetime

from ribambelle_bibliotheque.domain.ages import fits

TOO_LATE = "L’activité a commencé : appelez la bibliothèque."
CANCELLED = "L’activité est annulée. Choisissez-en une autre."


@dataclass(frozen=True, slots=True)
class Terms:
    """What an activity asks of a child."""

    begins_at: datetime
    from_age: int
    to_age: int
    is_cancelled: bool = False


def refusal(terms: Terms, born_on: date | None, has_card: bool, now: datetime) -> str:
    """Return why a child may not be registered, in words; nothing when it may.

    >>> terms = Terms(datetime(2026, 12, 2, 10, 30), 3, 6)
    >>> refusal(terms, date(2021, 5, 3), True, datetime(2026, 11, 25, 9))
    ''
    >>> refusal(terms, date(2015, 5, 3), True, datetime(2026, 11, 25, 9))
    'Cette activité reçoit les enfants de 3 à 6 ans. Choisissez-en une autre.'
    >>> refusal(terms, date(2021, 5, 3), False, datetime(2026, 11, 25, 9))
    'Il faut d’abord une carte : demandez-la sur cette page.'
    >>> refusal(terms, date(2021, 5, 3), True, datetime(2026, 12, 2, 10, 30))
    'L’activité a commencé : appelez la bibliothèque.'
    """
    if terms.is_cancelled:
        return CANCELLED
    if now >= terms.begins_at:
        return TOO_LATE
    if not fits(born_on, terms.begins_at.date(), terms.from_age, terms.to_age):
        ages = f"de {terms.from_age} à {terms.to_age} ans"
        return f"Cette activité reçoit les enfants {ages}. Choisissez-en une autre."
    return "" if has_card else "Il faut d’abord une carte : demandez-la sur cette page."
