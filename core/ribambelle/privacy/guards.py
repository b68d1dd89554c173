"""Lifting, for one transaction, what keeps a table as it was written.

Tables that prove something refuse to lose a row, whoever asks. The two things that may take one,
the law's term and a family's right, lift that refusal inside their own transaction: stopped half
way, it stands again with the rows.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ribambelle.database import transaction
from ribambelle.database.door import DOOR
from ribambelle.database.names import quoted

ON_SQLITE = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?"
ON_POSTGRES = (
    "SELECT tgname AS name FROM pg_trigger WHERE tgrelid = $1::text::regclass AND NOT tgisinternal"
)
GUARDS = ("_kept", "_kept_as_written", "_never_emptied", "_never_replaced")


@asynccontextmanager
async def lifted(table: str) -> AsyncIterator[None]:
    """Let rows of this table be changed or removed in the block, whole or not at all."""
    async with transaction():
        is_sqlite = DOOR.engine_type == "sqlite"
        rows = await DOOR.fetch(ON_SQLITE if is_sqlite else ON_POSTGRES, (table,))
        guards = [row for row in rows if str(row["name"]).endswith(GUARDS)]
        for guard in guards:
            name = quoted(guard["name"])
            await DOOR.fetch(
                f"DROP TRIGGER {name}"
                if is_sqlite
                else f"ALTER TABLE {quoted(table)} DISABLE TRIGGER {name}"
            )
        yield
        for guard in guards:
            name = quoted(guard["name"])
            await DOOR.fetch(
                guard["sql"] if is_sqlite else f"ALTER TABLE {quoted(table)} ENABLE TRIGGER {name}"
            )
