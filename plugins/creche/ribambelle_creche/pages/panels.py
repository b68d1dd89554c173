"""One table of figures, its chart, and what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

FULLEST = 15
"""Bars drawn where there may be one for each crèche or manager; the table has them all."""
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
    drawn: str = ""
    """Which bars come first, where those after FULLEST are left to the table."""

    @property
    def chart(self) -> Sequence[Bar]:
        """The bars that are drawn."""
        return self.bars[:FULLEST] if self.drawn else self.bars

    @property
    def told(self) -> str:
        """What it counts, and which bars are drawn when not all are.

        >>> bars = [(f"Crèche {rank}", 40 - rank) for rank in range(20)]
        >>> one = Panel("offre", "Places", "Par mois.", ("",), (), bars, drawn="les plus pleines")
        >>> one.told, len(one.chart)
        ('Par mois. Sur le graphique, 15 sur 20 : les plus pleines', 15)
        """
        if len(self.chart) == len(self.bars):
            return self.aside
        drawn = f"Sur le graphique, {FULLEST} sur {len(self.bars)} : {self.drawn}"
        return f"{self.aside.rstrip('.')}. {drawn}"

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The heads of the table, numbers after the first."""
        return [(head, "n" if place else "") for place, head in enumerate(self.headings)]
