"""What is billed, as plugins say it: one line each, named by a key for ever."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

VERSION = 2
"""Of the form of items; one more when a field changes its meaning."""
Kind = Literal["meal", "care", "other"]


@dataclass(frozen=True, slots=True)
class Period:
    """The days to bill, both included."""

    first: date
    last: date
    payers: tuple[int, int] | None = None
    """Only what these adults pay, by number, the second left out; 0 stands for nobody.

    A town is billed slice by slice, so that its size never shows in memory. None for everything.
    """


@dataclass(frozen=True, slots=True)
class BillableItem:
    """One line to bill; asked again later, the same key says the same amount."""

    key: str
    """Names the line in the commune, whoever asks and whenever."""
    payer: int | None
    """Adult who pays; None when nobody may: an agent has to say who."""
    child: int
    day: date
    label: str
    kind: Kind
    quantity: int
    unit_cents: int
    amount_cents: int
    tax_care: bool
    """Counts for the tax credit for care of children under seven."""
    regie: str
    inputs: tuple[tuple[str, str], ...] = ()
    """What the amount depended on when the day was locked."""
    steps: tuple[str, ...] = ()
    """Each line of its calculation, in words."""
    missing: tuple[str, ...] = ()
    """What was not known when it was priced, as codes: ``quotient``."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing a period should bill and cannot yet."""

    key: str
    label: str
    day: date
    reason: str
    """A sentence: what is missing, and who can give it."""
    lines: int = 1
    """How many lines it holds back."""


def ordered(found: Iterable[BillableItem]) -> list[BillableItem]:
    """Return items by payer, child, day and key; raises ValueError when a key is there twice.

    >>> day = date(2026, 12, 3)
    >>> one = BillableItem("a", 2, 1, day, "Repas", "meal", 1, 310, 310, False, "")
    >>> ordered([one, one])
    Traceback (most recent call last):
    ...
    ValueError: billed twice: a
    """
    known: dict[str, BillableItem] = {}
    for one in found:
        if one.key in known:
            raise ValueError(f"billed twice: {one.key}")
        known[one.key] = one
    return sorted(known.values(), key=lambda one: (one.payer or 0, one.child, one.day, one.key))
