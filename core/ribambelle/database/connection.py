"""One connection to a SQLite file: how it is opened, how it reads and writes, how it fails."""

import asyncio
import re
import sqlite3 as standard
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import Any, TypeVar

import piccolo.engine.sqlite  # noqa: F401 - teaches the standard module Piccolo's types
from pysqlite3 import dbapi2

from ribambelle.errors import Misconfigured, NotYours, Unavailable

T = TypeVar("T")

OLDEST = (3, 51, 3)  # before it, two connections at work could corrupt the write-ahead log
BUDGET = 20_000  # steps of SQLite's machine that a read may take in place: about a millisecond
ASKINGS = 2  # how often SQLite asks within a budget, see `_budget`
THREADS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="sqlite")  # for all communes

FEW = 400  # values in one statement that adds rows in place: some tens of microseconds
ADDS_ROWS = re.compile(r'INSERT INTO "\w+" \([^)]*\) VALUES ')

PATIENCE_MS = 5000  # how long to wait for another process that writes

DURABILITY = "FULL"
"""What is acknowledged is on the disk: a power cut takes nothing that a family was told is kept."""

PRAGMAS = """
PRAGMA busy_timeout = {patience_ms};
PRAGMA synchronous = {durability};
PRAGMA foreign_keys = ON;
PRAGMA cache_size = -{cache_kib};
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = ON;
"""

# The file cannot answer now, whatever was asked: try again, or call for help.
AWAY = {
    dbapi2.SQLITE_BUSY: "une autre écriture y dure trop longtemps",
    dbapi2.SQLITE_LOCKED: "une autre écriture y dure trop longtemps",
    dbapi2.SQLITE_NOMEM: "la mémoire manque",
    dbapi2.SQLITE_READONLY: "l’écriture y est interdite",
    dbapi2.SQLITE_IOERR: "le disque ne répond pas",
    dbapi2.SQLITE_CORRUPT: "le fichier est abîmé, restaurez une sauvegarde",
    dbapi2.SQLITE_FULL: "le disque est plein",
    dbapi2.SQLITE_CANTOPEN: "le fichier ne s’ouvre pas",
    dbapi2.SQLITE_NOTADB: "ce n’est pas une base SQLite, ou elle est abîmée",
}


def _teach_types() -> None:
    """Give pysqlite3 the types Piccolo taught the standard module."""
    for (kind, _), adapter in standard.adapters.items():
        dbapi2.register_adapter(kind, adapter)
    for name, converter in standard.converters.items():
        if name != "INTEGER":  # SQLite returns whole numbers by itself, ten times faster
            dbapi2.register_converter(name, converter)


_teach_types()


def pragmas(cache_kib: int) -> str:
    """Return the settings of a connection."""
    return PRAGMAS.format(patience_ms=PATIENCE_MS, cache_kib=cache_kib, durability=DURABILITY)


def require_sound_sqlite(version: tuple[int, ...] = dbapi2.sqlite_version_info) -> None:
    """Refuse a SQLite that may corrupt a file written by two processes.

    >>> require_sound_sqlite((3, 40, 1))
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: SQLite 3.40.1 peut abîmer une base ouverte par deux \
processus. Installez pysqlite3 0.6.1 ou plus récent, sans pysqlite3-binary à côté.
    """
    if version < OLDEST:
        raise Misconfigured(
            f"SQLite {'.'.join(map(str, version))} peut abîmer une base ouverte par deux processus",
            cure="installez pysqlite3 0.6.1 ou plus récent, sans pysqlite3-binary à côté",
        )


async def in_thread(
    work: Callable[..., T], *args: Any, stop: Callable[[], None] | None = None
) -> T:
    """Run in a thread, and never leave before it has finished, even when cancelled.

    A connection given back while a thread still works on it would mix two families' writes.
    """
    job = THREADS.submit(work, *args)
    try:
        return await asyncio.wrap_future(job)
    except asyncio.CancelledError:
        if not job.cancel():  # too late: it runs
            if stop is not None:
                stop()
            await _finished(job)
        raise


async def _finished(job: Future[Any]) -> None:
    """Wait until a thread has finished, whatever else is asked meanwhile."""
    waiting = asyncio.wrap_future(job)
    while not waiting.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([waiting])
    waiting.exception()  # seen: whoever asked has left


class SQLiteConnection:
    """A kept connection; one task at a time uses it."""

    __slots__ = ("file", "raw")

    def __init__(self, file: Path, cache_kib: int, *, must_exist: bool = False) -> None:
        require_sound_sqlite()
        self.file = file
        try:
            self.raw = dbapi2.connect(
                f"{file.absolute().as_uri()}?mode={'rw' if must_exist else 'rwc'}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
                detect_types=dbapi2.PARSE_DECLTYPES | dbapi2.PARSE_COLNAMES,
            )
        except dbapi2.Error as error:
            raise self.explained(error) from error
        try:
            self._write_ahead()
            self.raw.executescript(pragmas(cache_kib))
        except dbapi2.Error as error:
            self.raw.close()
            raise self.explained(error) from error

    def _write_ahead(self) -> None:
        """Keep a write-ahead log; for a new file, wait for others who ask the same at once."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while True:
            try:
                self.raw.execute("PRAGMA journal_mode = WAL")
                return
            except dbapi2.OperationalError as error:  # SQLite's own patience does not serve here
                if error.sqlite_errorcode != dbapi2.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(0.01)

    @property
    def in_transaction(self) -> bool:
        """Whether SQLite itself still holds a transaction open."""
        return bool(self.raw.in_transaction)

    async def begin(self) -> None:
        """Take the writer's place at once: what is read next cannot change underneath.

        A free place is taken here; only waiting for another process needs a thread.
        """
        self.raw.execute("PRAGMA busy_timeout = 0")
        try:
            self.raw.execute("BEGIN IMMEDIATE")
            return
        except dbapi2.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != dbapi2.SQLITE_BUSY:
                raise self.explained(error) from error
        finally:
            self.raw.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        await in_thread(self.fetch_now, "BEGIN IMMEDIATE")

    async def commit(self) -> None:
        """Keep the transaction."""
        await in_thread(self.fetch_now, "COMMIT")

    async def rollback(self) -> None:
        """Forget the transaction."""
        await in_thread(self.fetch_now, "ROLLBACK")

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Run one statement: a short read in place, anything else in a thread.

        So do a few rows added in a transaction: it already holds the writer's place, nothing is
        waited for, and the disk is only asked at the end.
        """
        if is_read(sql):
            return await self.read(sql, args)
        if len(args) <= FEW and self.raw.in_transaction and ADDS_ROWS.match(sql):
            rows = self.fetch_now(sql, args)
            await asyncio.sleep(0)  # a thousand of them leave room for others in between
            return rows
        return await in_thread(self.fetch_now, sql, args)

    async def read(self, sql: str, args: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Read in place; a read that outlives its budget starts again in a thread."""
        self.raw.set_progress_handler(_budget(), BUDGET // ASKINGS)
        try:
            return self.fetch_now(sql, args)
        except dbapi2.OperationalError as error:
            if error.sqlite_errorcode != dbapi2.SQLITE_INTERRUPT:
                raise
        finally:
            self.raw.set_progress_handler(None, 0)
        return await in_thread(self.fetch_now, sql, args, stop=self.raw.interrupt)

    def fetch_now(self, sql: str, args: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Run one statement here and now, and return its rows."""
        cursor = self.guarded(self.raw.execute, sql, args)
        if cursor.description is None:
            return []
        return named_rows(cursor, self.guarded(cursor.fetchall))

    def guarded(self, work: Callable[..., T], *args: Any) -> T:
        """Ask something of SQLite; a file that cannot answer is Unavailable."""
        try:
            return work(*args)
        except OverflowError as error:  # from an address or a form: no row has such a number
            raise NotYours(f"{error}") from error
        except dbapi2.Error as error:
            raise self.explained(error) from error

    def explained(self, error: Exception) -> Exception:
        """Turn a file that cannot answer into Unavailable; leave a refused statement as it is."""
        code = getattr(error, "sqlite_errorcode", None)
        if code is not None and code & 0xFF in AWAY:
            return Unavailable(f"{self.file} : {AWAY[code & 0xFF]}")
        return error

    def close(self) -> None:
        """Close; the last connection of a file also empties its write-ahead log."""
        self.raw.close()


def named_rows(cursor: dbapi2.Cursor, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Give each value the name of its column, as Piccolo expects."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=False)) for row in rows]


def is_read(sql: str) -> bool:
    """Say whether a statement only reads, from its first word.

    >>> is_read(" select 1"), is_read("WITH x AS (SELECT 1) DELETE FROM y")
    (True, False)
    """
    return sql.lstrip()[:7].upper().startswith(("SELECT", "EXPLAIN", "VALUES"))


def _budget() -> Callable[[], int]:
    """Return what lets a read go on while it is within its budget.

    A kept statement counts its steps from one run to the next: the first time SQLite asks, the read
    may have only begun.
    """
    return partial(next, chain(repeat(0, ASKINGS - 1), repeat(1)))
