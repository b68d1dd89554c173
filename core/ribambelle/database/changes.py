"""What a request changed: kept only where somebody asks, so that no act goes unwritten."""

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

CHANGE = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)


@dataclass
class Changes:
    """The tables written to since somebody began to look; what is undone is forgotten."""

    before_keeping: Callable[[], Awaitable[None]]
    """Called before a unit of work is kept, in it: what it writes is kept or lost with the rest."""
    tables: list[str] = field(default_factory=list)


LOOKING: ContextVar[Changes | None] = ContextVar("changes", default=None)


@contextmanager
def looking(changes: Changes) -> Iterator[Changes]:
    """Note what is changed until the block ends."""
    token = LOOKING.set(changes)
    try:
        yield changes
    finally:
        LOOKING.reset(token)


def note(sql: str) -> None:
    """Note a statement, if it changes a table and somebody looks."""
    changes = LOOKING.get()
    if changes is not None and (table := changed(sql)):
        changes.tables.append(table)


def changed(sql: str) -> str:
    """Return the table a statement writes to; empty when it only reads.

    >>> changed('UPDATE "core_adult" SET x = 1'), changed('SELECT * FROM a FOR UPDATE')
    ('core_adult', '')
    >>> changed(" insert into core_child (id) VALUES (1)"), changed("DELETE FROM core_child")
    ('core_child', 'core_child')
    """
    found = CHANGE.match(sql)
    return found[1] if found else ""
