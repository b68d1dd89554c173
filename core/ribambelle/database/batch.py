"""Long answers read a few rows at a time, on both databases."""

from typing import TYPE_CHECKING, Any, Self

from piccolo.engine.base import BaseBatch
from piccolo.query.base import Query

if TYPE_CHECKING:
    from ribambelle.database.engine import TenantEngine


class Batch(BaseBatch):
    """`async with await Child.select().batch(100) as rows: async for some in rows: …`."""

    def __init__(self, engine: "TenantEngine", query: Query[Any, Any], size: int) -> None:
        self._query, self._size = query, size
        sql, args = query.querystrings[0].compile_string(engine.engine_type)
        self._stream = engine.stream(sql, args)

    async def __aenter__(self) -> Self:
        self._fetch = await self._stream.__aenter__()
        return self

    async def __aexit__(self, *exc: Any) -> None:
        await self._stream.__aexit__(*exc)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[Any]:
        rows = await self._fetch(self._size)
        if not rows:
            raise StopAsyncIteration
        found: list[Any] = await self._query._process_results(rows)
        return found
