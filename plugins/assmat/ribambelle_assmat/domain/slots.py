"""When does a childminder take a child? Seven days, six moments each, in one number."""

from collections.abc import Iterable, Sequence
from datetime import time
from itertools import pairwise

DAYS = (
    *(("mon", "lun", "lundi"), ("tue", "mar", "mardi"), ("wed", "mer", "mercredi")),
    *(("thu", "jeu", "jeudi"), ("fri", "ven", "vendredi"), ("sat", "sam", "samedi")),
    ("sun", "dim", "dimanche"),
)
MOMENTS = (
    *(("before", "Avant l’école", "avant 8 h"), ("morning", "Matin", "8 h à midi")),
    *(("noon", "Midi", "midi à 14 h"), ("afternoon", "Après-midi", "14 h à 17 h")),
    *(("after", "Soir", "après 17 h"), ("night", "Nuit", "")),
)
KEYS = tuple(f"{day}-{moment}" for day, _, _ in DAYS for moment, _, _ in MOMENTS)
BIT = {key: 1 << rank for rank, key in enumerate(KEYS)}
WHOLE_DAY = sum(BIT[f"mon-{moment}"] for moment in ("morning", "noon", "afternoon"))
"""What asking for a day means: from the morning to the end of the afternoon, on a Monday."""
TOLD = {
    **{"before": "avant l’école", "morning": "matin", "noon": "midi"},
    **{"afternoon": "après-midi", "after": "soir", "night": "nuit"},
}


def mask_of(keys: Iterable[str]) -> int:
    """Return some moments as one number; what is no moment is left out.

    >>> mask_of(["mon-before", "mon-morning", "lundi"])
    3
    """
    return sum(BIT[key] for key in set(keys) if key in BIT)


def keys_of(mask: int) -> list[str]:
    """Return the moments a number holds, in the order of the week.

    >>> keys_of(3)
    ['mon-before', 'mon-morning']
    """
    return [key for key, bit in BIT.items() if mask & bit]


def days_mask(days: Iterable[str]) -> int:
    """Return whole days as moments.

    >>> keys_of(days_mask(["tue"]))
    ['tue-morning', 'tue-noon', 'tue-afternoon']
    """
    codes = [code for code, _, _ in DAYS]
    ranks = [codes.index(day) for day in set(days) if day in codes]
    return sum(WHOLE_DAY << (rank * len(MOMENTS)) for rank in ranks)


SPANS = (0, 8, 12, 14, 17, 20, 24)
"""Hours between which each moment lies."""


def mask_between(days: Iterable[str], start: time | None, end: time | None) -> int:
    """Return the moments that days from one hour to another touch; whole days when no hour is said.

    >>> keys_of(mask_between(["mon"], time(7, 30), time(12)))
    ['mon-before', 'mon-morning']
    >>> mask_between(["tue"], None, None) == days_mask(["tue"])
    True
    >>> keys_of(mask_between(["tue"], None, time(13)))
    ['tue-morning', 'tue-noon']
    >>> keys_of(mask_between(["sun"], time(21), time(6)))
    ['mon-before', 'sun-night']
    """
    if start is None and end is None:
        return days_mask(days)
    begins = start.hour + start.minute / 60 if start else float(SPANS[1])
    ends = end.hour + end.minute / 60 if end else float(SPANS[4])
    if end is None and begins >= ends:
        ends = SPANS[-1]
    if start is None and ends <= begins:
        begins = 0
    if ends > begins:
        return _touched(days, begins, ends)
    # past midnight: the evening of the day, and the beginning of the next
    codes = [code for code, _, _ in DAYS]
    next_days = [codes[(codes.index(day) + 1) % len(codes)] for day in days if day in codes]
    return _touched(days, begins, SPANS[-1]) | _touched(next_days, 0, ends)


def _touched(days: Iterable[str], begins: float, ends: float) -> int:
    touched = [
        code
        for (code, _, _), (low, high) in zip(MOMENTS, pairwise(SPANS), strict=True)
        if begins < high and low < ends
    ]
    return mask_of(f"{day}-{code}" for day in days for code in touched)


def told(mask: int) -> str:
    """Say some moments in words; days that have the same ones are said together.

    >>> told(days_mask(["fri"]) | mask_of(["tue-afternoon", "tue-after"]))
    'le mardi après-midi et soir, et le vendredi'
    >>> told(mask_of(["mon-before", "mon-after", "thu-before", "thu-after"]))
    'les lundi et jeudi avant l’école et soir'
    >>> told(0)
    ''
    """
    alike: dict[int, list[str]] = {}
    for rank, (_, _, name) in enumerate(DAYS):
        if here := mask >> (rank * len(MOMENTS)) & (1 << len(MOMENTS)) - 1:
            alike.setdefault(here, []).append(name)
    found = [_days(names) + _rest(here) for here, names in alike.items()]
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])}, et {found[-1]}"


def _days(names: list[str]) -> str:
    return f"le {names[0]}" if len(names) == 1 else f"les {listed(names)}"


def _rest(here: int) -> str:
    """Say the moments of one day; a day from morning to afternoon is said whole."""
    if here & WHOLE_DAY != WHOLE_DAY:
        return f" {listed(_moments(here))}"
    rest = _moments(here & ~WHOLE_DAY)
    return f" avec {listed(rest)}" if rest else ""


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does.

    >>> listed(["matin", "midi", "soir"])
    'matin, midi et soir'
    """
    *first, last = words
    return f"{', '.join(first)} et {last}" if first else last


def _moments(mask: int) -> list[str]:
    return [TOLD[code] for rank, (code, _, _) in enumerate(MOMENTS) if mask & 1 << rank]
