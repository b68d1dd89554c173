"""Laying out counts: quartier by age, month by age, need by quartier; hidden where they must be."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ribambelle.statistics import protected
from ribambelle.statistics.small_cells import Table, with_totals
from ribambelle_creche.domain import statistics as rules
from ribambelle_creche.domain.statistics import Count, Supply

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

Opens = Callable[[int, str], str]
"""Gives the address of the list behind a quartier and a column."""


class Bar(NamedTuple):
    """What is asked and what is free in one place, in full places."""

    label: str
    need: float
    free: float
    pressure: float | None


MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)


def month_of(text: str) -> str:
    """Return a month as an address writes it, or nothing.

    >>> month_of("2027-01"), month_of("2027-13")
    ('2027-01', '')
    """
    return text if MONTH.fullmatch(text) else ""


def month_words(month: str) -> str:
    """Return a month in words.

    >>> month_words("2027-01")
    'janvier 2027'
    """
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def laid_out(counts: list[list[int]], threshold: int | None) -> Table:
    """Return counts with their totals, protected under a threshold when there is one."""
    if threshold is not None:
        return protected(counts, threshold)
    return Table(tuple(tuple(row) for row in with_totals(counts)))


def shown(cell: Any, measure: str) -> Any:
    """Return a cell as the page shows it: a number, or the word for a hidden one."""
    if not isinstance(cell, int):
        return "masqué"
    return rules.full_places(cell) if measure == "half_days" else cell


def heat_of(
    table: Table, names: dict[int, str], measure: str, opens: Opens | None
) -> list[tuple[str, list[Any], Any]]:
    """Return the rows of the table; where a list can be opened, a number opens what it counts."""
    rows: list[tuple[str, list[Any], Any]] = []
    for (quartier, name), line in zip(names.items(), table.cells, strict=False):
        if quartier == rules.NOWHERE and not any(line):
            continue
        cells = [shown(cell, measure) for cell in line[:-1]]
        if opens and quartier != rules.NOWHERE:
            cells = [
                (value, opens(quartier, column))
                for value, column in zip(cells, rules.COLUMNS, strict=True)
            ]
        rows.append((name, cells, shown(line[-1], measure)))
    return rows


def bars_of(counts: list[Count], supply: list[Supply], names: dict[int, str]) -> list[Bar]:
    """Return need and free places by quartier, in full places, the greatest need first."""
    need = dict.fromkeys(names, 0)
    free = dict(need)
    for count in counts:
        need[count.quartier] = need.get(count.quartier, 0) + count.half_days
    for one in supply:
        free[one.quartier] = free.get(one.quartier, 0) + one.free
    rows = [
        bar(name, need[quartier], free[quartier])
        for quartier, name in names.items()
        if need[quartier] or free[quartier]
    ]
    return sorted(rows, key=lambda row: -row.need)


def bar(label: str, need: int, free: int) -> Bar:
    """Return half-days asked and free as full places, and how many are asked for each free one.

    >>> bar("Gare", 494, 130)
    Bar(label='Gare', need=49.4, free=13.0, pressure=3.8)
    """
    places = rules.full_places(need), rules.full_places(free)
    return Bar(label, *places, rules.pressure(need, free))


def months_of(counts: list[Count], measure: str) -> list[tuple[str, list[Any], Any]]:
    """Return month of start × age group, exact: whoever sees it may open each file."""
    lines = rules.by_month(counts, measure)
    table = laid_out([line for _, line in lines], None) if lines else Table(())
    return [
        (month_words(month), [shown(cell, measure) for cell in line[:-1]], shown(line[-1], measure))
        for (month, _), line in zip(lines, table.cells, strict=False)
    ]
