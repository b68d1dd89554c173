"""Bills are asked slice by slice, by number of who pays."""

from typing import Any

from piccolo.custom_types import Combinable


def paid_by(column: Any, payers: tuple[int, int] | None) -> list[Combinable]:
    """Return what to ask of the rows of a slice; 0 stands for rows that nobody pays.

    :param payers: first and last number, the second left out; None for every row.
    """
    if payers is None:
        return []
    within: Combinable = (column >= payers[0]) & (column < payers[1])
    return [within | column.is_null() if payers[0] <= 0 < payers[1] else within]
