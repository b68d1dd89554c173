"""The door every table stands behind: it opens on the current commune's database, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from piccolo.engine.base import Engine

from ribambelle.errors import NoTenant

current_engine: ContextVar[Engine[Any]] = ContextVar("current_engine")


class Door(Engine[Any]):
    """The one engine bound to every table; each of its attributes is the current commune's.

    Outside any commune it fails closed, so that no query can reach another commune's children.
    """

    __slots__ = ()

    def __init__(self) -> None:  # no super(): there is no database behind the door itself
        pass

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):  # Python's own questions: class, hash, repr
            return object.__getattribute__(self, name)
        try:
            engine = current_engine.get()
        except LookupError:
            told = f"no commune is current, so “{name}” has no database to go to"
            raise NoTenant(told) from None
        return getattr(engine, name)


Door.__abstractmethods__ = frozenset()  # the engine behind answers every name
DOOR = Door()  # type: ignore[abstract]  # for the same reason


@contextmanager
def using(engine: Engine[Any]) -> Iterator[Engine[Any]]:
    """Send every query of the block to this database."""
    token = current_engine.set(engine)
    try:
        yield engine
    finally:
        current_engine.reset(token)
