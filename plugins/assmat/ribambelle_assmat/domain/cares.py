"""Which children does a childminder take care of, and do they fit her accreditation?

Source: CASF, art. L421-4: at any moment, no more children than her accreditation says; at most six
under eleven, of whom at most four under three. Her own children count too, and are not declared
here: the PMI adds them when it looks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ribambelle_assmat.domain.slots import KEYS

PLANNINGS = {"regular": "Régulier, chaque semaine", "variable": "Variable"}
KINDS = {
    "start": "Début d’un accueil",
    "end": "Fin d’un accueil",
    "correct": "Correction d’un accueil",
    "cancel": "Annulation d’un accueil",
    "move": "Déménagement",
    "household": "Changement dans le foyer",
    "error": "Erreur dans le registre",
}
TOLD = ("move", "household", "error")
"""What she tells without a child in it."""
UNDER_ELEVEN, UNDER_THREE = 6, 4
WARNINGS = {
    "accredited": "plus d’enfants à la fois que l’agrément n’en permet",
    "eleven": "plus de six enfants de moins de onze ans à la fois",
    "three": "plus de quatre enfants de moins de trois ans à la fois",
}


@dataclass(frozen=True, slots=True)
class Care:
    """One child she takes care of."""

    born_on: date
    began_on: date
    ended_on: date | None = None
    """The last day of the care."""
    moments: int = 0
    """As `slots` counts them; 0: it varies, so that the child may be there at any moment."""


class Load(NamedTuple):
    """The most children there are at one moment of the week: in all, under eleven, under three."""

    children: int = 0
    under_eleven: int = 0
    under_three: int = 0


def is_current(one: Care, day: date) -> bool:
    """Tell whether a care goes on; its last day still counts.

    >>> one = Care(date(2025, 3, 1), date(2026, 9, 1), date(2026, 12, 18))
    >>> [is_current(one, date(2026, *day)) for day in ((8, 31), (9, 1), (12, 18), (12, 19))]
    [False, True, True, False]
    """
    return one.began_on <= day and (one.ended_on is None or day <= one.ended_on)


def years(born_on: date, day: date) -> int:
    """Return how old a child is.

    >>> years(date(2024, 2, 29), date(2027, 2, 28)), years(date(2024, 2, 29), date(2027, 3, 1))
    (2, 3)
    """
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def load(cares: Iterable[Care], day: date) -> Load:
    """Return the most children she has at one moment of the week of a day.

    >>> from ribambelle_assmat.domain.slots import days_mask
    >>> born, since = date(2025, 6, 1), date(2026, 9, 1)
    >>> monday, tuesday = (Care(born, since, None, days_mask([day])) for day in ("mon", "tue"))
    >>> load([monday, tuesday], date(2026, 11, 26))
    Load(children=1, under_eleven=1, under_three=1)
    >>> load([monday, tuesday, Care(date(2018, 1, 1), since)], date(2026, 11, 26))
    Load(children=2, under_eleven=2, under_three=1)
    """
    current = [one for one in cares if is_current(one, day)]
    sums = [_at(current, 1 << rank, day) for rank in range(len(KEYS))]
    return Load(*(max(one) for one in zip(*sums, strict=True)))


def _at(current: Sequence[Care], moment: int, day: date) -> Load:
    ages = [years(one.born_on, day) for one in current if not one.moments or one.moments & moment]
    return Load(len(ages), sum(age < 11 for age in ages), sum(age < 3 for age in ages))


def warnings(found: Load, accredited: int) -> list[str]:
    """Return what a declaration exceeds, as codes of WARNINGS.

    >>> warnings(Load(4, 4, 4), 4), warnings(Load(5, 5, 3), 4), warnings(Load(7, 7, 5), 8)
    ([], ['accredited'], ['eleven', 'three'])
    """
    over = {
        "accredited": found.children > accredited,
        "eleven": found.under_eleven > UNDER_ELEVEN,
        "three": found.under_three > UNDER_THREE,
    }
    return [code for code, is_over in over.items() if is_over]


def coming(
    cares: Iterable[Care], accredited: int, today: date
) -> tuple[date, Sequence[str]] | None:
    """Return the first day to come that exceeds something that today does not, and what.

    >>> from datetime import date
    >>> born = date(2025, 6, 1)
    >>> two = [Care(born, date(2026, 9, 1)), Care(born, date(2026, 10, 1), date(2027, 2, 26))]
    >>> march, april = Care(born, date(2027, 3, 1)), Care(born, date(2027, 4, 1))
    >>> coming([*two, march], 2, date(2026, 11, 26))
    >>> coming([*two, march, april], 2, date(2026, 11, 26))
    (datetime.date(2027, 4, 1), ['accredited'])
    """
    every = list(cares)
    now = warnings(load(every, today), accredited)
    # there are more children on a first day only
    for day in sorted({one.began_on for one in every if one.began_on > today}):
        more = [code for code in warnings(load(every, day), accredited) if code not in now]
        if more:
            return day, more
    return None


def freed(found: Load, accredited: int) -> int:
    """Return how many children more her accreditation would let her take at any moment.

    >>> freed(Load(2, 2, 1), 4), freed(Load(5, 5, 3), 4)
    (2, 0)
    """
    return max(0, accredited - found.children)
