"""SQLite: one file per commune, one writer, a few readers, all kept open."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, cast

from pysqlite3 import dbapi2

from ribambelle.database.connection import SQLiteConnection, in_thread, is_read, named_rows
from ribambelle.database.engine import Fetch, TenantEngine, only_reads
from ribambelle.database.transaction import Connection, Transaction, open_transaction
from ribambelle.errors import Unavailable


class _Pool:
    """The connections of one event loop: locks belong to a loop, and so do those who wait."""

    def __init__(self, engine: "SQLite") -> None:
        self._open_one = engine._open_one
        self._writer: SQLiteConnection | None = None
        self._writing = asyncio.Lock()
        self._idle: list[SQLiteConnection] = []
        self._seats = asyncio.Semaphore(engine.readers)
        self._closed = False

    @asynccontextmanager
    async def write(self) -> AsyncIterator[SQLiteConnection]:
        async with self._writing:
            if self._writer is None:
                self._writer = await in_thread(self._open_one)
            try:
                yield self._writer
            finally:
                if self._closed or self._writer.in_transaction:  # it could not even roll back
                    self._writer.close()
                    self._writer = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SQLiteConnection]:
        async with self._seats:
            connection = self._idle.pop() if self._idle else await in_thread(self._open_one)
            try:
                yield connection
            finally:
                if self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    def close(self) -> None:
        """Close what nobody holds; what is lent is closed when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        if self._writer is not None and not self._writing.locked():
            self._writer.close()
            self._writer = None


class SQLite(TenantEngine):
    """A commune's file; writes queue behind one connection, reads run beside them."""

    __slots__ = ("_opened", "_pools", "cache_kib", "file", "must_exist", "readers")

    def __init__(
        self,
        file: str | Path,
        *,
        readers: int = 4,
        cache_kib: int = 2000,
        must_exist: bool = False,
    ) -> None:
        super().__init__("sqlite", 3.51)
        self.file, self.readers, self.cache_kib = Path(file), readers, cache_kib
        self.must_exist = must_exist
        """Whether a file that is not there is refused rather than made, empty."""
        self._opened: tuple[int, int] | None = None
        self._pools: dict[asyncio.AbstractEventLoop, _Pool] = {}

    def lease(self) -> AbstractAsyncContextManager[Connection]:
        """Lend the writer."""
        return self._pool().write()

    async def alone(self, sql: str, args: Sequence[Any]) -> list[Any]:
        """Send a read to a reader, anything else to the writer."""
        pool = self._pool()
        if is_read(sql):
            async with pool.read() as connection:
                return await connection.read(sql, args)
        if only_reads(sql):
            async with pool.write() as connection:
                return await connection.fetch(sql, args)
        # the place first, then the look: one that waits for another process would write unseen, after
        # whoever freezes the base had found it quiet
        async with self.transaction() as place:
            if place.barred:
                raise place.barred
            return await place.fetch(sql, args)

    async def quiet(self) -> bool:
        """Wait a moment for the transactions that are open; say whether all have ended."""
        with suppress(Unavailable):
            async with self.transaction():  # one at a time may write: this one is after the others
                return True
        return False

    @asynccontextmanager
    async def stream(self, sql: str, args: Sequence[Any]) -> AsyncIterator[Fetch]:
        """Read a few rows at a time, seeing what the open transaction wrote."""
        async with self._reading() as connection:
            cursor = await in_thread(connection.guarded, connection.raw.execute, sql, args)

            async def fetch(size: int) -> list[Any]:
                rows = await in_thread(connection.guarded, cursor.fetchmany, size)
                return named_rows(cursor, rows)

            try:
                yield fetch
            finally:
                cursor.close()

    @asynccontextmanager
    async def reshaping(self) -> AsyncIterator[Transaction]:
        """Open a transaction in which tables may be rebuilt; foreign keys are checked at its end.

        With foreign keys enforced, dropping a table to rebuild it would delete its children.
        """
        if self.transaction_exists():
            raise RuntimeError("a migration step opens its own transaction")
        async with self._pool().write() as connection:
            connection.fetch_now("PRAGMA foreign_keys = OFF")  # no effect inside a transaction
            try:
                async with Transaction(self, nullcontext(connection)) as transaction:
                    yield transaction
                    if orphans := await transaction.fetch("PRAGMA foreign_key_check"):
                        raise dbapi2.IntegrityError(f"rows without their parent: {orphans[:3]}")
            finally:
                connection.fetch_now("PRAGMA foreign_keys = ON")  # in place: never cancelled

    def close(self) -> None:
        """Close every connection; the next statement opens them again."""
        while self._pools:
            self._pools.popitem()[1].close()
        self._opened = None

    async def aclose(self) -> None:
        """Close every connection, without holding the loop while the log is emptied."""
        await in_thread(self.close)

    async def get_version(self) -> float:
        """Return the version of SQLite, as Piccolo counts it."""
        return self.get_version_sync()

    def get_version_sync(self) -> float:
        """Return the version of SQLite, as Piccolo counts it."""
        major, minor, _ = dbapi2.sqlite_version_info
        return float(f"{major}.{minor}")

    def is_outlived(self) -> bool:
        """Say whether the file that was opened is no more the one of this name."""
        return self._opened is not None and self._opened != _which(self.file)

    def _open_one(self) -> SQLiteConnection:
        before = _which(self.file)
        connection = SQLiteConnection(self.file, self.cache_kib, must_exist=self.must_exist)
        if self._opened is None:
            self._opened = before or _which(self.file)
        return connection

    def _pool(self) -> _Pool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            for finished in [each for each in self._pools if each.is_closed()]:
                self._pools.pop(finished).close()
            pool = self._pools[loop] = _Pool(self)
        return pool

    def _reading(self) -> AbstractAsyncContextManager[SQLiteConnection]:
        transaction = open_transaction(self)
        if transaction is None:
            return self._pool().read()
        return nullcontext(cast(SQLiteConnection, transaction.connection))


def _which(file: Path) -> tuple[int, int] | None:
    """Return what tells a file from another that took its name; None when there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
