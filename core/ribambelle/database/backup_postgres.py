"""Copy a PostgreSQL database with its own programs, and load the copy into a new one."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ribambelle.database import programs, template
from ribambelle.database.backup_sqlite import require_same
from ribambelle.database.names import named, quoted
from ribambelle.database.postgres import Postgres
from ribambelle.errors import Unavailable

TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY 1
"""


DIGEST = """
    SELECT concat(
      coalesce(sum(('x' || substr(md5(row_::text), 1, 16))::bit(64)::bigint::numeric), 0), ' ',
      coalesce(sum(('x' || substr(md5(row_::text), 17))::bit(64)::bigint::numeric), 0)
    ) FROM {table} AS row_
"""
"""The same whatever the order of the rows, and counted by the server without holding them."""


async def save(engine: Postgres, to: Path, proved: bool) -> tuple[dict[str, int], dict[str, str]]:
    """Dump the database as one transaction sees it; return the rows that transaction counts.

    If asked, also return a digest of each table, counted in that same transaction.
    """
    async with engine.transaction() as seen:
        await seen.fetch("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        ((snapshot,),) = await seen.fetch("SELECT pg_export_snapshot()")
        rows = await _count(seen)
        digests = await _digests(seen) if proved else {}
        dump = programs.find("pg_dump", at_least=await _major(seen))
        await _run(engine.url, dump, "--format=custom", f"--snapshot={snapshot}", f"--file={to}")
    return rows, digests


async def load(
    file: Path, url: str, rows: Mapping[str, int], digests: Mapping[str, str] | None = None
) -> None:
    """Load a dump into a new database; leave none behind when something is missing."""
    async with template.administration(url) as server:
        await template.create_empty(server, named(url))
        major = server.get_server_version().major
    try:
        restore = programs.find("pg_restore", at_least=major)
        await _run(url, restore, "--exit-on-error", "--no-owner", file)
        engine = Postgres(url)
        try:
            require_same(await _count(engine), rows, file)
            if digests:
                async with engine.transaction() as seen:
                    require_same(await _digests(seen), digests, file)
        finally:
            await engine.aclose()
    except BaseException:
        await template.drop(url)
        raise


async def _count(database: Any) -> dict[str, int]:
    counted = {}
    for (table,) in await database.fetch(TABLES):
        ((rows,),) = await database.fetch(f"SELECT count(*) FROM {quoted(table)}")  # noqa: S608 - quoted
        counted[table] = rows
    return counted


async def _digests(database: Any) -> dict[str, str]:
    """Return a digest of each table, its moments and bytes written one way wherever it is."""
    await database.fetch("SELECT set_config('TimeZone', 'UTC', true)")
    await database.fetch("SELECT set_config('bytea_output', 'hex', true)")
    counted = {}
    for (table,) in await database.fetch(TABLES):
        ((told,),) = await database.fetch(DIGEST.format(table=quoted(table)))
        counted[table] = str(told)
    return counted


async def _major(database: Any) -> int:
    ((number,),) = await database.fetch("SHOW server_version_num")
    return int(number) // 10_000


async def _run(url: str, program: Path, *arguments: str | Path) -> None:
    """Run a program against this database; its password goes by the environment, unseen by ps."""
    address = urlsplit(url)
    password = unquote(address.password or "")
    shown = address._replace(netloc=address.netloc.replace(f":{address.password}@", "@"))
    process = await asyncio.create_subprocess_exec(
        program,
        f"--dbname={shown.geturl()}",
        *arguments,
        env={**os.environ, "PGPASSWORD": password},
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    if process.returncode:
        raise Unavailable(f"{program.name}: {told.decode(errors='replace').strip()[-500:]}")
