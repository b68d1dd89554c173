"""A situation several services look at together: why, and what each thinks of it."""

from datetime import date

REASONS = {
    "C1": "Situation familiale difficile",
    "C2": "Santé ou handicap",
    "C3": "Logement ou urgence sociale",
    "C4": "Parcours d’insertion",
    "C5": "Accueil qui demande plusieurs crèches",
}
"""Why a file is shared: a closed list, never a narrative."""
OPINIONS = {
    "for": "Favorable",
    "conditions": "Favorable sous conditions",
    "against": "Défavorable",
    "none": "Sans avis",
}
READERS = ("partner",)
"""Roles that read what is shared with them, and change nothing."""
SPEAKERS = ("creche_manager", "commission_member", "creche_advisor", "pmi")
"""Roles that give an opinion on what is shared with them."""
MEMBERS = (*SPEAKERS, *READERS)
"""Roles a situation may be shared with."""


def is_late(answer_by: date, today: date, *, has_answered: bool) -> bool:
    """Tell whether an opinion is late: its last day counts whole.

    >>> is_late(date(2026, 12, 4), date(2026, 12, 5), has_answered=False)
    True
    >>> is_late(date(2026, 12, 4), date(2026, 12, 4), has_answered=False)
    False
    """
    return today > answer_by and not has_answered
