"""How many places for a hundred children under three? The measure of the CNAF, by quartier.

A quartier hides its neighbours' places: the number says what is near, never who may have it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

MOST = 99_999


@dataclass(frozen=True, slots=True)
class Figure:
    """Children under three of one part of the town: how many, counted when, by whom."""

    children: int
    counted_on: date
    source: str


def per_hundred(places: int, children: int) -> float | None:
    """Return the places for a hundred children; None where no child is known.

    >>> per_hundred(30, 80), per_hundred(12, 0)
    (37.5, None)
    """
    return round(100 * places / children, 1) if children else None


def read(
    form: Mapping[str, object], areas: Mapping[int, str], field: str = "enfants"
) -> tuple[dict[int, int], dict[str, str]]:
    """Return the children typed by part of the town, and what is wrong; a blank is not known, not zero.

    >>> read({"enfants-1": "120", "enfants-2": ""}, {1: "Centre", 2: "Gare"})
    ({1: 120}, {})
    >>> read({"enfants-1": "cent"}, {1: "Centre"})[1]
    {'enfants-1': 'Centre : écrivez un nombre entier, ou rien.'}
    """
    found: dict[int, int] = {}
    errors: dict[str, str] = {}
    for area, name in areas.items():
        typed = str(form.get(f"{field}-{area}", "")).strip()
        if not typed:
            continue
        if typed.isascii() and typed.isdecimal() and int(typed[:9]) <= MOST:
            found[area] = int(typed)
        else:
            errors[f"{field}-{area}"] = f"{name} : écrivez un nombre entier, ou rien."
    return found, errors
