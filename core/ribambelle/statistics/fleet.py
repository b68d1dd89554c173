"""The communes side by side, from what each has published, and nothing else.

A commune's figures arrive here as it shows them, small counts hidden: a sum of what is shown tells
nothing that was not shown. The true total would give away, by subtraction, the only count hidden.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

FOLDER = "_fleet"
Shown = int | None
"""A count, or None where the commune hides it."""


@dataclass(frozen=True, slots=True)
class Published:
    """A line of figures that a plugin has published of a commune, month by month."""

    name: str
    """Of the plugin, then what it counts: ``creche.demandes``."""
    label: str
    columns: tuple[str, ...]
    of_month: Callable[[str], Awaitable[Sequence[Shown] | None]]
    """Given a month, what the commune shows of it; None when it published nothing."""


class Line(msgspec.Struct, frozen=True):
    """What one commune shows."""

    commune: str
    cells: list[Shown]


class Gathered(msgspec.Struct, frozen=True):
    """One count across the communes."""

    name: str
    label: str
    columns: list[str]
    lines: list[Line]
    silent: list[str]
    """The communes that published nothing of this month."""

    @property
    def sums(self) -> list[tuple[int, int]]:
        """For each column, the sum of what is shown, and how many communes hide theirs.

        >>> lines = [Line("A", [12, None]), Line("B", [30, 8])]
        >>> Gathered("x", "", ["a", "b"], lines, []).sums
        [(42, 0), (8, 1)]
        """
        columns = range(len(self.columns))
        cells = [[line.cells[rank] for line in self.lines] for rank in columns]
        return [(sum(one or 0 for one in column), column.count(None)) for column in cells]


class Report(msgspec.Struct, frozen=True):
    """Every count of one month, and when it was gathered."""

    month: str
    at: datetime
    tables: list[Gathered]
    unread: list[str] = []
    """The communes whose base could not be read."""


def keep(data: Path, report: Report) -> Path:
    """Write a report where every portal of this machine finds it, whole or not at all."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{report.month}.json"
    draft = file.with_suffix(".part")
    draft.write_bytes(msgspec.json.encode(report))
    draft.replace(file)
    return file


def months(data: Path) -> list[str]:
    """Return the months there is a report of, the last first."""
    return sorted((file.stem for file in (data / FOLDER).glob("????-??.json")), reverse=True)


def read(data: Path, month: str) -> Report | None:
    """Return the report of a month; None when there is none that can be read."""
    if month not in months(data):
        return None
    try:
        return msgspec.json.decode((data / FOLDER / f"{month}.json").read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError):
        return None


HIDDEN_WORD = "masqué"
Rows = list[list[str | int]]


def rows_of(table: Gathered) -> Rows:
    """Return the lines of a table, and the sums last; a sum that lacks a commune says so."""
    told: Rows = [
        [line.commune, *(HIDDEN_WORD if cell is None else cell for cell in line.cells)]
        for line in table.lines
    ]
    sums = [f"{many} au moins" if hidden else many for many, hidden in table.sums]
    return [*told, ["Toutes", *sums]] if told else []
