"""An offer in words: the crèche, the days, the entry."""

from datetime import date

from ribambelle.web import formats
from ribambelle_creche.domain import week
from ribambelle_creche.tables import Offer


def told_of(offer: Offer) -> str:
    """Say what an offer gives, in one line, for a message and a letter."""
    return words(offer.facility.name, offer.slots, offer.start_on, offer.until)


def words(name: str, slots: int, start: date, until: date | None = None) -> str:
    """Say a crèche, its days and an entry.

    >>> words("Les Lilas", 15, date(2027, 1, 4)).replace(formats.NBSP, " ")
    'Les Lilas, lundi, mardi, à partir du lundi 4 janvier 2027'
    """
    said = f"{name}, {week.words(slots)}, à partir du {formats.jour(start, True)}"
    return f"{said}, jusqu’au {formats.jour(until, True)}" if until else said
