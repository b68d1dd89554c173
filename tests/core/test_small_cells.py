"""Small counts stay hidden, even from somebody who subtracts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ribambelle.statistics import HIDDEN, Table, protected
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
    for _ in range(200):
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
