"""Copy a SQLite file that is being written, and put the copy back. Run in a thread."""

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


def load(file: Path, to: Path, rows: Mapping[str, int]) -> None:
    """Put a copy in place once it is proven sound; never over an existing database."""
    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_name(f".{to.name}.restoring")
    try:
        shutil.copyfile(file, draft)
        flush(draft)
        require_same(count(draft), rows, file)
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
        tables = copy.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
        return {name: _rows(copy, name) for (name,) in tables.fetchall()}


def require_same(found: Mapping[str, int], told: Mapping[str, int], file: Path) -> None:
    """Refuse a restored database whose tables do not hold what the manifest says."""
    wrong = [name for name in {*found, *told} if found.get(name) != told.get(name)]
    if wrong:
        raise Misconfigured(
            f"le nombre de lignes diffère du manifeste : {', '.join(sorted(wrong))}",
            file=str(file),
            cure="restaurez une autre sauvegarde",
        )


def _rows(copy: dbapi2.Connection, table: str) -> int:
    (rows,) = copy.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()  # noqa: S608 - quoted
    return int(rows)
