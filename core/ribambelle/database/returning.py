"""A living database made again what a copy says it was, while others are connected to it.

Whoever reads meanwhile sees what was there, then what is put back: never a part of it. Stopped on
the way, it is what it was, and the same call does it again.
"""

from contextlib import closing
from pathlib import Path

import asyncpg
from pysqlite3 import dbapi2

from ribambelle.database import backup, backup_sqlite, template
from ribambelle.database.connection import PATIENCE_MS, in_thread
from ribambelle.database.names import is_postgres, named, quoted, renamed
from ribambelle.errors import Unavailable

TRIES = 20
"""A process that serves connects again as soon as it is sent away: it is asked so many times."""


async def put_back(file: Path, database: str | Path) -> None:
    """Make a database what this copy of it holds; refused, untouched, if the copy is damaged."""
    if isinstance(database, str) and is_postgres(database):
        await _swap(file, database)
    else:
        await _write_over(file, Path(database))


async def _write_over(file: Path, living: Path) -> None:
    beside = living.with_name(f".{living.name}.returning")
    beside.unlink(missing_ok=True)  # of a process that was killed
    try:
        told = await backup.restore(file, beside)  # every page and every table is checked
        await in_thread(_pages, beside, living)
        found = await in_thread(backup_sqlite.count, living)
        backup_sqlite.require_same(found, told.rows, file)
        if told.digests:
            digests = await in_thread(backup_sqlite.digest, living)
            backup_sqlite.require_same(digests, told.digests, file)
    finally:
        beside.unlink(missing_ok=True)


def _pages(source: Path, living: Path) -> None:
    """Write every page in one transaction: the file stays the one that other processes hold open."""
    with (
        closing(dbapi2.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as copy,
        closing(dbapi2.connect(str(living), isolation_level=None)) as there,
    ):
        there.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        copy.backup(there)


async def _swap(file: Path, url: str) -> None:
    """Load the copy beside, then exchange the two names in one transaction."""
    name = named(url)
    fresh, failed = f"{name[:48]}_returning", f"{name[:48]}_failed"
    for left in (fresh, failed):  # of a process that was killed: the name itself always stands
        await template.drop(renamed(url, left))
    await backup.restore(file, renamed(url, fresh))
    try:
        await _exchange(url, name, fresh, failed)
    except BaseException:
        await template.drop(renamed(url, fresh))
        raise
    await template.drop(renamed(url, failed))


async def _exchange(url: str, name: str, fresh: str, failed: str) -> None:
    async with template.administration(url) as server:
        for _ in range(TRIES):
            try:
                async with server.transaction():
                    await server.execute(SEND_AWAY, name)
                    await server.execute(
                        f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(failed)}"
                    )
                    await server.execute(f"ALTER DATABASE {quoted(fresh)} RENAME TO {quoted(name)}")
                return
            except asyncpg.ObjectInUseError:
                continue
    raise Unavailable(f"la base {name} est toujours prise par quelqu’un d’autre")


SEND_AWAY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = $1 AND pid <> pg_backend_pid()
"""
