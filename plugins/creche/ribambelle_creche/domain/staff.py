"""How many adults has a crèche at each half-day, and how many children may they look after?

CSP, art. R. 2324-46-4: one adult for five children who do not walk and eight who do, or one for
six of any age, as the crèche chose; two adults at least, but in a micro-crèche with three children.
"""

from collections.abc import Mapping

from ribambelle_creche.domain import capacity
from ribambelle_creche.domain.week import SLOTS, shown

RATIOS = {
    "5-8": "Un adulte pour cinq enfants qui ne marchent pas, ou huit qui marchent",
    "6": "Un adulte pour six enfants, de tous âges",
}
MICRO = 12
"""A crèche of this many places at most may have one adult alone, with three children."""
ALONE = 3
"""Children one adult alone may look after there."""
MANY = 99


def field(slot: str) -> str:
    """Return the name a form gives to the adults of a half-day.

    >>> field("mon-am")
    'adults-mon-am'
    """
    return f"adults-{slot}"


def most_children(adults: int | None, authorised: int, most: int) -> int:
    """Return how many children may be there at once whatever their age; `most` unless one is alone.

    >>> most_children(1, 10, 11), most_children(2, 10, 11), most_children(None, 10, 11)
    (3, 11, 11)
    >>> most_children(1, 30, 34)
    0
    """
    if adults != 1:
        return most
    return min(ALONE, most) if authorised <= MICRO else 0


def read(
    form: Mapping[str, object], authorised: int, *, saturday: bool = False
) -> tuple[dict[str, int], str, dict[str, str]]:
    """Return the adults typed by half-day, the ratio, and what is wrong; none when nothing is said.

    >>> typed = {**{field(slot): "3" for slot in SLOTS}, "ratio": "6"}
    >>> adults, ratio, errors = read(typed, 30)
    >>> adults["fri-pm"], ratio, errors
    (3, '6', {})
    >>> read({field(slot): "" for slot in SLOTS}, 30)
    ({}, '5-8', {})
    >>> read({"adults-mon-am": "3", "adults-mon-pm": "1"}, 30)[2]["adults-mon-pm"]
    'Lundi après-midi : deux adultes au moins dès qu’un enfant est là.'
    >>> read({"adults-mon-am": "3"}, 30)[2]["adults-mon-pm"]
    'Lundi après-midi : écrivez combien d’adultes, 0 si la crèche est fermée.'
    """
    typed = {slot: str(form.get(field(slot), "")).strip() for slot in shown(saturday=saturday)}
    ratio = str(form.get("ratio", "5-8"))
    errors = {} if ratio in RATIOS else {"ratio": "Choisissez un des deux taux."}
    if not any(typed.values()):
        return {}, ratio if ratio in RATIOS else "5-8", errors
    adults: dict[str, int] = {}
    for slot, text in typed.items():
        number = capacity.number(text) if text else None
        when = capacity.half_day(*_when(slot)).capitalize()
        if number is None or number > MANY:
            errors[field(slot)] = f"{when} : écrivez combien d’adultes, 0 si la crèche est fermée."
        elif number == 1 and authorised > MICRO:
            errors[field(slot)] = f"{when} : deux adultes au moins dès qu’un enfant est là."
        adults[slot] = number or 0
    return adults, ratio, errors


def _when(slot: str) -> tuple[int, str]:
    rank = SLOTS.index(slot)
    return rank // 2, ("am", "pm")[rank % 2]
