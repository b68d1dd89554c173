"""One table of figures, its chart, and what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Bar = tuple[str, float] | tuple[str, float, float]


@dataclass(frozen=True)
class Panel:
    """One table, its chart, and what it counts."""

    code: str
    title: str
    aside: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    bars: Sequence[Bar] = ()
    series: tuple[str, str] = ("", "")
    decimals: int = 0
    """Of the numbers that are drawn."""

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The heads of the table, numbers after the first."""
        return [(head, "n" if place else "") for place, head in enumerate(self.headings)]
