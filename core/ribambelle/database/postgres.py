"""PostgreSQL: a database per commune, reached through a pool that opens when needed."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import asyncpg
from piccolo.engine.exceptions import TransactionError

from ribambelle import traces
from ribambelle.database.engine import Fetch, TenantEngine
from ribambelle.database.names import EXAMPLE
from ribambelle.errors import Misconfigured, NotYours, Unavailable

PATIENCE = 5.0  # seconds before a connection, or a place in the pool, is given up
IDLE = 60.0  # seconds after which an unused connection is closed

LOOKS = 50
"""At the transactions that are open, while they are waited for."""
# a copy that is being taken reads for minutes, as the server's own sweeping does, and writes nothing
OPEN = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND state <> 'idle' AND xact_start < $1 AND application_name <> 'pg_dump'
  AND backend_type = 'client backend'
"""

# The server cannot answer now, or asks to try again.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCachedStatementError,  # another process has just changed the tables
    asyncpg.InternalClientError,  # the server hung up between two statements
)

REASONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (socket.gaierror, "aucune machine ne porte ce nom"),
    (TimeoutError, "le serveur PostgreSQL n’a pas répondu à temps"),
    (asyncpg.InvalidCatalogNameError, "cette base n’existe pas sur le serveur PostgreSQL"),
    (
        asyncpg.InvalidAuthorizationSpecificationError,
        "le serveur PostgreSQL refuse ce nom ou ce mot de passe",
    ),
    (asyncpg.DiskFullError, "le disque du serveur PostgreSQL est plein"),
    (asyncpg.OutOfMemoryError, "le serveur PostgreSQL manque de mémoire"),
    (asyncpg.InsufficientResourcesError, "le serveur PostgreSQL n’a plus de connexion libre"),
    (asyncpg.OperatorInterventionError, "le serveur PostgreSQL s’arrête ou démarre"),
    (OSError, "le serveur PostgreSQL n’est pas à cette adresse, ou ne tourne pas"),
)


@contextmanager
def explained(raw: Any = None) -> Iterator[None]:
    """Turn a server that cannot answer into Unavailable; leave a refused statement as it is."""
    try:
        yield
    except asyncpg.QueryCanceledError:
        raise
    except asyncpg.DataError as error:
        out_of_range = isinstance(error, asyncpg.NumericValueOutOfRangeError)
        if out_of_range or isinstance(error.__cause__, OverflowError):  # no row has such a number
            raise NotYours(str(error)) from error
        raise
    except AWAY as error:
        raise Unavailable(reason(error)) from error
    except asyncpg.ClientConfigurationError as error:
        raise Misconfigured(
            f"le pilote PostgreSQL refuse cette adresse ({error})",
            key="database.url",
            cure=f"écrivez par exemple {EXAMPLE}",
        ) from error
    except asyncpg.InterfaceError as error:
        if raw is None or _gone(raw):
            raise Unavailable(reason(error)) from error
        raise


def reason(error: Exception) -> str:
    """Say in French why the server does not answer.

    >>> reason(ConnectionRefusedError())
    'le serveur PostgreSQL n’est pas à cette adresse, ou ne tourne pas'
    """
    if isinstance(error, ConnectionError) and "SSL" in str(error):  # the driver has no class for it
        return "le serveur PostgreSQL ne chiffre pas sa connexion, et l’adresse le demande"
    for kinds, words in REASONS:
        if isinstance(error, kinds):
            return words
    return f"{type(error).__name__}: {error}"


def _gone(raw: Any) -> bool:
    """Say whether a connection is closed; the pool takes a broken one back by itself."""
    try:
        return bool(raw.is_closed())
    except asyncpg.InterfaceError:
        return True


class PostgresConnection:
    """A connection of the pool, while it is lent."""

    __slots__ = ("raw",)

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    @property
    def in_transaction(self) -> bool:
        """Whether the server still holds a transaction open."""
        return not _gone(self.raw) and bool(self.raw.is_in_transaction())

    async def begin(self) -> None:
        """Start a transaction."""
        await self.execute("BEGIN")

    async def commit(self) -> None:
        """Keep the transaction, or say that a hidden failure had already undone it."""
        if await self.execute("COMMIT") == "ROLLBACK":
            raise TransactionError("A statement failed and was ignored: nothing was kept.")

    async def rollback(self) -> None:
        """Forget the transaction."""
        await self.execute("ROLLBACK")

    async def execute(self, sql: str) -> str:
        """Run a command and return the server's word for what it did."""
        with explained(self.raw):
            return str(await self.raw.execute(sql))

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Any]:
        """Run one statement and return its rows."""
        with explained(self.raw):
            rows: list[Any] = await self.raw.fetch(sql, *args)
            return rows


class _Pool:
    """The connections of one event loop, which cannot outlive it."""

    def __init__(self, url: str, **options: Any) -> None:
        self._opening = asyncio.Lock()
        self._keeper = _kept(url, **options)
        self._pool: Any = None

    async def opened(self) -> Any:
        if self._pool is None:
            async with self._opening:
                if self._pool is None:
                    self._pool = await anext(self._keeper)
        return self._pool

    async def aclose(self) -> None:
        await self._keeper.aclose()


async def _kept(url: str, **options: Any) -> AsyncGenerator[Any, None]:
    """Hold a pool open until told otherwise.

    A generator, because `asyncio.run` closes those still open before it closes the loop: a
    command that forgets `aclose` leaves no connection behind.
    """
    with explained():
        pool = await asyncpg.create_pool(
            url, min_size=0, max_inactive_connection_lifetime=IDLE, **options
        )
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(PATIENCE):
                await pool.close()
        except TimeoutError:
            pool.terminate()


class Postgres(TenantEngine):
    """A commune's database; a few connections at most, none while nobody asks."""

    __slots__ = ("_pools", "patience", "settings", "size", "url")

    def __init__(
        self,
        url: str,
        size: int = 4,
        *,
        patience: float = PATIENCE,
        settings: dict[str, str] | None = None,
    ) -> None:
        super().__init__("postgres", 14)
        self.url, self.size, self.patience = url, size, patience
        self.settings = settings or {}
        """What each session asks of the server when it begins."""
        self._pools: dict[asyncio.AbstractEventLoop, _Pool] = {}

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[PostgresConnection]:
        """Lend a connection of the pool."""
        pool = await self._pool().opened()
        with explained(), traces.statement("CONNECT", self.engine_type):
            raw = await pool.acquire(timeout=self.patience)
        try:
            yield PostgresConnection(raw)
        finally:
            with suppress(Unavailable), explained():  # a broken one is closed, not lent again
                await pool.release(raw)

    async def alone(self, sql: str, args: Sequence[Any]) -> list[Any]:
        """Run one statement on any connection of the pool."""
        async with self.lease() as connection:
            self._require_writable(sql)
            return await connection.fetch(sql, args)

    async def quiet(self) -> bool:
        """Wait a moment for the transactions that are open; say whether all have ended."""
        began = (await self.alone("SELECT clock_timestamp() AS now", ()))[0]["now"]
        for _ in range(LOOKS):
            if not await self.alone(OPEN, (began,)):
                return True
            await asyncio.sleep(PATIENCE / LOOKS)
        return False

    @asynccontextmanager
    async def stream(self, sql: str, args: Sequence[Any]) -> AsyncIterator[Fetch]:
        """Read a few rows at a time, seeing what the open transaction wrote."""
        async with self.transaction() as transaction:  # a cursor lives in a transaction
            raw = transaction.connection.raw  # type: ignore[attr-defined]  # it is one of ours
            with explained(raw):
                cursor = await raw.cursor(sql, *args)

            async def fetch(size: int) -> list[Any]:
                with explained(raw):
                    rows: list[Any] = await cursor.fetch(size)
                    return rows

            yield fetch

    def transform_response_to_dicts(self, results: list[Any]) -> list[dict[str, Any]]:
        """Turn the driver's records into the dictionaries Piccolo expects."""
        return [dict(row) for row in results]

    def close(self) -> None:
        """Forget the pools; each is closed by its own loop, or by `aclose`."""
        self._pools.clear()

    async def aclose(self) -> None:
        """Close the pool of this loop, once its connections are given back."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()

    async def get_version(self) -> float:
        """Return the version of the server, as Piccolo counts it."""
        (row,) = await self.alone("SHOW server_version_num", ())
        number = int(row["server_version_num"])
        return number // 10_000 + number % 10_000 / 100

    def get_version_sync(self) -> float:
        """Return the oldest version we support: asking needs a connection."""
        return float(self.min_version_number)

    def _pool(self) -> _Pool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            for finished in [each for each in self._pools if each.is_closed()]:
                del self._pools[finished]
            pool = self._pools[loop] = _Pool(
                self.url,
                max_size=self.size,
                timeout=self.patience,
                server_settings=self.settings,
            )
        return pool
