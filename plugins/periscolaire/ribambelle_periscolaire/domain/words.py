"""French words that several rules need to say what they did."""

from collections.abc import Sequence
from datetime import date, time
from fractions import Fraction

NBSP = "\u00a0"
THIN = "\u202f"
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
EXACT = 4
"""Decimals past which an amount is said rounded."""


def hour(at: time) -> str:
    """Write an hour, its « h » glued to its numbers.

    >>> hour(time(23, 59)).replace(NBSP, "_"), hour(time(10)).replace(NBSP, "_")
    ('23_h_59', '10_h')
    """
    told = f"{at.hour}{NBSP}h"
    return f"{told}{NBSP}{at.minute:02}" if at.minute else told


def day(one: date) -> str:
    """Write a day with its year.

    >>> day(date(2026, 9, 1))
    '1er septembre 2026'
    """
    return f"{'1er' if one.day == 1 else one.day} {MONTHS[one.month - 1]} {one.year}"


def euros(cents: int | Fraction) -> str:
    """Write an amount given in cents; fractions of a cent show, up to a hundredth of one.

    >>> [euros(one).replace(THIN, "_") for one in (320, Fraction(2885, 10), -5, Fraction(100, 3))]
    ['3,20_€', '2,885_€', '−0,05_€', 'environ 0,3333_€']
    """
    sign = "−" if cents < 0 else ""
    if isinstance(cents, int) or cents.denominator == 1:
        units, rest = divmod(abs(int(cents)), 100)
        return f"{sign}{_grouped(units)},{rest:02}{THIN}€"
    scaled = abs(cents) * 10 ** (EXACT - 2)
    told = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    units, rest = divmod(told, 10**EXACT)
    decimals = f"{rest:0{EXACT}}"
    decimals = decimals[:2] + decimals[2:].rstrip("0")
    about = "" if scaled.denominator == 1 else "environ "
    return f"{about}{sign}{_grouped(units)},{decimals}{THIN}€"


def _grouped(units: int) -> str:
    return f"{units:,}".replace(",", THIN)


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence does.

    >>> listed(["le samedi", "le dimanche", "les jours fériés"]), listed(["le samedi"])
    ('le samedi, le dimanche et les jours fériés', 'le samedi')
    """
    *first, last = words
    return f"{', '.join(first)} et {last}" if first else last


def several(count: int, one: str, many: str = "") -> str:
    """Write a number of things.

    >>> several(1, "jour"), several(15, "jour"), several(2, "jour ouvré", "jours ouvrés")
    ('1 jour', '15 jours', '2 jours ouvrés')
    """
    return f"{count} {one if count < 2 else many or one + 's'}"
