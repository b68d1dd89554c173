"""What may a family declare for the care of its children?

Source: Code général des impôts, art. 200 quater B: child under six on the first of January of the
year, care and not meals, amounts paid in the year.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Settled:
    """What was paid in a year of one invoice, credit notes counted in what it comes to."""

    cents: int
    """What it comes to."""
    care: Mapping[str, int]
    """By child, what of it is care that counts."""
    paid: int
    before: int = 0
    """What was paid of it in the years before."""


def is_young(born_on: date | None, year: int) -> bool:
    """Tell whether a child is under six on the first of January of a year.

    >>> is_young(date(2020, 1, 1), 2026), is_young(date(2020, 1, 2), 2026)
    (False, True)
    """
    return born_on is not None and born_on > date(year - 6, 1, 1)


def care_paid(invoices: Iterable[Settled]) -> dict[str, int]:
    """Return what was paid for the care of each child, in cents, rounded down.

    A payment pays every line of its invoice alike. An invoice lowered since is never certified for
    more than it comes to, however many years paid it.

    >>> half = Settled(cents=10_000, care={"Noé": 4_000}, paid=5_000)
    >>> care_paid([half, Settled(2_000, {"Noé": 2_000}, 2_000)])
    {'Noé': 4000}
    >>> care_paid([Settled(cents=5_000, care={"Noé": 5_000}, paid=4_000, before=3_000)])
    {'Noé': 2000}
    """
    found: Counter[str] = Counter()
    for one in invoices:
        if one.cents <= 0:
            continue
        paid = min(one.before + one.paid, one.cents) - min(one.before, one.cents)
        for child, cents in one.care.items():
            found[child] += max(0, cents) * paid // one.cents
    return {child: cents for child, cents in found.items() if cents > 0}
