"""What does a childminder cost a family once the CAF has paid its part?

Source: code de la sécurité sociale, art. L531-5 and D531-18, as they stand since 1 September 2025.
The CMG is the cost of the month times what is left of one when the family's share is taken away;
that share is its monthly resources, between a floor and a ceiling, times a rate that falls with the
number of children, over the hourly price of reference. Nothing is paid above a ceiling by the hour.

**Rounding.** Everything stays a fraction until the CMG of the month, rounded once to the cent, half a
cent up. What the family pays is the rest.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from ribambelle.errors import Refused

MILLION = 1_000_000
TOLD = {
    "reference": "Prix horaire de référence",
    "hourly_ceiling": "Plafond horaire",
    "floor": "Plancher des ressources",
    "ceiling": "Plafond des ressources",
    "rates": "Taux d’effort",
}


@dataclass(frozen=True, slots=True)
class Scale:
    """The figures of the CMG from one day on; amounts in cents."""

    valid_from: date
    reference: int
    """The price of an hour at which a childminder costs what a crèche does."""
    hourly_ceiling: int
    """What is above it in the price of an hour is never counted."""
    floor: int
    ceiling: int
    """Of the month's resources."""
    rates: tuple[int, ...]
    """Millionths of the resources an hour costs, by number of children."""
    source: str
    to_verify: tuple[str, ...] = ()
    """Codes of TOLD: not yet compared to the text that sets them."""


@dataclass(frozen=True, slots=True)
class Care:
    """What a price depends on."""

    monthly_income: int
    children: int
    hours: int
    """Of a month."""
    hourly: int = 0
    """Paid to her for an hour, upkeep and meals in it; 0: the price of reference."""
    disabled: int = 0
    """Children of the family with the AEEH."""


@dataclass(frozen=True, slots=True)
class Price:
    """A month worked through; amounts in cents."""

    scale: Scale
    hourly: int
    cost: int
    """What she is paid."""
    counted: int
    """What the CMG counts of it: nothing above the ceiling by the hour."""
    resources: int
    rate: int
    cmg: int

    @property
    def pays(self) -> int:
        """What is left to the family."""
        return self.cost - self.cmg

    @property
    def is_above(self) -> bool:
        """Tell whether an hour costs more than the CMG counts."""
        return self.counted < self.cost


def scales(text: str) -> tuple[Scale, ...]:
    """Read the dated figures shipped with the plugin; raises ValueError when they are out of order.

    >>> one = '[[scale]]\\nvalid_from = 2025-09-01\\nreference = 485\\nhourly_ceiling = 800\\n'
    >>> one += 'floor = 81462\\nceiling = 850000\\nrates = [619]\\nsource = "s"\\n'
    >>> scales(one)[0].reference, scales(one)[0].to_verify
    (485, ())
    """
    found = tuple(
        Scale(
            **{name: one[name] for name in ("valid_from", "reference", "hourly_ceiling")},
            **{name: one[name] for name in ("floor", "ceiling", "source")},
            rates=tuple(one["rates"]),
            to_verify=tuple(one.get("to_verify", ())),
        )
        for one in tomllib.loads(text)["scale"]
    )
    if any(later.valid_from <= before.valid_from for before, later in pairwise(found)):
        raise ValueError("figures are written oldest first")
    if unknown := {code for one in found for code in one.to_verify} - set(TOLD):
        raise ValueError(f"unknown figures: {sorted(unknown)}")
    return found


def on(known: Sequence[Scale], day: date) -> Scale:
    """Return the figures that stand on a day; raises Refused before the first of them."""
    standing = [one for one in known if one.valid_from <= day]
    if not standing:
        raise Refused("cmg_unknown", day=day)
    return standing[-1]


def price(scale: Scale, care: Care) -> Price:
    """Return what a month costs, what the CAF pays of it, and what is left.

    The example the CAF gives: 3 000 € a month, one child, 125 hours at the price of reference.

    >>> rates = (619, 516, 413, 310, 310, 310, 310, 206)
    >>> scale = Scale(date(2025, 9, 1), 485, 800, 81462, 850000, rates, "CAF")
    >>> found = price(scale, Care(300_000, 1, 125))
    >>> found.cost, found.cmg, found.pays
    (60625, 37413, 23212)

    Above the ceiling by the hour, all of what is above is left to the family.

    >>> found = price(scale, Care(300_000, 1, 100, hourly=900))
    >>> found.is_above, found.cost - found.counted
    (True, 10000)
    >>> price(scale, Care(850_000, 1, 100)).cmg
    0
    """
    hourly = care.hourly or scale.reference
    resources = min(max(care.monthly_income, scale.floor), scale.ceiling)
    rate = _rate(scale.rates, care.children, care.disabled)
    counted = min(hourly, scale.hourly_ceiling) * care.hours
    share = Fraction(resources * rate, MILLION * scale.reference)
    cmg = _cents(max(Fraction(0), counted * (1 - share)))
    return Price(scale, hourly, hourly * care.hours, counted, resources, rate, cmg)


def _rate(rates: Sequence[int], children: int, disabled: int) -> int:
    """Return the rate of a family: the one below, once for each child with the AEEH.

    >>> _rate((619, 516, 413, 310, 310), 1, 1), _rate((619, 516, 413, 310, 310), 9, 2)
    (516, 310)
    """
    steps = sorted(set(rates), reverse=True)
    own = rates[min(max(children, 1), len(rates)) - 1]
    return steps[min(steps.index(own) + max(disabled, 0), len(steps) - 1)]


def _cents(amount: Fraction) -> int:
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
