"""What does an hour at the crèche cost a family, and what does a month?

The national scale (PSU): the resources of a month, between a floor and a ceiling, times a rate that
falls with the number of dependent children. A child with the AEEH counts as one more.

**Rounding.** Cents are exact. Resources of the month are those of the year divided by twelve, and
everything stays a fraction until the hourly price, rounded once to the cent, half a cent up. The
month is that price times the hours of the month, rounded the same way.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from ribambelle.errors import Refused

COLLECTIVE = "collective"
FAMILY = "family"
MILLION = 1_000_000
MONTHS = 12
SIXTIETHS = 60


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one kind of crèche from one day on, in millionths, by number of children."""

    valid_from: date
    kind: str
    label: str
    millionths: tuple[int, ...]
    source: str
    to_verify: bool = False

    def of(self, children: int) -> int:
        """Return the rate for so many children; past the end of the table, its last.

        >>> Rates(date(2022, 1, 1), "", "", (619, 516), "").of(9)
        516
        """
        return self.millionths[min(max(children, 1), len(self.millionths)) - 1]


@dataclass(frozen=True, slots=True)
class Bound:
    """A floor or a ceiling of the month's resources, from one day on, in cents."""

    valid_from: date
    cents: int
    source: str
    to_verify: bool = False


T = TypeVar("T", Rates, Bound)


@dataclass(frozen=True, slots=True)
class Scale:
    """Every rate, floor and ceiling there has been, oldest first."""

    rates: tuple[Rates, ...]
    floors: tuple[Bound, ...]
    ceilings: tuple[Bound, ...]

    def kinds(self) -> list[tuple[str, str]]:
        """Return the kinds of crèche it knows, with their names."""
        return list({one.kind: one.label for one in self.rates}.items())

    def rates_on(self, kind: str, day: date) -> Rates:
        """Return the rates of a kind of crèche on a day."""
        return _last([one for one in self.rates if one.kind == kind], day)

    def bounds_on(self, day: date) -> tuple[Bound, Bound]:
        """Return the floor and the ceiling on a day."""
        return _last(self.floors, day), _last(self.ceilings, day)

    @property
    def first_day(self) -> date:
        """The first day it can price: each of its tables says something."""
        firsts = [
            min(r.valid_from for r in self.rates if r.kind == kind) for kind, _ in self.kinds()
        ]
        bounds = [min(one.valid_from for one in found) for found in (self.floors, self.ceilings)]
        return max(*firsts, *bounds)


def _last(found: Sequence[T], day: date) -> T:
    standing = [one for one in found if one.valid_from <= day]
    if not standing:
        raise Refused("tariff_unknown", day=day)
    return standing[-1]


def scale(text: str) -> Scale:
    """Read the dated tables shipped with the plugin; raises ValueError for a table out of order.

    >>> scale('[[rates]]\\nvalid_from = 2022-01-01\\nkind = "collective"\\nlabel = "C"\\n'
    ...       'millionths = [619]\\nsource = "s"').rates[0].of(1)
    619
    """
    told = tomllib.loads(text)
    rates = tuple(
        Rates(
            one["valid_from"],
            one["kind"],
            one["label"],
            tuple(one["millionths"]),
            one["source"],
            one.get("to_verify", False),
        )
        for one in told.get("rates", ())
    )
    floors, ceilings = (
        tuple(
            Bound(one["valid_from"], one["cents"], one["source"], one.get("to_verify", False))
            for one in told.get(name, ())
        )
        for name in ("floor", "ceiling")
    )
    kinds = {one.kind for one in rates}
    dated = [[one.valid_from for one in found] for found in (floors, ceilings)]
    dated += [[one.valid_from for one in rates if one.kind == kind] for kind in kinds]
    if any(then <= before for days in dated for before, then in pairwise(days)):
        raise ValueError("rates, floors and ceilings are written oldest first")
    return Scale(rates, floors, ceilings)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a price depends on; no resources known means the floor."""

    day: date
    children: int
    annual_cents: int | None
    minutes_a_week: int = 0
    weeks_a_year: int = 0
    aeeh: int = 0
    kind: str = COLLECTIVE


@dataclass(frozen=True, slots=True)
class Price:
    """A price worked through, line by line."""

    asked: Asked
    rates: Rates
    floor: Bound
    ceiling: Bound
    base: int
    rate: int
    """Millionths: by the number of children (base), then after the AEEH (rate)."""
    monthly: Fraction
    counted: Fraction
    hourly_cents: int
    hours: Fraction
    """Hours of a month."""
    monthly_cents: int

    @property
    def is_floored(self) -> bool:
        """Tell whether the floor was taken instead of the family's own resources."""
        return self.counted > self.monthly

    @property
    def is_capped(self) -> bool:
        """Tell whether the ceiling was."""
        return self.counted < self.monthly

    @property
    def to_verify(self) -> list[str]:
        """The sources this price stands on that nobody has checked yet, or that have aged."""
        found = [self.rates.source] if self.rates.to_verify else []
        # the floor goes up every January: that of an earlier year is too low
        has_aged = self.floor.valid_from.year < self.asked.day.year
        return found + [self.floor.source] * (
            self.is_floored and (self.floor.to_verify or has_aged)
        )


def price(known: Scale, asked: Asked) -> Price:
    """Return what an hour and a month cost, on a day.

    >>> rates = Rates(date(2022, 1, 1), COLLECTIVE, "Crèche", (619, 516, 413), "CAF")
    >>> floor, ceiling = (Bound(date(2022, 1, 1), cents, "CAF") for cents in (70000, 600000))
    >>> tables = Scale((rates,), (floor,), (ceiling,))
    >>> found = price(tables, Asked(date(2024, 3, 1), 2, 3_600_000, 35 * 60, 46))
    >>> found.hourly_cents, float(found.hours), found.monthly_cents
    (155, 134.16666666666666, 20796)
    """
    rates = known.rates_on(asked.kind, asked.day)
    floor, ceiling = known.bounds_on(asked.day)
    base = rates.of(asked.children)
    rate = lowered(rates.millionths, base, asked.aeeh)
    monthly = Fraction(asked.annual_cents or 0, MONTHS)
    counted = min(max(monthly, Fraction(floor.cents)), Fraction(ceiling.cents))
    hourly = cents(counted * rate / MILLION)
    hours = Fraction(asked.minutes_a_week * asked.weeks_a_year, SIXTIETHS * MONTHS)
    return Price(
        asked,
        rates,
        floor,
        ceiling,
        base,
        rate,
        monthly,
        counted,
        hourly,
        hours,
        cents(hourly * hours),
    )


def lowered(millionths: Sequence[int], rate: int, times: int) -> int:
    """Return the rate below, once for each child with the AEEH; the lowest has none below.

    >>> lowered((619, 516, 310, 310, 206), 619, 1), lowered((619, 516, 310, 310, 206), 310, 3)
    (516, 206)
    """
    steps = sorted(set(millionths), reverse=True)
    return steps[min(steps.index(rate) + max(times, 0), len(steps) - 1)]


def cents(amount: Fraction) -> int:
    """Return whole cents, half a cent up.

    >>> cents(Fraction(5, 2)), cents(Fraction(249, 100))
    (3, 2)
    """
    return (2 * amount.numerator + amount.denominator) // (2 * amount.denominator)
