"""PostgreSQL databases used again from test to test: emptying one is far cheaper than making one."""

import asyncio
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from threading import Thread
from uuid import uuid4

import asyncpg

from ribambelle.database import template
from ribambelle.database.names import renamed

# Rows only: an empty table of a template stays as it is, and so does the record of migrations.
EMPTY = """
DO $$
DECLARE one record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'core_migration'
    LOOP
        EXECUTE format('DELETE FROM %I', one.tablename);
    END LOOP;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL
    LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', one.sequencename);
    END LOOP;
END $$
"""


class Emptier:
    """Keeps a connection to each database, on a loop of its own: a test's loop ends with the test.

    A new connection reads the catalogue of every table again, which takes five times as long as
    emptying them.
    """

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        Thread(target=self.loop.run_forever, daemon=True).start()

    async def empty(self, url: str) -> None:
        """Leave no row in this database, whatever loop asks for it."""
        there = asyncio.run_coroutine_threadsafe(self._empty(url), self.loop)
        await asyncio.wrap_future(there)

    async def _empty(self, url: str) -> None:
        if url not in self.connections:
            self.connections[url] = await asyncpg.connect(url)
        await self.connections[url].execute(EMPTY)


_made: dict[tuple[str, str, str], str] = {}


@lru_cache(maxsize=1)
def _emptier() -> Emptier:
    return Emptier()


async def emptied(server: str, slug: str, packages: Mapping[str, str], templates: Path) -> str:
    """Return the address of a migrated database without rows, the same one for the same commune."""
    key = (server, slug, template.key(packages, "postgres"))
    if key in _made:
        await _emptier().empty(_made[key])
    else:
        url = renamed(server, f"{slug}_{uuid4().hex[:12]}")
        await template.create(url, packages, templates)
        _made[key] = url
    return _made[key]
