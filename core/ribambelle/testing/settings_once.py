"""The same files of a commune, in the same environment, say the same settings: read once a run."""

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ribambelle.tenants import settings

Key = tuple[str, tuple[tuple[str, bytes], ...], tuple[tuple[str, str], ...]]


@contextmanager
def reading() -> Iterator[dict[Key, dict[str, Any]]]:
    """Remember what files say until the block ends; gives what is remembered."""
    known: dict[Key, dict[str, Any]] = {}
    really = settings.read

    def read(folder: Path, slug: str) -> dict[str, Any]:
        try:
            key = _key(folder, slug)
        except OSError:  # the real reading tells what is wrong, in French
            return really(folder, slug)
        if key not in known:
            known[key] = really(folder, slug)
        return copy.deepcopy(known[key])

    settings.read = read
    try:
        yield known
    finally:
        settings.read = really


def _key(folder: Path, slug: str) -> Key:
    files = tuple(
        (file.name, file.read_bytes()) for file in settings.layers(folder, slug) if file.is_file()
    )
    environment = {name: said for name, said in os.environ.items() if name.isupper()}
    ours = sorted(item for item in environment.items() if item[0].startswith("RIBAMBELLE_"))
    return slug, files, tuple(ours)
