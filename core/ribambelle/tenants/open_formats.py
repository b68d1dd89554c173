"""Tables in open formats: one file of JSON lines each, what their columns say, digests."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from piccolo.table import Table

from ribambelle.database import TenantEngine, using
from ribambelle.database import moving as rows
from ribambelle.errors import Refused

Said = TypeVar("Said", bound=msgspec.Struct)


class TableFacts(msgspec.Struct, frozen=True):
    """How many rows a table holds, and the last number it ever gave."""

    rows: int
    last: int


def told(tables: Sequence[type[Table]]) -> dict[str, dict[str, Any]]:
    """Return what each table and each column says, for who reads them without us."""
    return {
        str(table._meta.tablename): {
            "about": (table.__doc__ or "").strip().splitlines()[0],
            "columns": {
                column._meta.name: {
                    "type": column.value_type.__name__,
                    "about": column._meta.help_text or "",
                }
                for column in table._meta.columns
            },
        }
        for table in tables
    }


async def written(engine: TenantEngine, table: type[Table], folder: Path) -> TableFacts:
    """Write the rows of a table in a folder."""
    many = 0
    with (folder / f"{table._meta.tablename}.jsonl").open("wb") as out:
        async for some in rows.rows_of(engine, table):
            out.writelines(rows.line_of(row) for row in some)
            many += len(some)
    with using(engine):
        return TableFacts(many, await rows.last_number(table))


def digest_of(manifest: msgspec.Struct) -> str:
    """Return one digest for all that a manifest says."""
    return hashlib.sha256(msgspec.json.encode(manifest, order="deterministic")).hexdigest()


def say(manifest: msgspec.Struct, file: Path) -> None:
    """Write a manifest, and let the service alone read the folder it is in."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(manifest, order="deterministic")))
    for one in file.parent.rglob("*"):
        one.chmod(0o700 if one.is_dir() else 0o600)


def manifest(folder: Path, name: str, kind: type[Said]) -> Said:
    """Read what a folder says of itself; raises Refused when it cannot be read."""
    try:
        return msgspec.json.decode((folder / name).read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise Refused("export_unreadable", folder=str(folder), name=name) from error


def require_whole(folder: Path, but: str, files: Mapping[str, str]) -> None:
    """Refuse a folder that misses a file of its manifest, has one more, or one that changed."""
    found = digests(folder, but)
    wrong = [name for name in {*found, *files} if found.get(name) != files.get(name)]
    if wrong:
        raise Refused("export_unreadable", folder=str(folder), name=min(wrong))


def digests(folder: Path, but: str) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder, one of its names left out."""
    found = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix()
        if name != but:
            with file.open("rb") as content:
                found[name] = hashlib.file_digest(content, "sha256").hexdigest()
    return found


def read(file: Path, table: type[Table]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of a file of JSON lines, a few at a time, each value of its column's kind."""
    kinds = {column._meta.name: column.value_type for column in table._meta.columns}
    some: list[dict[str, Any]] = []
    with file.open("rb") as lines:
        for line in lines:
            row = msgspec.json.decode(line)
            some.append({name: _value(value, kinds[name]) for name, value in row.items()})
            if len(some) == rows.AT_ONCE:
                yield some
                some = []
    if some:
        yield some


def _value(value: Any, kind: type) -> Any:
    """Return a value as its column holds it.

    >>> _value("2026-11-26", __import__("datetime").date), _value("/w==", bytes), _value(None, int)
    (datetime.date(2026, 11, 26), b'\\xff', None)
    """
    if value is None or kind is str:
        return value
    return msgspec.convert(value, kind, strict=False)
