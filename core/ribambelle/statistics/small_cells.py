"""Which cells of a table must be hidden, so that a small count cannot be found by subtraction?

Hiding only the small cells is not enough: with the totals shown, half of them come back by
subtraction. Other cells are hidden with them until every row and every column that hides
something hides at least two, and until no hidden cell is pinned to one value by what is shown.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

Place = tuple[int, int]
Line = tuple[Place, ...]


class _Hidden:
    """Stands for a count that is not shown."""

    def __repr__(self) -> str:
        return "HIDDEN"


HIDDEN = _Hidden()
Cell = int | _Hidden


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by row and column, with their totals: the last row and the last column."""

    cells: tuple[tuple[Cell, ...], ...]

    @property
    def hidden(self) -> int:
        """How many cells are not shown."""
        return sum(cell is HIDDEN for row in self.cells for cell in row)


def protected(
    counts: Sequence[Sequence[int]], threshold: int, also: Collection[Place] = ()
) -> Table:
    """Return the counts with their totals, where nothing under the threshold can be recovered.

    Zero is shown: it tells of nobody. A table whose grand total is under the threshold is hidden
    whole.

    >>> protected([[17, 2], [12, 30]], threshold=5).cells
    ((HIDDEN, HIDDEN, 19), (HIDDEN, HIDDEN, 42), (29, 32, 61))
    >>> protected([[17, 8], [12, 30]], threshold=5).hidden
    0

    :param also: cells hidden in another table that is read beside this one, totals included: shown
        here, they would give away there what they cover.

    >>> protected([[17, 8], [12, 30]], threshold=5, also=[(0, 0), (0, 1), (1, 0), (1, 1)]).hidden
    4
    """
    full = with_totals(counts)
    rows, columns = len(full) - 1, len(full[0]) - 1
    grand = (rows, columns)
    if 0 < full[rows][columns] < threshold or grand in also:
        return Table(tuple(tuple(HIDDEN for _ in row) for row in full))
    lines = list(lines_of(rows, columns))
    small = {
        (i, j)
        for i, row in enumerate(full)
        for j, value in enumerate(row)
        if 0 < value < threshold and (i, j) != grand
    }
    hidden = _covered(full, small | set(also), lines, grand)
    return Table(
        tuple(
            tuple(HIDDEN if (i, j) in hidden else value for j, value in enumerate(row))
            for i, row in enumerate(full)
        )
    )


def with_totals(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return counts with a last column and a last row of totals.

    >>> with_totals([[1, 2], [3, 4]])
    [[1, 2, 3], [3, 4, 7], [4, 6, 10]]
    """
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def lines_of(rows: int, columns: int) -> Iterator[Line]:
    """Yield each row and each column as the places whose counts add up; the total comes last."""
    for i in range(rows + 1):
        yield tuple((i, j) for j in range(columns + 1))
    for j in range(columns + 1):
        yield tuple((i, j) for i in range(rows + 1))


def _covered(
    full: list[list[int]], small: set[Place], lines: list[Line], grand: Place
) -> set[Place]:
    """Return the small cells with as many others as it takes to keep them from being found."""
    hidden = set(small)
    while exposed := _exposed(full, hidden, lines):
        added = _companion(full, hidden, exposed, lines, grand)
        if added is None:
            return {(i, j) for i, row in enumerate(full) for j in range(len(row))} - {grand}
        hidden.add(added)
    return hidden


def _exposed(full: list[list[int]], hidden: set[Place], lines: list[Line]) -> Line | None:
    """Return a line that gives one of its hidden cells away, if there is one."""
    for line in lines:
        if sum(place in hidden for place in line) == 1:
            return line
    bounds = interval_bounds(full, hidden, lines)
    for line in lines:
        if any(place in hidden and bounds[place][0] == bounds[place][1] for place in line):
            return line
    return None


def _companion(
    full: list[list[int]], hidden: set[Place], line: Line, lines: list[Line], grand: Place
) -> Place | None:
    """Return the cell to hide with the others of a line: the one whose loss costs least.

    Cells of the table go before totals, counts before zeros, and small ones first: preferably
    where the crossing line hides something already.
    """
    last_row, last_column = grand

    def cost(place: Place) -> tuple[bool, bool, bool, int, Place]:
        i, j = place
        total = i == last_row or j == last_column
        crossing = next(other for other in lines if place in other and other != line)
        alone = not any(other in hidden for other in crossing)
        return total, full[i][j] == 0, alone, full[i][j], place

    free = [place for place in line if place not in hidden and place != grand]
    return min(free, key=cost, default=None)


def interval_bounds(
    full: Sequence[Sequence[int]], hidden: set[Place], lines: Sequence[Line]
) -> dict[Place, tuple[int, int]]:
    """Return what anybody may deduce of each hidden cell from the ones shown: least and most."""
    top = full[-1][-1]
    bounds = {
        (i, j): (0, top) if (i, j) in hidden else (value, value)
        for i, row in enumerate(full)
        for j, value in enumerate(row)
    }
    changed = True
    while changed:
        changed = False
        for line in lines:
            for place in line:
                if place in hidden:
                    tighter = _deduced(bounds, line, place)
                    if tighter != bounds[place]:
                        bounds[place], changed = tighter, True
    return bounds


def _deduced(bounds: dict[Place, tuple[int, int]], line: Line, place: Place) -> tuple[int, int]:
    """Return what one line says of one of its cells: parts add up to the total, which is last."""
    total = line[-1]
    parts = [other for other in line[:-1] if other != place]
    low, high = (sum(bounds[part][side] for part in parts) for side in (0, 1))
    if place == total:
        least, most = low, high
    else:
        least, most = bounds[total][0] - high, bounds[total][1] - low
    return max(bounds[place][0], least), min(bounds[place][1], most)
