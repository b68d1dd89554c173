"""How does an invoice of many days read at a glance? By child, by what was used, with its days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from ribambelle_paiement_tresor.domain.words import MONTHS

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True, slots=True)
class Written:
    """One line of an invoice, as it was written."""

    child: int | None
    child_name: str
    day: date
    label: str
    kind: str
    quantity: int
    unit_cents: int
    cents: int
    tax_care: bool
    inputs: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What one child used at one price."""

    label: str
    quantity: int
    unit_cents: int
    cents: int
    days: tuple[date, ...]
    inputs: tuple[tuple[str, str], ...]
    steps: tuple[str, ...]

    @property
    def told_days(self) -> str:
        """The days counted, in a sentence."""
        words = days_told(self.days)
        return f"{words[:1].upper()}{words[1:]}."

    @property
    def is_plain(self) -> bool:
        """Tell whether the amount is so many times one price."""
        return self.quantity * self.unit_cents == self.cents


@dataclass(frozen=True, slots=True)
class Part:
    """What is billed for one child."""

    child: int | None
    name: str
    groups: tuple[Group, ...]

    @property
    def cents(self) -> int:
        """What it comes to."""
        return sum(group.cents for group in self.groups)


def by_child(lines: Iterable[Written]) -> list[Part]:
    """Return the lines by child, those of one kind and price together, in the order they came.

    >>> days = [date(2026, 10, day) for day in (1, 2, 5)]
    >>> lines = [Written(1, "Léa", day, "Cantine", "meal", 1, 312, 312, False) for day in days]
    >>> (part,) = by_child([*lines, Written(1, "Léa", days[0], "Soir", "care", 1, 165, 165, True)])
    >>> [(one.label, one.quantity, one.cents) for one in part.groups], part.cents
    ([('Cantine', 3, 936), ('Soir', 1, 165)], 1101)
    """
    found: dict[tuple[int | None, str], dict[object, list[Written]]] = {}
    for line in lines:
        same = (line.label, line.unit_cents, line.inputs, line.steps, line.cents < 0)
        found.setdefault((line.child, line.child_name), {}).setdefault(same, []).append(line)
    return [
        Part(child, name, tuple(_group(some) for some in groups.values()))
        for (child, name), groups in found.items()
    ]


def _group(lines: Sequence[Written]) -> Group:
    first = lines[0]
    return Group(
        first.label,
        sum(line.quantity for line in lines),
        first.unit_cents,
        sum(line.cents for line in lines),
        tuple(sorted({line.day for line in lines})),
        first.inputs,
        first.steps,
    )


def days_told(days: Sequence[date]) -> str:
    """Write some days in a sentence, the month said once.

    >>> days_told([date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 5)])
    'jeudi 1er, vendredi 2 et lundi 5 octobre'
    >>> days_told([date(2026, 9, 30), date(2026, 10, 1)])
    'mercredi 30 septembre, jeudi 1er octobre'
    """
    return ", ".join(
        f"{_listed([_named(day) for day in some])} {MONTHS[month - 1]}"
        for (_, month), some in groupby(sorted(days), key=lambda day: (day.year, day.month))
    )


def _named(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {'1er' if day.day == 1 else day.day}"


def _listed(names: Sequence[str]) -> str:
    return " et ".join(filter(None, (", ".join(names[:-1]), names[-1])))
