"""A write that waits for another process, while whoever freezes the base waits as well."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pysqlite3 import dbapi2

from ribambelle.database import SQLite
from ribambelle.errors import Unavailable


class Door:
    """What a platform says of a base: open, until it is not."""

    def __init__(self) -> None:
        self.closed = False

    def require_open(self) -> None:
        if self.closed:
            raise Unavailable("la commune est en lecture seule pour quelques instants")


class LooksFirst(SQLite):
    """A base that looks whether it may write, then waits for its place."""

    async def alone(self, sql: str, args: Sequence[Any]) -> list[Any]:
        self.require_writable()
        async with self.lease() as connection:
            return await connection.fetch(sql, args)


async def told_and_kept(base: SQLite, *, frozen_meanwhile: bool = True) -> tuple[bool, int]:
    """Return whether a write that waited was told kept, and how many rows are there."""
    door, file = Door(), base.file
    await base.fetch("CREATE TABLE child (name TEXT)")
    base.require_writable = door.require_open
    another = dbapi2.connect(str(file), isolation_level=None)  # a second process, in the file
    another.execute("BEGIN IMMEDIATE")

    writing = asyncio.create_task(base.fetch("INSERT INTO child VALUES ('Inès')"))
    await asyncio.sleep(0.1)  # it began, and waits for its place
    door.closed = frozen_meanwhile
    another.execute("COMMIT")
    (done,) = await asyncio.gather(writing, return_exceptions=True)

    another.close()
    door.closed = False
    (rows,) = await base.fetch("SELECT count(*) AS many FROM child")
    await base.aclose()
    if isinstance(done, BaseException) and not isinstance(done, Unavailable):
        raise done
    return not isinstance(done, Unavailable), rows["many"]


async def test_a_write_that_waited_is_refused_once_the_base_is_frozen(tmp_path: Path) -> None:
    """Let in after the base was found quiet, it would be told kept, and be in no copy."""
    assert await told_and_kept(SQLite(tmp_path / "a.sqlite")) == (False, 0)


async def test_the_same_write_is_kept_when_nobody_freezes(tmp_path: Path) -> None:
    told = await told_and_kept(SQLite(tmp_path / "a.sqlite"), frozen_meanwhile=False)
    assert told == (True, 1)


async def test_twin_a_base_that_looks_before_it_waits_writes_though_frozen(tmp_path: Path) -> None:
    assert await told_and_kept(LooksFirst(tmp_path / "a.sqlite")) == (True, 1)


async def test_a_look_that_fails_lets_the_next_write_in(tmp_path: Path) -> None:
    """A disk that answers nothing for a moment: the writer's place is given back."""
    base = SQLite(tmp_path / "a.sqlite")
    await base.fetch("CREATE TABLE child (name TEXT)")
    allowed = base.require_writable

    def unread() -> None:
        raise PermissionError("frozen")

    base.require_writable = unread
    with pytest.raises(PermissionError) as kept_for_the_log:
        async with base.transaction():
            pass
    base.require_writable = allowed
    async with asyncio.timeout(5):  # it would wait for ever
        await base.fetch("INSERT INTO child VALUES ('Inès')")
    (rows,) = await base.fetch("SELECT count(*) AS many FROM child")
    await base.aclose()

    assert (kept_for_the_log.type, rows["many"]) == (PermissionError, 1)
