"""A place given at once, outside of any commission: why, for how long, where there is room."""

from collections.abc import Iterable
from datetime import date, timedelta

from ribambelle_creche.domain.age import months_between
from ribambelle_creche.domain.capacity import half_day
from ribambelle_creche.domain.resources import House, demand, place_of, resources

REASONS = {
    "U1": "Protection de l’enfance",
    "U2": "Hospitalisation d’un parent",
    "U3": "Reprise d’emploi ou de formation immédiate",
    "U4": "Arrêt soudain du mode de garde",
    "U5": "Mise à l’abri d’une famille",
}
"""Why a place may be given at once: a closed list, published without a name."""
WEEK = "la semaine entière de la crèche"
WHY = {"all": " (crèche pleine)", "staff": " (pas assez d’adultes)"}
LONGEST = timedelta(days=184)
"""An emergency lasts six months at most: then the child passes by a commission like any other."""

OLDEST_MONTHS = 72
"""A crèche receives nobody of six years (CSP, art. L. 2324-1)."""


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


def wrong_age(birth: date, start: date) -> str:
    """Return what to say where a child is not born, or is too old for a crèche, on its first day.

    >>> wrong_age(date(2027, 3, 1), date(2026, 12, 1))
    'L’enfant n’est pas né ce jour-là : le premier jour vient après sa naissance.'
    >>> wrong_age(date(2024, 6, 5), date(2126, 12, 1))
    'L’enfant aura six ans ou plus ce jour-là : vérifiez l’année.'
    >>> wrong_age(date(2026, 3, 14), date(2026, 12, 1))
    ''
    """
    if start < birth:
        return "L’enfant n’est pas né ce jour-là : le premier jour vient après sa naissance."
    if months_between(birth, start) >= OLDEST_MONTHS:
        return "L’enfant aura six ans ou plus ce jour-là : vérifiez l’année."
    return ""


def lacking(house: House, age_group: str, slots: int, children: int = 1) -> list[str]:
    """Return what has no room left for all children of a file, as names of resources.

    A section, the whole crèche, its adults and its week are all looked at, as a commission does.

    >>> monday = {("babies", 0, "am"): 1, ("babies", 0, "pm"): 0}
    >>> lacking(House(12, (monday,), ({},), 10), "babies", 0b11)
    ['12/babies/mon-pm']
    >>> lacking(House(12, (monday,), ({},), 10), "babies", 0b01, children=2)
    ['12/babies/mon-am']

    Its section has a place, and the crèche has as many children as it may; or too few adults.

    >>> there = {("middle", 0, "am"): 10}
    >>> lacking(House(12, (monday,), (there,), 10), "babies", 0b01)
    ['12/all/mon-am']
    >>> lacking(House(12, (monday,), (there,), 12, adults={"mon-am": 1}), "babies", 0b01)
    ['12/all/mon-am', '12/staff/mon-am']
    """
    left = resources(house)
    asked = demand(house, [age_group], slots)
    return [name for name, taken in asked.items() if left.get(name, 0) < taken * children]


def told(blocked: Iterable[str]) -> str:
    """Say what has no room, half-day by half-day, and why when it is not the section.

    >>> told(["12/babies/mon-am", "12/all/mon-am", "12/all/wed-pm", "12/staff/fri-am"])
    'lundi matin, mercredi après-midi (crèche pleine), vendredi matin (pas assez d’adultes)'
    >>> told(["12/all/week"])
    'la semaine entière de la crèche'
    """
    found: dict[str, str] = {}
    for name in blocked:
        _, what, slot = name.split("/")
        found.setdefault(slot, WHY.get(what, ""))
    return ", ".join(
        WEEK if slot == "week" else f"{half_day(*place_of(slot))}{why}"
        for slot, why in found.items()
    )
