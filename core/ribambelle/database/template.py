"""A new commune's database, in a few milliseconds: the copy of one already migrated."""

import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from ribambelle.database import migrations
from ribambelle.database.connection import in_thread
from ribambelle.database.door import using
from ribambelle.database.names import already_there, flush, is_postgres, named, quoted, renamed
from ribambelle.database.postgres import PATIENCE, Postgres, explained
from ribambelle.database.sqlite import SQLite
from ribambelle.errors import Misconfigured

Packages = Mapping[str, str]


def key(packages: Packages, dialect: str) -> str:
    """Name a template after what its steps say: when one changes, so does the name."""
    told = "\n".join(f"{step} {step.digest}" for step in migrations.all_steps(packages, dialect))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


async def create(database: str | Path, packages: Packages, templates: Path) -> None:
    """Make the database of a new commune, at a PostgreSQL address or in a SQLite file."""
    if isinstance(database, str) and is_postgres(database):
        await create_postgres(database, packages)
    else:
        await create_sqlite(Path(database), packages, templates)


async def drop(database: str | Path) -> None:
    """Delete a commune's database for good. There is no way back but a backup."""
    if isinstance(database, str) and is_postgres(database):
        async with administration(database) as server:
            await server.execute(f"DROP DATABASE IF EXISTS {quoted(named(database))} WITH (FORCE)")
        return
    await in_thread(_delete, Path(database))


async def rename(database: str | Path, name: str | Path) -> None:
    """Give a finished base, that nobody has open, the name it is for; never that of another."""
    if isinstance(name, str) and is_postgres(name):
        async with administration(name) as server:
            try:
                await server.execute(
                    f"ALTER DATABASE {quoted(named(str(database)))} RENAME TO {quoted(named(name))}"
                )
            except asyncpg.DuplicateDatabaseError as error:
                raise already_there(named(name)) from error
        return
    await in_thread(_give_name, Path(database), Path(name))


async def require_room(url: str) -> None:
    """Refuse an address where no base could be made: a name that is taken, an account without right."""
    async with administration(url) as server:
        if await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", named(url)):
            raise already_there(named(url))
        role = await server.fetchrow(
            "SELECT current_user AS name, rolcreatedb OR rolsuper AS may"
            " FROM pg_roles WHERE rolname = current_user"
        )
        if not role["may"]:
            raise no_right(role["name"])


def no_right(account: str) -> Misconfigured:
    """Say that an account of PostgreSQL may not make a base."""
    return Misconfigured(
        f"le compte PostgreSQL « {account} » n’a pas le droit de créer une base",
        key="database.url",
        cure=f"faites lancer par l’administrateur du serveur : ALTER ROLE {quoted(account)} CREATEDB",
    )


async def create_sqlite(file: Path, packages: Packages, templates: Path) -> None:
    """Copy the migrated template file; it is made first if it does not exist yet."""
    template = templates / f"{key(packages, 'sqlite')}.sqlite"
    if not template.exists():
        await _make_template_file(template, packages)
    await in_thread(_copy, template, file)


async def create_postgres(url: str, packages: Packages) -> None:
    """Have the server copy the migrated template database, on the same server."""
    template = f"ribambelle_template_{key(packages, 'postgres')}"
    async with administration(url) as server:
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", template):
            await _make_template_database(server, url, template, packages)
        await create_empty(server, named(url), template)


async def create_empty(server: Any, name: str, template: str = "template0") -> None:
    """Create a database, unless one already has this name."""
    try:
        await server.execute(f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template)}")
    except asyncpg.DuplicateDatabaseError as error:
        raise already_there(name) from error
    except asyncpg.InsufficientPrivilegeError as error:
        raise no_right(await server.fetchval("SELECT current_user")) from error


@asynccontextmanager
async def administration(url: str) -> AsyncIterator[Any]:
    """Connect to the server of this address, where databases are made and dropped."""
    with explained():
        server = await asyncpg.connect(renamed(url, "postgres"), timeout=PATIENCE)
    try:
        yield server
    finally:
        await server.close()


async def _make_template_file(template: Path, packages: Packages) -> None:
    template.parent.mkdir(parents=True, exist_ok=True)
    draft = template.with_suffix(f".{uuid4().hex}")
    try:
        await _migrate(SQLite(draft), packages)
        draft.replace(template)  # closing has emptied the write-ahead log: one file says it all
    finally:
        await drop(draft)


async def _make_template_database(server: Any, url: str, template: str, packages: Packages) -> None:
    draft = f"ribambelle_draft_{uuid4().hex}"
    await create_empty(server, draft)
    try:
        await _migrate(Postgres(renamed(url, draft)), packages)
        await server.execute(f"ALTER DATABASE {quoted(draft)} RENAME TO {quoted(template)}")
    except asyncpg.DuplicateDatabaseError:
        pass  # another process has just made the same one
    finally:
        await server.execute(f"DROP DATABASE IF EXISTS {quoted(draft)} WITH (FORCE)")


async def _migrate(engine: SQLite | Postgres, packages: Packages) -> None:
    try:
        with using(engine):
            await migrations.forward(packages)
    finally:
        await engine.aclose()


def _copy(template: Path, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{uuid4().hex}")
    try:
        shutil.copyfile(template, draft)
        flush(draft)
        os.link(draft, file)  # whole, or not at all; and never over a commune's data
    except FileExistsError as error:
        raise already_there(str(file)) from error
    finally:
        draft.unlink(missing_ok=True)
        flush(file.parent)


def _give_name(draft: Path, file: Path) -> None:
    try:
        os.link(draft, file)
    except FileExistsError as error:
        raise already_there(str(file)) from error
    _delete(draft)
    flush(file.parent)


def _delete(file: Path) -> None:
    for suffix in ("-wal", "-shm", ""):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
