"""Where sealed papers lie: a folder of the commune, under names that say nothing of them."""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from ribambelle import tenants
from ribambelle.documents.tables import Document

GRACE = timedelta(days=1)
"""A file nobody names is kept this long: a backup or a reader may be at it."""


def folder() -> Path:
    """Return the folder of the current commune's papers."""
    return tenants.current().folder / "documents"


def reception() -> Path:
    """Return where a file waits while it is examined."""
    return folder() / "reception"


def new_name() -> str:
    """Return a name for a new file."""
    return secrets.token_hex(16)


def at(name: str) -> Path:
    """Return where a file of this name lies."""
    return folder() / name[:2] / name


def discard(name: str, now: datetime) -> None:
    """Leave a file for the night's sweeping: who is reading it may finish."""
    if at(name).is_file():
        os.utime(at(name), (now.timestamp(), now.timestamp()))


async def sweep(now: datetime) -> int:
    """Remove the files no paper names since yesterday; return how many."""
    known = {row["file"] for row in await Document.select(Document.file)}
    oldest, gone = (now - GRACE).timestamp(), 0
    for file in folder().rglob("*"):
        if file.is_file() and file.name not in known and file.stat().st_mtime < oldest:
            file.unlink()
            gone += 1
    return gone
