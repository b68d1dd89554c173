"""Small counts stay hidden, even from somebody who subtracts."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from ribambelle.statistics import HIDDEN, Table, protected, protected_after
from ribambelle.statistics.small_cells import with_totals

COUNTS = st.integers(2, 6).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 40), min_size=width, max_size=width), min_size=2, max_size=8
    )
)


def recovered(table: Table) -> list[tuple[int, int]]:
    """An attacker written apart: from the cells shown, find the hidden ones that have one value."""
    height, width = len(table.cells), len(table.cells[0])
    low = [[0 if cell is HIDDEN else cell for cell in row] for row in table.cells]
    high = [[10**6 if cell is HIDDEN else cell for cell in row] for row in table.cells]
    before = None
    while (now := str((low, high))) != before:
        before = now
        for i in range(height):
            squeeze(low, high, [(i, j) for j in range(width)])
        for j in range(width):
            squeeze(low, high, [(i, j) for i in range(height)])
    return [
        (i, j)
        for i in range(height)
        for j in range(width)
        if table.cells[i][j] is HIDDEN and low[i][j] == high[i][j]
    ]


def squeeze(low: list[list[int]], high: list[list[int]], line: list[tuple[int, int]]) -> None:
    *parts, total = line
    a, b = total
    low[a][b] = max(low[a][b], sum(low[i][j] for i, j in parts))
    high[a][b] = min(high[a][b], sum(high[i][j] for i, j in parts))
    for i, j in parts:
        others = [(k, m) for k, m in parts if (k, m) != (i, j)]
        low[i][j] = max(low[i][j], low[a][b] - sum(high[k][m] for k, m in others))
        high[i][j] = min(high[i][j], high[a][b] - sum(low[k][m] for k, m in others))


@settings(max_examples=500, deadline=None)
@given(COUNTS, st.sampled_from([5, 11]))
def test_no_hidden_count_is_recovered(counts: list[list[int]], threshold: int) -> None:
    table = protected(counts, threshold)

    assert recovered(table) == []
    for told, true in zip(table.cells, with_totals(counts), strict=True):
        for cell, value in zip(told, true, strict=True):
            assert cell is HIDDEN or cell == value
            assert cell is HIDDEN or value == 0 or value >= threshold


def test_hiding_only_the_small_cells_is_not_enough() -> None:
    """The twin: without the companions, the attacker finds what was hidden."""
    counts = [[17, 2, 9], [12, 30, 8], [9, 7, 6]]
    naive = Table(
        tuple(
            tuple(HIDDEN if 0 < value < 5 else value for value in row)
            for row in with_totals(counts)
        )
    )

    assert recovered(naive) == [(0, 1)]
    assert recovered(protected(counts, 5)) == []


def test_a_table_with_nothing_small_is_shown_whole() -> None:
    assert protected([[20, 12], [15, 30]], 11).hidden == 0


def test_a_tiny_table_is_hidden_whole() -> None:
    assert protected([[1, 0], [0, 2]], 5).hidden == 9


def naive(counts: list[list[int]], threshold: int) -> Table:
    """Hide the small cells and nothing else."""
    rows = with_totals(counts)
    return Table(
        tuple(tuple(HIDDEN if 0 < one < threshold else one for one in row) for row in rows)
    )


def read_twice(first: Table, later: Table) -> int:
    """An attacker who reads one table at two dates, nobody having left between them.

    What each line shows bounds what it hides; a count never shrinks, and grows by no more than its
    line, its column and the whole did. Return how many hidden counts come to one value.
    """
    tables = first, later
    height, width = len(first.cells), len(first.cells[0])
    low = [[[0 if one is HIDDEN else one for one in row] for row in t.cells] for t in tables]
    high = [[[10**6 if one is HIDDEN else one for one in row] for row in t.cells] for t in tables]
    before = None
    while (now := str((low, high))) != before:
        before = now
        for side in (0, 1):
            for i in range(height):
                squeeze(low[side], high[side], [(i, j) for j in range(width)])
            for j in range(width):
                squeeze(low[side], high[side], [(i, j) for i in range(height)])
        for i in range(height):
            for j in range(width):
                grown = [
                    high[1][a][b] - low[0][a][b]
                    for a, b in ((i, width - 1), (height - 1, j), (height - 1, width - 1))
                ]
                low[1][i][j] = max(low[1][i][j], low[0][i][j])
                high[0][i][j] = min(high[0][i][j], high[1][i][j])
                high[1][i][j] = min(high[1][i][j], high[0][i][j] + min(grown))
                low[0][i][j] = max(low[0][i][j], low[1][i][j] - min(grown))
    return sum(
        tables[side].cells[i][j] is HIDDEN and low[side][i][j] == high[side][i][j]
        for side in (0, 1)
        for i in range(height)
        for j in range(width)
    )


def test_five_hundred_tables_read_at_two_dates_give_nothing_away() -> None:
    """The second table knows what the first one showed: the attack finds nothing.

    The twin: with the naive rule, it finds about half of what was hidden.
    """
    draw, found, apart, given, hidden = random.Random(8), 0, 0, 0, 0
    for _ in range(250):
        height, width = draw.randint(2, 7), draw.randint(2, 5)
        before = [[draw.randint(0, 30) for _ in range(width)] for _ in range(height)]
        after = [[one + (draw.random() < 0.2) for one in row] for row in before]
        first = protected(before, 11)
        apart += read_twice(first, protected(after, 11))
        found += read_twice(first, protected_after(first, after, 11))
        bare = naive(before, 11), naive(after, 11)
        given += read_twice(*bare)
        hidden += bare[0].hidden + bare[1].hidden

    assert found == 0
    assert apart > 0  # each table is safe alone, and the two together are not
    assert 0.35 < given / hidden < 0.8
