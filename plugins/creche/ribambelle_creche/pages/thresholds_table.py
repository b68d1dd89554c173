"""The table of cut-offs as a page lays it out, crèche by crèche, each folded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ribambelle_creche.domain.age import GROUPS, LABELS
from ribambelle_creche.domain.published import CutOff
from ribambelle_creche.domain.week import HALVES
from ribambelle_creche.pages.by_creche import NOWHERE, Filters, Listed, in_order, quartiers_of
from ribambelle_creche.queries.facilities import Whereabouts

FEW = 3
"""Crèches so few that their tables are open at once."""
HALF_WORDS = {"am": "matin", "pm": "après-midi"}
Lines = list[tuple[str, list[CutOff | None]]]
"""A section and half of the day, in words, with what each day of the week holds."""


@dataclass(frozen=True, slots=True)
class Folded:
    """One crèche of the table, and its cut-offs."""

    where: Whereabouts
    lines: Lines
    after: Lines
    """What is counted from 1 September on."""

    @property
    def name(self) -> str:
        """Its name, with its quartier."""
        return ", ".join(filter(None, (self.where.name, self.where.area)))


@dataclass(frozen=True)
class Table(Listed[Folded]):
    """The crèches of the table that were asked for."""

    is_whole: bool
    """All of it is asked for."""

    @property
    def is_open(self) -> bool:
        """Tell whether they are few enough to be shown open."""
        return len(self.every) <= FEW


def laid_out(
    table: Sequence[CutOff],
    places: Mapping[int, Whereabouts],
    days: Sequence[tuple[str, str, str]],
    filters: Filters,
    facility: int = 0,
) -> Table:
    """Return the table crèche by crèche, by name; a section that gave no place is left out.

    :param facility: this crèche alone, whatever the filters.
    """
    rows: dict[int, list[CutOff]] = {}
    for one in table:
        rows.setdefault(one.facility, []).append(one)
    groups = {number: {one.age_group for one in own if one.places} for number, own in rows.items()}
    there = {number: places.get(number, NOWHERE) for number, found in groups.items() if found}
    group = "" if facility else filters.group
    every = [
        Folded(
            where,
            list(lines_of(rows[number], days, group=group)),
            list(lines_of(rows[number], days, period=2, group=group)),
        )
        for number, where in there.items()
        if (facility == number if facility else filters.keep(where, groups[number]))
    ]
    return Table(
        in_order(every),
        filters,
        quartiers_of(there.values()),
        "t-tableau",
        is_whole=not facility and not filters.are_some,
    )


def lines_of(
    own: Sequence[CutOff],
    days: Sequence[tuple[str, str, str]],
    period: int = 1,
    group: str = "",
) -> Iterator[tuple[str, list[CutOff | None]]]:
    """Yield the cut-offs of one crèche as lines of days, section by section."""
    cells = {(one.age_group, one.slot): one for one in own if one.period == period}
    told = {section for (section, _), one in cells.items() if one.places}
    for section in GROUPS:
        for half in HALVES if section in told and group in ("", section) else ():
            words = f"{LABELS[section]}, {HALF_WORDS[half]}"
            yield words, [cells.get((section, f"{day}-{half}")) for day, _, _ in days]
