"""What may be shown of a table that was already shown once, of an earlier day?

Two dates say more than one: where a line did not move, a cell shown at one date is known at the
other, and what it covered is found. The second table therefore hides whatever, read beside the
first, would pin a hidden count of either date.
"""

from collections.abc import Iterator, Sequence

from ribambelle.statistics.small_cells import (
    HIDDEN,
    Line,
    Place,
    Table,
    lines_of,
    protected,
    with_totals,
)

Bounds = dict[Place, tuple[int, int]]


def protected_after(before: Table, counts: Sequence[Sequence[int]], threshold: int) -> Table:
    """Return the counts of a later day, of which nothing is found beside the earlier table.

    The two must have the same rows and columns. Nobody is supposed to have left between them: it
    is when an attacker knows that, that two dates say the most.

    >>> first = protected([[0, 1, 22], [11, 18, 4]], 5)
    >>> first.cells[1]
    (11, HIDDEN, HIDDEN, 33)

    A child more in the first cell: alone, the new table is safe; beside the first, whose second
    line did not move, the 11 of that date tells the 1 of this one.

    >>> protected([[1, 1, 22], [11, 18, 4]], 5).cells[2]
    (12, 19, 26, 57)
    >>> protected_after(first, [[1, 1, 22], [11, 18, 4]], 5).cells[2]
    (HIDDEN, HIDDEN, 26, 57)
    """
    full = with_totals(counts)
    grand = (len(full) - 1, len(full[0]) - 1)
    also: set[Place] = set()
    while True:
        table = protected(counts, threshold, also)
        found = next(_given_away(before, table), None)
        if found is None:
            return table
        shown = [
            (i, j)
            for i, row in enumerate(table.cells)
            for j, cell in enumerate(row)
            if cell is not HIDDEN and (i, j) != grand and (i == found[0] or j == found[1])
        ]
        if not shown:
            return Table(tuple(tuple(HIDDEN for _ in row) for row in full))
        also.add(min(shown, key=lambda place: (full[place[0]][place[1]], place)))


def _given_away(before: Table, later: Table) -> Iterator[Place]:
    """Yield the hidden cells that come to one value when the two tables are read together."""
    lines = list(lines_of(len(later.cells) - 1, len(later.cells[0]) - 1))
    old, new = _shown(before), _shown(later)
    changed = True
    while changed:
        changed = _narrowed(old, lines) | _narrowed(new, lines) | _coupled(old, new, later)
    for table, bounds in ((before, old), (later, new)):
        for place, (least, most) in bounds.items():
            if least == most and table.cells[place[0]][place[1]] is HIDDEN:
                yield place


def _shown(table: Table) -> Bounds:
    top = 10**9
    return {
        (i, j): (cell, cell) if isinstance(cell, int) else (0, top)
        for i, row in enumerate(table.cells)
        for j, cell in enumerate(row)
    }


def _narrowed(bounds: Bounds, lines: Sequence[Line]) -> bool:
    """Use what each line adds up to; tell whether anything was learnt."""
    learnt = False
    for *parts, total in lines:
        low, high = (sum(bounds[part][side] for part in parts) for side in (0, 1))
        learnt |= _set(bounds, total, low, high)
        for part in parts:
            least, most = bounds[part]
            learnt |= _set(
                bounds, part, bounds[total][0] - (high - most), bounds[total][1] - (low - least)
            )
    return learnt


def _coupled(old: Bounds, new: Bounds, table: Table) -> bool:
    """Use that a count never shrinks, nor grows by more than its line, its column or the whole."""
    learnt = False
    last_row, last_column = len(table.cells) - 1, len(table.cells[0]) - 1
    for i, j in new:
        wholes = ((i, last_column), (last_row, j), (last_row, last_column))
        grown = min(new[one][1] - old[one][0] for one in wholes)
        learnt |= _set(new, (i, j), old[i, j][0], old[i, j][1] + grown)
        learnt |= _set(old, (i, j), new[i, j][0] - grown, new[i, j][1])
    return learnt


def _set(bounds: Bounds, place: Place, least: int, most: int) -> bool:
    before = bounds[place]
    bounds[place] = max(before[0], least), min(before[1], most)
    return bounds[place] != before
