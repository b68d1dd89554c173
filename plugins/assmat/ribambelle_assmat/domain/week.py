"""Her week beside the one a family asks: what suits, what is missing, what is free besides."""

from typing import NamedTuple

from ribambelle_assmat.domain.slots import BIT, DAYS, MOMENTS

ALWAYS = ("morning", "noon", "afternoon")
WEEKEND = ("sat", "sun")


class Line(NamedTuple):
    """One day."""

    short: str
    cells: tuple[str, ...]
    """Codes: ok (asked and free), manque (asked only), plus (free only), or nothing."""


def compared(free: int, asked: int) -> list[Line]:
    """Return a week day by day, from the morning down; a weekend only when somebody speaks of it.

    >>> from ribambelle_assmat.domain.slots import days_mask, mask_of
    >>> week = compared(days_mask(["mon"]), days_mask(["mon"]) | mask_of(["tue-noon"]))
    >>> week[0].cells, week[1].cells, len(week)
    (('ok', 'ok', 'ok'), ('', 'manque', ''), 5)
    """
    told = free | asked
    days = [day for day in DAYS if day[0] not in WEEKEND or told >> _shift(day[0]) & _DAY]
    moments = [
        code
        for code, _, _ in MOMENTS
        if code in ALWAYS or any(asked & BIT[f"{day}-{code}"] for day, _, _ in DAYS)
    ]
    return [
        Line(short, tuple(_cell(free, asked, BIT[f"{day}-{code}"]) for code in moments))
        for day, short, _ in days
    ]


_DAY = (1 << len(MOMENTS)) - 1


def _shift(day: str) -> int:
    return [code for code, _, _ in DAYS].index(day) * len(MOMENTS)


def _cell(free: int, asked: int, bit: int) -> str:
    if asked & bit:
        return "ok" if free & bit else "manque"
    return "plus" if free & bit else ""
