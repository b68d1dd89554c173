"""A question nearly every page asks: put into SQL once, then asked with other values."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from piccolo.query.base import Query

from ribambelle.database.door import DOOR

Answer = TypeVar("Answer")


class Hole:
    """Where a value goes."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Blank:
    """What a question is built with: each of its attributes is a hole to fill later."""

    def __getattr__(self, name: str) -> Any:
        return Hole(name)


class Prepared(Generic[Answer]):
    """A query built once per kind of database and asked many times.

    Piccolo spends about half a millisecond putting a question into SQL, ten times what SQLite
    takes to answer it. The text is kept, never an answer: each asking goes through the door to
    the current commune's database, in its open transaction if there is one.

    A hole stands for one value. A list (``is_in``) changes the text, so it cannot be one.

    >>> from ribambelle.identity.tables import Account
    >>> question = Prepared(lambda given: Account.objects().where(Account.email == given.email))
    """

    def __init__(self, build: Callable[[Any], Query[Any, Answer]]) -> None:
        self.build = build
        self._texts: dict[str, tuple[Query[Any, Answer], str, list[Any]]] = {}

    async def ask(self, **values: Any) -> Answer:
        """Return the answer for these values; a hole left empty raises KeyError."""
        query, sql, arguments = self._text(DOOR.engine_type)
        filled = [values[one.name] if isinstance(one, Hole) else one for one in arguments]
        return await query._process_results(await DOOR.fetch(sql, filled))

    def _text(self, dialect: str) -> tuple[Query[Any, Answer], str, list[Any]]:
        found = self._texts.get(dialect)
        if found is None:
            query = self.build(Blank())
            (statement,) = query.querystrings
            found = self._texts[dialect] = query, *statement.compile_string(dialect)
        return found
