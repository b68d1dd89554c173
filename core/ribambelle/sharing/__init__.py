"""What the town hall shows to a partner: a list or figures, read only, until a day, taken back at will.

A plugin declares what may be shown and reads it anew each time; the core keeps who may read what.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Shown:
    """What a partner reads: a table, and what is not in it."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shareable:
    """One kind of thing a plugin lets the town hall show.

    `choices` lists the things there are, by number; `read` returns one of them, whole, on a day.
    """

    code: str
    label: str
    choices: Callable[[], Awaitable[dict[int, str]]]
    read: Callable[[int, date], Awaitable[Shown]]
