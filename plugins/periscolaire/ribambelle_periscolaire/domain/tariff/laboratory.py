"""What would another grid have cost families, over days they really booked?

The same days are priced twice, by the grid in force and by the one that is tried; nothing is written.
A grid that is tried has no dates here: the council wants to know what last year would have been.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ribambelle.errors import Refused
from ribambelle_periscolaire.domain.dues import fee_span
from ribambelle_periscolaire.domain.tariff.pricing import Situation, Tariffs, fee, price

Paid = tuple[str, int, datetime.date]
"""A fee counted: of which tariff, for which child, from which day."""
UNKNOWN = "Quotient inconnu"
EDGES = (300, 600, 900, 1200, 1600)
"""Quotients at which the result is cut; families of one slice count together."""


@dataclass(frozen=True, slots=True)
class Use:
    """Days priced alike: one household, one unit, one situation."""

    household: int
    activity: str
    unit: str
    day: datetime.date
    situation: Situation
    times: int = 1
    child: int = 0
    """Whose days they are, where a grid counts by month or year; 0 where days count one by one."""


@dataclass
class Slice:
    """What changes for the families of one slice of quotient."""

    label: str
    before: int = 0
    after: int = 0
    changes: dict[int, int] = field(default_factory=dict)
    """By household, cents more (or less)."""

    @property
    def households(self) -> int:
        """How many families are in it."""
        return len(self.changes)

    @property
    def gain(self) -> int:
        """How many would pay less."""
        return sum(change < 0 for change in self.changes.values())

    @property
    def lose(self) -> int:
        """How many would pay more."""
        return sum(change > 0 for change in self.changes.values())

    @property
    def difference(self) -> int:
        """Cents more for the commune, less when negative."""
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """Both grids over the same days."""

    slices: tuple[Slice, ...]
    uncovered: tuple[tuple[str, str], ...] = ()
    """Activities and units that the grid tried says nothing of: counted as they are today."""

    @property
    def whole(self) -> Slice:
        """All the families together."""
        total = Slice("Toutes les familles")
        for one in self.slices:
            total.before += one.before
            total.after += one.after
            # a family whose quotient changed in the period is in two slices, and counts once
            for household, more in one.changes.items():
                total.changes[household] = total.changes.get(household, 0) + more
        return total


def compare(uses: Iterable[Use], before: Tariffs, after: Tariffs) -> Comparison:
    """Price the same days by both grids.

    >>> from ribambelle_periscolaire.domain.tariff import Tariff, indexed
    >>> day = datetime.date(2026, 9, 7)
    >>> def grid(cents): return indexed((Tariff("R", ("c",), ("r",), datetime.date.min, flat=cents),))
    >>> uses = [Use(1, "c", "r", day, Situation(250), 10), Use(2, "c", "r", day, Situation(700), 4)]
    >>> found = compare(uses, grid(300), grid(310))
    >>> [(one.label, one.before, one.after, one.lose) for one in found.slices]
    [('De 0 à 300\\xa0€', 3000, 3100, 1), ('De 601 à 900\\xa0€', 1200, 1240, 1)]
    >>> found.whole.difference
    140

    A month's fee is paid once for a child, whatever the days:

    >>> monthly = indexed((Tariff("R", ("c",), ("r",), datetime.date.min, every="month", flat=4000),))
    >>> days = [Use(1, "c", "r", day.replace(day=at), Situation(250), child=5) for at in (7, 8, 10)]
    >>> compare(days, grid(300), monthly).whole.difference
    3100
    """
    paid_before, paid_after = set[Paid](), set[Paid]()
    slices: dict[str, Slice] = {}
    uncovered: dict[tuple[str, str], None] = {}
    for use in uses:
        old = _total(before, use, paid_before)
        new = _total(after, use, paid_after)
        if new is None:
            uncovered[use.activity, use.unit] = None
        if old is None:
            continue
        now = old if new is None else new
        label = slice_of(use.situation.quotient_familial)
        found = slices.setdefault(label, Slice(label))
        found.before += old
        found.after += now
        found.changes[use.household] = found.changes.get(use.household, 0) + now - old
    ordered = sorted(slices.values(), key=lambda one: _order(one.label))
    return Comparison(tuple(ordered), tuple(uncovered))


def _total(tariffs: Tariffs, use: Use, paid: set[Paid]) -> int | None:
    """Return what days cost in all, or None when a grid says nothing of them.

    :param paid: the fees already counted; those of these days are added.
    """
    told = use.activity, use.unit, use.day
    try:
        tariff = tariffs.on(*told)
        if tariff.every == "unit":
            return price(tariffs, *told, use.situation).cents * use.times
        fee_of = tariff.name, use.child, fee_span(tariff.every, use.day)[0]
        if fee_of in paid:
            return 0
        paid.add(fee_of)
        return fee(tariffs, *told, use.situation).cents
    except Refused:
        return None


def _has_fee(tariffs: Tariffs, use: Use) -> bool:
    try:
        return tariffs.on(use.activity, use.unit, use.day).every != "unit"
    except Refused:
        return False


def labels() -> Sequence[str]:
    """Return the slices, the lowest quotient first.

    >>> labels()[1], labels()[-2]
    ('De 301 à 600\\xa0€', 'Plus de 1600\\xa0€')
    """
    starts = (0, *(edge + 1 for edge in EDGES))
    spans = [
        f"De {first} à {last}\N{NO-BREAK SPACE}€"
        for first, last in zip(starts, EDGES, strict=False)
    ]
    return (*spans, f"Plus de {EDGES[-1]}\N{NO-BREAK SPACE}€", UNKNOWN)


LABELS = tuple(labels())


def slice_of(quotient: int | None) -> str:
    """Return the slice of a quotient.

    >>> slice_of(300), slice_of(None)
    ('De 0 à 300\\xa0€', 'Quotient inconnu')
    """
    if quotient is None:
        return UNKNOWN
    return LABELS[sum(quotient > edge for edge in EDGES)]


def _order(label: str) -> int:
    return LABELS.index(label)


def merged(uses: Iterable[Use], *grids: Tariffs) -> list[Use]:
    """Count the days that are priced alike together: a year is then a few thousand prices.

    Whose they are is kept where one of the grids counts by month or year.
    """
    counts: dict[Use, int] = {}
    fees: dict[tuple[str, str, datetime.date], bool] = {}
    for use in uses:
        month = use.day.replace(day=1)
        asked = use.activity, use.unit, month
        if asked not in fees:
            fees[asked] = any(_has_fee(one, use) for one in grids)
        alike = replace(use, day=month, times=1, child=use.child if fees[asked] else 0)
        counts[alike] = counts.get(alike, 0) + use.times
    return [replace(use, times=count) for use, count in counts.items()]
