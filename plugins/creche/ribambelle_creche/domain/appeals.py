"""A family contests an answer: until when it may, and until when the town hall answers."""

import calendar
from datetime import date

OUTCOMES = {"upheld": "Réponse maintenue", "changed": "Réponse modifiée"}
REASONS = {
    "A1": "Points et places vérifiés, rien ne change",
    "A2": "Pièce absente le jour de la clôture",
    "A3": "Recours reçu hors délai",
    "A4": "Points recomptés",
    "A5": "Demande réexaminée",
    "A6": "Autre motif, écrit à la famille",
}
"""Why an appeal is answered so: a closed list, kept with the answer."""
MONTHS = 2
"""Both delays: to contest (CJA, art. R. 421-1), and silence that means no (CRPA, art. L. 231-4)."""


def until(day: date) -> date:
    """Return the day two months later, the end of a long month being that of a short one.

    >>> until(date(2026, 12, 5)), until(date(2026, 12, 31))
    (datetime.date(2027, 2, 5), datetime.date(2027, 2, 28))
    """
    years, month = divmod(day.month - 1 + MONTHS, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def is_maybe_late(decided_on: date, today: date) -> bool:
    """Tell whether two months have passed since the answer: the last day counts whole.

    Only maybe: the law counts from the day the family receives the letter, which nobody knows.

    >>> [is_maybe_late(date(2026, 12, 5), date(2027, 2, day)) for day in (5, 6)]
    [False, True]
    """
    return today > until(decided_on)
