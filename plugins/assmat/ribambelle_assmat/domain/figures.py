"""What do the figures of the directory count, and which of them may be shown?

A count under five is hidden with as many others as it takes for nobody to find it by subtraction.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from ribambelle.calendar.months import later
from ribambelle.statistics import Cell, protected
from ribambelle_assmat.domain.availability import Standing

KINDS = {
    "search": "Recherches",
    "nothing": "Recherches sans personne qui convienne",
    "letter": "Messages envoyés aux assistantes maternelles",
}
AGES = {
    "6": "Moins d’un an",
    "18": "Un an",
    "30": "Deux ans",
    "60": "Trois ans et plus",
    "": "Âge non dit",
}
"""By months of a child in the middle of the band."""
LEAST = 5
MONTHS_AHEAD = 13


def band_of(months: int | None) -> str:
    """Return the band an age is in, as `AGES` names it.

    >>> band_of(0), band_of(12), band_of(35), band_of(70), band_of(None)
    ('6', '18', '30', '60', '')
    """
    if months is None:
        return ""
    return next(
        (code for code, least in (("60", 36), ("30", 24), ("18", 12)) if months >= least), "6"
    )


def median(days: Mapping[int, int]) -> int | None:
    """Return the age in the middle, from how many there are of each age; None when there is none.

    >>> median({0: 1, 10: 2, 40: 2}), median({}), median({3: 1, 9: 1})
    (10, None, 3)
    """
    middle, seen = (sum(days.values()) + 1) // 2, 0
    for age, many in sorted(days.items()):
        seen += many
        if seen >= middle > 0:
            return age
    return None


def is_open(one: Standing, month: date) -> bool:
    """Tell whether a place is free at some time of a month, given by its first day.

    >>> april = date(2027, 4, 1)
    >>> [is_open(Standing("later", day), april) for day in (date(2027, 4, 30), date(2027, 5, 1))]
    [True, False]
    >>> is_open(Standing("now"), april), is_open(Standing("unknown"), april)
    (True, False)
    """
    if one.state == "later" and one.opens is not None:
        return one.opens < later(month, 1)
    return one.state == "now"


def column(counts: Sequence[int]) -> list[Cell]:
    """Return counts that add up, small ones hidden so that none comes back; their total is last.

    >>> column([12, 3, 30]), column([2, 1])
    ([HIDDEN, HIDDEN, 30, 45], [HIDDEN, HIDDEN, HIDDEN])
    >>> column([0, 8]), column([])
    ([0, 8, 8], [0])
    """
    if not counts:
        return [0]
    return [row[0] for row in protected([[one] for one in counts], LEAST).cells]
