"""Where databases are: names, addresses, files."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ribambelle.errors import Misconfigured


def is_postgres(database: str) -> bool:
    """Say whether a database is an address of PostgreSQL rather than a file.

    >>> is_postgres("postgresql://localhost/nantes"), is_postgres("data/nantes.sqlite")
    (True, False)
    """
    return database.startswith(("postgres://", "postgresql://"))


EXAMPLE = "postgresql://utilisateur:motdepasse@serveur:5432/nantes"


def require_address(url: str, file: str = "", key: str = "database.url") -> None:
    """Refuse what cannot be the address of a PostgreSQL database; it is never shown: a password
    may stand in it.

    >>> require_address("notaurl", "nantes.toml")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: nantes.toml, clé « database.url » : ce n’est pas une adresse \
PostgreSQL. Écrivez par exemple postgresql://utilisateur:motdepasse@serveur:5432/nantes.
    """
    cure = f"écrivez par exemple {EXAMPLE}"
    if not is_postgres(url):
        what = "ce n’est pas une adresse PostgreSQL"
        raise Misconfigured(what, file=file, key=key, cure=cure)
    try:
        address = urlsplit(url)
        _ = address.port
        name = unquote(address.path.removeprefix("/"))
    except ValueError as error:
        what = "cette adresse PostgreSQL est illisible"
        cure = f"{cure} ; le port est un nombre, les signes d’un mot de passe s’écrivent %40 pour @"
        raise Misconfigured(what, file=file, key=key, cure=cure) from error
    if not name or "/" in name:
        what = "l’adresse ne nomme aucune base"
        raise Misconfigured(what, file=file, key=key, cure=cure)


def named(url: str) -> str:
    """Return the name of the database in its address.

    >>> named("postgresql://ribambelle@localhost/saint-denis?host=/run/postgresql")
    'saint-denis'
    """
    name = unquote(urlsplit(url).path.removeprefix("/"))
    if not name:
        raise Misconfigured("l’adresse ne nomme aucune base", key="database.url")
    return name


def renamed(url: str, name: str) -> str:
    """Return the address of another database of the same server.

    >>> renamed("postgresql://localhost/nantes?host=/run", "postgres")
    'postgresql://localhost/postgres?host=/run'
    """
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def shown(url: str) -> str:
    """Return an address as it may be told to anybody: without its passwords.

    >>> shown("postgresql://ribambelle:secret@bases/nantes?host=/run&sslpassword=b")
    'postgresql://ribambelle@bases/nantes?host=/run'
    """
    parts = urlsplit(url)
    who, at, where = parts.netloc.rpartition("@")
    query = "&".join(one for one in parts.query.split("&") if "password" not in one.casefold())
    return parts._replace(netloc=who.partition(":")[0] + at + where, query=query).geturl()


def quoted(name: str) -> str:
    """Return a name that SQL reads as it is, whatever it holds.

    >>> quoted('l"île')
    '"l""île"'
    """
    return '"' + name.replace('"', '""') + '"'


def flush(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder, whatever happens to the power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def already_there(name: str) -> Misconfigured:
    """Say that a database of this name exists, and will not be written over."""
    return Misconfigured(
        f"la base « {name} » existe déjà",
        cure="choisissez un autre nom ; supprimez-la seulement si aucune commune ne s’en sert",
    )
