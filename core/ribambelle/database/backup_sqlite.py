"""Copy a SQLite file that is being written, and put the copy back. Run in a thread."""

import hashlib
import os
import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2

from ribambelle.database.names import already_there, flush, quoted
from ribambelle.errors import Misconfigured


def save(file: Path, to: Path) -> dict[str, int]:
    """Copy the database as of this instant; return how many rows each table has in the copy.

    Copying the file itself would silently leave out every row still in the write-ahead log.
    """
    with closing(dbapi2.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source:
        source.execute("VACUUM INTO ?", [str(to)])
    return count(to)


def mirror(file: Path, to: Path, proved: bool) -> tuple[dict[str, int], dict[str, str]]:
    """Copy the database page for page; return its rows and, if asked, a digest of each table.

    The digests are those of the database itself, read in the transaction that is copied: they owe
    nothing to the copy.
    """
    with (
        closing(dbapi2.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source,
        closing(dbapi2.connect(str(to), isolation_level=None)) as copy,
    ):
        source.isolation_level = None
        source.execute("BEGIN")
        tables = names(source)  # the first read: from here on, nothing that is written is seen
        digests = {name: _digest(source, name) for name in tables} if proved else {}
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file says it all
    return count(to), digests


def load(
    file: Path, to: Path, rows: Mapping[str, int], digests: Mapping[str, str] | None = None
) -> None:
    """Put a copy in place once it is proven sound; never over an existing database."""
    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_name(f".{to.name}.restoring")
    try:
        shutil.copyfile(file, draft)
        flush(draft)
        require_same(count(draft), rows, file)
        if digests:
            require_same(digest(draft), digests, file)
        if any(to.with_name(to.name + suffix).exists() for suffix in ("-wal", "-shm")):
            raise already_there(str(to))
        os.link(draft, to)
    except FileExistsError as error:
        raise already_there(str(to)) from error
    finally:
        draft.unlink(missing_ok=True)
        flush(to.parent)


def count(file: Path) -> dict[str, int]:
    """Count the rows of each table, after SQLite has checked every page."""
    with closing(dbapi2.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        ((verdict,),) = copy.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok":
            raise Misconfigured(f"la base est abîmée ({verdict})", file=str(file))
        return {name: _rows(copy, name) for name in names(copy)}


def digest(file: Path) -> dict[str, str]:
    """Return a digest of every row of each table."""
    with closing(dbapi2.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
        return {name: _digest(copy, name) for name in names(copy)}


def names(database: dbapi2.Connection) -> list[str]:
    """Return the tables of a database, in order."""
    found = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
    return [name for (name,) in found.fetchall()]


def _digest(database: dbapi2.Connection, table: str) -> str:
    told = hashlib.sha256()
    for row in database.execute(f"SELECT * FROM {quoted(table)}"):  # noqa: S608 - quoted
        told.update(f"{row!r}\n".encode("utf-8", "surrogatepass"))
    return told.hexdigest()


def require_same(found: Mapping[str, object], told: Mapping[str, object], file: Path) -> None:
    """Refuse a restored database whose tables do not hold what the manifest says."""
    wrong = [name for name in {*found, *told} if found.get(name) != told.get(name)]
    if wrong:
        raise Misconfigured(
            f"des tables diffèrent du manifeste : {', '.join(sorted(wrong))}",
            file=str(file),
            cure="restaurez une autre sauvegarde",
        )


def _rows(copy: dbapi2.Connection, table: str) -> int:
    (rows,) = copy.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()  # noqa: S608 - quoted
    return int(rows)
