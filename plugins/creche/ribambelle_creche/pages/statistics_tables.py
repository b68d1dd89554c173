"""Laying out counts: quartier by age, month by age, need by quartier; hidden where they must be."""

from typing import Any

from ribambelle.statistics import protected
from ribambelle.statistics.small_cells import Table, with_totals
from ribambelle_creche.domain import statistics as rules
from ribambelle_creche.domain.age import GROUPS
from ribambelle_creche.domain.statistics import Count, Supply

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)


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
    table: Table, names: dict[int, str], measure: str, exact: bool
) -> list[tuple[str, list[Any], Any]]:
    """Return the rows of the table; for the town hall a number opens the files it counts."""
    rows: list[tuple[str, list[Any], Any]] = []
    for (quartier, name), line in zip(names.items(), table.cells, strict=False):
        if quartier == rules.NOWHERE and not any(line):
            continue
        # no view of the queue holds expected children alone, so that count leads nowhere
        expected, *born = [shown(cell, measure) for cell in line[:-1]]
        linked = exact and quartier != rules.NOWHERE
        cells = [
            expected,
            *(
                _linked(value, quartier, group) if linked else value
                for group, value in zip(GROUPS, born, strict=True)
            ),
        ]
        rows.append((name, cells, shown(line[-1], measure)))
    return rows


def _linked(value: Any, quartier: int, group: str) -> tuple[Any, str]:
    return value, f"/bureau/creche/demandes?vue=toutes&quartier={quartier}&age={group}"


def bars_of(
    counts: list[Count], supply: list[Supply], names: dict[int, str]
) -> list[tuple[str, float, float]]:
    """Return need and free places by quartier, in full places, the greatest need first."""
    need = dict.fromkeys(names, 0)
    free = dict(need)
    for count in counts:
        need[count.quartier] = need.get(count.quartier, 0) + count.half_days
    for one in supply:
        free[one.quartier] = free.get(one.quartier, 0) + one.free
    rows = [
        (name, rules.full_places(need[quartier]), rules.full_places(free[quartier]))
        for quartier, name in names.items()
        if need[quartier] or free[quartier]
    ]
    return sorted(rows, key=lambda row: -row[1])


def months_of(
    counts: list[Count], measure: str, threshold: int | None
) -> list[tuple[str, list[Any], Any]]:
    """Return month of start × age group, protected in the same way."""
    lines = rules.by_month(counts, measure)
    if not lines:
        return []
    table = laid_out([line for _, line in lines], threshold)
    return [
        (month_words(month), [shown(cell, measure) for cell in line[:-1]], shown(line[-1], measure))
        for (month, _), line in zip(lines, table.cells, strict=False)
    ]
