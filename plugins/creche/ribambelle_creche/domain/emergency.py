"""A place given at once, outside of any commission: why, for how long, where there is room."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from ribambelle_creche.domain.capacity import Place
from ribambelle_creche.domain.supply import half_days

REASONS = {
    "U1": "Protection de l’enfance",
    "U2": "Hospitalisation d’un parent",
    "U3": "Reprise d’emploi ou de formation immédiate",
    "U4": "Arrêt soudain du mode de garde",
    "U5": "Mise à l’abri d’une famille",
}
"""Why a place may be given at once: a closed list, published without a name."""
LONGEST = timedelta(days=184)
"""An emergency lasts six months at most: then the child passes by a commission like any other."""


def wrong_days(start: date, until: date, today: date) -> dict[str, str]:
    """Return one sentence per day that cannot be.

    >>> wrong_days(date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 25))
    {'until': 'Le dernier jour vient après le premier.'}
    >>> wrong_days(date(2026, 12, 1), date(2027, 9, 1), date(2026, 11, 25))
    {'until': 'Une urgence dure six mois au plus.'}
    >>> wrong_days(date(2026, 12, 1), date(2027, 2, 26), date(2026, 11, 25))
    {}
    """
    errors = {}
    if start < today:
        errors["start_on"] = "Le premier jour est aujourd’hui ou plus tard."
    if until < start:
        errors["until"] = "Le dernier jour vient après le premier."
    elif until - start > LONGEST:
        errors["until"] = "Une urgence dure six mois au plus."
    return errors


def full(
    free: Mapping[Place, int], age_group: str, slots: int, children: int = 1
) -> list[tuple[int, str]]:
    """Return the half-days asked that have no room left in a section for all children of a file.

    >>> monday = {("babies", 0, "am"): 1, ("babies", 0, "pm"): 0}
    >>> full(monday, "babies", 0b11), full(monday, "babies", 0b01, children=2)
    ([(0, 'pm')], [(0, 'am')])
    """
    return [when for when in half_days(slots) if free.get((age_group, *when), 0) < children]


def told(blocked: Iterable[tuple[int, str]]) -> str:
    """Say half-days.

    >>> told([(0, "am"), (2, "pm")])
    'lundi matin, mercredi après-midi'
    """
    from ribambelle_creche.domain.week import DAYS

    words = {"am": "matin", "pm": "après-midi"}
    return ", ".join(f"{DAYS[day][2]} {words[half]}" for day, half in blocked)
