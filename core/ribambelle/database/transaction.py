"""All of it or none of it: transactions, and parts of one that may fail alone."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from contextvars import ContextVar
from itertools import count
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from piccolo.engine.base import BaseTransaction

from ribambelle import traces
from ribambelle.database.changes import LOOKING
from ribambelle.errors import Unavailable


class Connection(Protocol):
    """What a transaction asks of a connection, on either database."""

    @property
    def in_transaction(self) -> bool: ...

    async def begin(self) -> None: ...
    async def commit(self) -> None: ...
    async def rollback(self) -> None: ...
    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Any]: ...


class Owner(Protocol):
    """What a transaction asks of the database it is of."""

    def why_only_read(self) -> Unavailable | None: ...


# One variable for all engines: a variable per engine would never be collected.
_innermost: ContextVar["Transaction | None"] = ContextVar("innermost_transaction", default=None)
_names = count(1)


def open_transaction(engine: object) -> "Transaction | None":
    """Return the innermost transaction still open on this engine, for the current task.

    A task born in a transaction may outlive it: one that has ended is never used again.
    """
    found = _innermost.get()
    while found is not None and (found.ended or found.engine is not engine):
        found = found.outer
    return found


class Transaction(BaseTransaction):
    """One unit of work: everything written in the block is kept, or nothing is."""

    def __init__(self, engine: Owner, lease: AbstractAsyncContextManager[Connection]) -> None:
        self.engine, self.outer, self.ended = engine, _innermost.get(), False
        self.barred: Unavailable | None = None
        """Why nothing may be written in it; None when it may."""
        self._changes, self._noted = LOOKING.get(), 0
        self._lease = lease
        self._turn = asyncio.Lock()  # tasks sharing a transaction speak one at a time

    async def __aenter__(self) -> Self:
        self.connection = await self._lease.__aenter__()
        try:
            await self._start()
            self.barred = self.engine.why_only_read()
        except BaseException as error:
            await self._lease.__aexit__(type(error), error, error.__traceback__)
            raise
        _innermost.set(self)
        self._noted = len(self._changes.tables) if self._changes else 0
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> Literal[False]:
        try:
            if error is None:
                await self._before_keeping()
            await (self._undo() if error else self._commit())
        finally:
            self.ended = True
            _innermost.set(self.outer)
            await self._lease.__aexit__(None, None, None)
        return False

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Any]:
        """Run one statement of this unit of work; wait while a nested part is open."""
        async with self._turn:
            self._require_alive()
            return await self.connection.fetch(sql, args)

    def nested(self) -> "Transaction":
        """Open a part of this transaction that may fail alone."""
        return Nested(self)

    async def _before_keeping(self) -> None:
        """Let whoever looks at what is changed write in this unit of work, once it is whole."""
        if self._changes is None or len(self._changes.tables) == self._noted:
            return
        try:
            await self._changes.before_keeping()
        except BaseException:
            await self._undo()
            raise

    async def _commit(self) -> None:
        async with self._turn:
            self._require_alive()
            try:
                await self._keep()
            except BaseException:
                await self._forget_if_open()
                raise

    async def _undo(self) -> None:
        if self._changes is not None:
            del self._changes.tables[self._noted :]
        async with self._turn:
            await self._forget_if_open()

    async def _forget_if_open(self) -> None:
        # A connection that is gone, and SQLite out of space, have already forgotten.
        with suppress(Unavailable):
            if self.connection.in_transaction:
                await self._forget()

    def _require_alive(self) -> None:
        if self.ended or not self.connection.in_transaction:
            raise Unavailable("this transaction has already been ended or undone")

    async def _start(self) -> None:
        try:
            with traces.statement("BEGIN"):
                await self.connection.begin()
        except asyncio.CancelledError:  # it may have begun all the same
            await self._undo()
            raise

    async def _keep(self) -> None:
        with traces.statement("COMMIT"):
            await self.connection.commit()

    async def _forget(self) -> None:
        await self.connection.rollback()


class Nested(Transaction):
    """A savepoint: undone alone when its block raises, kept only if the whole is kept."""

    def __init__(self, parent: Transaction) -> None:
        super().__init__(parent.engine, _Borrowed(parent))
        self._name = f"part_{next(_names)}"

    async def _before_keeping(self) -> None:
        """A part is kept with the whole only: the whole says when."""

    async def _start(self) -> None:
        await self.connection.fetch(f"SAVEPOINT {self._name}")

    async def _keep(self) -> None:
        await self.connection.fetch(f"RELEASE SAVEPOINT {self._name}")

    async def _forget(self) -> None:
        await self.connection.fetch(f"ROLLBACK TO SAVEPOINT {self._name}")
        await self.connection.fetch(f"RELEASE SAVEPOINT {self._name}")


class _Borrowed(AbstractAsyncContextManager[Connection]):
    """The parent's connection; the parent and its other parts wait until it is given back."""

    def __init__(self, parent: Transaction) -> None:
        self._parent = parent

    async def __aenter__(self) -> Connection:
        await self._parent._turn.acquire()
        try:
            self._parent._require_alive()
        except Unavailable:
            self._parent._turn.release()
            raise
        return self._parent.connection

    async def __aexit__(self, *exc: object) -> None:
        self._parent._turn.release()
