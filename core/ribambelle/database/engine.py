"""What the two databases have in common: how a statement finds its connection."""

import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from piccolo.engine.base import BaseBatch, Engine
from piccolo.engine.exceptions import TransactionError
from piccolo.engine.postgres import Atomic
from piccolo.query.base import Query
from piccolo.querystring import QueryString

from ribambelle import traces
from ribambelle.database.batch import Batch
from ribambelle.database.changes import note
from ribambelle.database.transaction import Connection, Transaction, open_transaction
from ribambelle.errors import Unavailable

Fetch = Callable[[int], Awaitable[list[Any]]]
READS = ("SELECT", "WITH", "PRAGMA", "EXPLAI")
WRITES = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE)\b", re.I)


def only_reads(sql: str) -> bool:
    """Say whether a statement changes nothing, from its first word; one that names parts, from all.

    >>> only_reads(" select 1"), only_reads("UPDATE core_job SET error = NULL")
    (True, False)
    >>> only_reads("WITH x AS (SELECT 1) SELECT * FROM x")
    True
    >>> only_reads("WITH x AS (SELECT 1) DELETE FROM y")
    False
    """
    first = sql.lstrip()[:6].upper()
    return first.startswith(READS) and not (first.startswith("WITH") and WRITES.search(sql))


class TenantEngine(Engine[Transaction]):
    """The database of one commune, as Piccolo's tables see it.

    Nothing is opened when it is made; the first statement does that.
    """

    __slots__ = ("kept", "require_writable")

    def __init__(self, engine_type: str, min_version: float) -> None:
        # no super(): Piccolo's own connects at once, to ask the database its version
        self.engine_type, self.min_version_number, self.query_id = engine_type, min_version, 0
        self.log_queries = self.log_responses = False
        self.kept: dict[str, Any] = {}
        """What a plugin remembers of this database, by its name: forgotten when it is let go."""
        self.require_writable: Callable[[], None] = _always
        """Raises Unavailable while nothing may be written here; asked at each act that writes."""

    @abstractmethod
    def lease(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection that may write, for as long as the block lasts."""

    @abstractmethod
    def stream(self, sql: str, args: Sequence[Any]) -> AbstractAsyncContextManager[Fetch]:
        """Open a cursor; the block is given a function that fetches the next rows."""

    @abstractmethod
    async def alone(self, sql: str, args: Sequence[Any]) -> list[Any]:
        """Run one statement outside any transaction."""

    @abstractmethod
    async def aclose(self) -> None:
        """Give every connection back; the engine may be used again afterwards."""

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Any]:
        """Run one statement, in the open transaction if there is one."""
        note(sql)
        transaction = open_transaction(self)
        if transaction is not None and transaction.barred and not only_reads(sql):
            raise transaction.barred
        with traces.statement(sql, self.engine_type):
            if transaction is None:
                return await self.alone(sql, args)
            return await transaction.fetch(sql, args)

    def why_only_read(self) -> Unavailable | None:
        """Return what keeps anybody from writing at this moment; None when they may.

        It is asked with a connection in hand, at each act, however long ago the request began:
        whoever freezes the base only has then to wait for the transactions that are open.
        """
        try:
            self.require_writable()
        except Unavailable as error:
            return error
        return None

    def _require_writable(self, sql: str) -> None:
        if not only_reads(sql) and (why := self.why_only_read()):
            raise why

    @abstractmethod
    async def quiet(self) -> bool:
        """Wait a moment for the transactions that are open; say whether all have ended."""

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[Any]:
        """Run what Piccolo compiled."""
        return await self.fetch(*querystring.compile_string(self.engine_type))

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> list[Any]:
        """Run a change of structure."""
        return await self.fetch(ddl)

    def transaction(self, allow_nested: bool = True) -> Transaction:
        """Open a unit of work; inside another, a part of it that may fail alone."""
        parent = open_transaction(self)
        if parent is None:
            return Transaction(self, self.lease())
        if not allow_nested:
            raise TransactionError("A transaction is already open.")
        return parent.nested()

    def reshaping(self) -> AbstractAsyncContextManager[Transaction]:
        """Open the transaction of a migration step, in which tables may change shape."""
        return self.transaction()

    def transaction_exists(self) -> bool:
        """Say whether the current task is inside a transaction of this database."""
        return open_transaction(self) is not None

    def atomic(self) -> Atomic:
        """Piccolo's list of queries to run as one; it only needs `transaction`."""
        return Atomic(self)  # type: ignore[arg-type]  # typed for Piccolo's own engine

    async def batch(
        self, query: Query[Any, Any], batch_size: int = 100, node: str | None = None
    ) -> BaseBatch:
        """Read a long answer a few rows at a time."""
        return Batch(self, query, batch_size)

    async def prep_database(self) -> None:
        """Nothing to prepare: no extension is needed."""


def _always() -> None:
    """Let everything be written: a base of no platform is nobody's to freeze."""
