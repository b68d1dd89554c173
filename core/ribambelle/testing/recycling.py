"""PostgreSQL databases used again from test to test: emptying one is far cheaper than making one."""

from collections.abc import Mapping
from pathlib import Path
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
_made: dict[tuple[str, str, str], str] = {}


async def emptied(server: str, slug: str, packages: Mapping[str, str], templates: Path) -> str:
    """Return the address of a migrated database without rows, the same one for the same commune."""
    key = (server, slug, template.key(packages, "postgres"))
    if key in _made:
        connection = await asyncpg.connect(_made[key])
        try:
            await connection.execute(EMPTY)
        finally:
            await connection.close()
    else:
        url = renamed(server, f"{slug}_{uuid4().hex[:12]}")
        await template.create(url, packages, templates)
        _made[key] = url
    return _made[key]
