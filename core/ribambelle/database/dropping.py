"""Tables taken out of a database whole, with what watched them."""

from collections.abc import Sequence

from piccolo.table import Table

from ribambelle.database.door import DOOR
from ribambelle.database.names import quoted

WATCHERS = """
SELECT DISTINCT t.tgfoid::regprocedure::text AS function FROM pg_trigger t
WHERE t.tgrelid = $1::regclass AND NOT t.tgisinternal
"""
USED = "SELECT 1 FROM pg_trigger WHERE tgfoid = $1::regprocedure LIMIT 1"


async def tables(found: Sequence[type[Table]]) -> None:
    """Drop these tables, parents first in the list, from the current database.

    On PostgreSQL a trigger's function outlives its table, and would stand in its way if it came
    back.
    """
    functions: set[str] = set()
    for table in reversed(found):
        name = quoted(table._meta.tablename)
        if DOOR.engine_type == "postgres":
            functions |= {row["function"] for row in await DOOR.fetch(WATCHERS, (name,))}
        await DOOR.fetch(f"DROP TABLE {name}")
    for function in sorted(functions):
        if not await DOOR.fetch(USED, (function,)):
            await DOOR.fetch(f"DROP FUNCTION {function}")
