"""Copies of a commune's database that can be trusted: taken whole, checked before they serve.

A copy is a file and, beside it, its manifest (`nantes.sqlite` and `nantes.sqlite.json`): which
database wrote it, its SHA-256, how many rows each table held at that moment and, when it was asked
to prove itself, a digest of them.
"""

import hashlib
from pathlib import Path

import msgspec

from ribambelle.database import backup_postgres, backup_sqlite
from ribambelle.database.connection import in_thread
from ribambelle.database.engine import TenantEngine
from ribambelle.database.names import flush, is_postgres
from ribambelle.database.postgres import Postgres
from ribambelle.database.sqlite import SQLite
from ribambelle.errors import Misconfigured


class Manifest(msgspec.Struct, frozen=True):
    """What a copy must still say when it is restored."""

    engine: str
    sha256: str
    rows: dict[str, int]
    digests: dict[str, str] = {}
    """What each table held, taken from the database itself as it was copied; empty if not asked."""


async def backup(
    engine: TenantEngine, to: Path, *, by_pages: bool = False, proved: bool = False
) -> Manifest:
    """Copy a commune's database while it serves, and write the manifest last.

    :param by_pages: copy a SQLite file page for page, so that what has not changed stays alike from
        one copy to the next, rather than pack it as small as it can be.
    :param proved: take a digest of every table too, in the very moment that is copied.
    """
    _require_free(to)
    await in_thread(to.parent.mkdir, 0o777, True, True)
    await in_thread(to.touch, 0o600)  # whoever writes it, the service alone reads it
    await in_thread(_manifest(to).touch, 0o600)
    digests: dict[str, str] = {}
    if isinstance(engine, SQLite) and (by_pages or proved):
        rows, digests = await in_thread(backup_sqlite.mirror, engine.file, to, proved)
    elif isinstance(engine, SQLite):
        rows = await in_thread(backup_sqlite.save, engine.file, to)
    elif isinstance(engine, Postgres):
        rows, digests = await backup_postgres.save(engine, to, proved)
    else:
        raise TypeError(f"no way to copy {type(engine).__name__}")
    await in_thread(flush, to)
    manifest = Manifest(engine.engine_type, await in_thread(_digest, to), rows, digests)
    await in_thread(_manifest(to).write_bytes, msgspec.json.encode(manifest))
    await in_thread(flush, to.parent)
    return manifest


async def restore(file: Path, to: str | Path) -> Manifest:
    """Make a new database from a copy: a file for SQLite, an address for PostgreSQL.

    Refuses a damaged copy, and never writes over a database that exists.
    """
    manifest = await in_thread(manifest_of, file)
    if await in_thread(_digest, file) != manifest.sha256:
        raise Misconfigured(
            "la sauvegarde est abîmée : son contenu ne correspond plus à son empreinte",
            file=str(file),
            cure="restaurez une autre sauvegarde",
        )
    if manifest.engine == "postgres" and isinstance(to, str) and is_postgres(to):
        await backup_postgres.load(file, to, manifest.rows, manifest.digests)
    elif manifest.engine == "sqlite" and not is_postgres(str(to)):
        await in_thread(backup_sqlite.load, file, Path(to), manifest.rows, manifest.digests)
    else:
        raise Misconfigured(
            f"une sauvegarde {manifest.engine} ne se restaure pas dans l’autre base",
            file=str(file),
            cure="donnez une destination du même genre",
        )
    return manifest


def manifest_of(file: Path) -> Manifest:
    """Return what a copy of a database says of itself."""
    try:
        return msgspec.json.decode(_manifest(file).read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise Misconfigured(
            "le manifeste de la sauvegarde manque ou ne se lit pas",
            file=str(_manifest(file)),
            cure="gardez ensemble la sauvegarde et son fichier .json",
        ) from error


def _manifest(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


def _require_free(to: Path) -> None:
    if to.exists():
        raise Misconfigured(
            "il y a déjà un fichier à cet endroit", file=str(to), cure="choisissez un autre nom"
        )


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
