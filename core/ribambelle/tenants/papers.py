"""The sealed papers of a commune, in a copy of it: all there, each as it was."""

import hashlib
import shutil
from pathlib import Path

import msgspec

from ribambelle.errors import Refused

NAME, LIST, RECEPTION = "documents", "documents.json", "reception"


def copy(commune: Path, to: Path) -> None:
    """Copy the papers of a commune's folder, and note what each is; none is opened."""
    if not (commune / NAME).is_dir():
        return
    shutil.copytree(commune / NAME, to / NAME, ignore=shutil.ignore_patterns(RECEPTION))
    (to / LIST).touch(mode=0o600)
    (to / LIST).write_bytes(msgspec.json.encode(_digests(to / NAME)))


def bring_back(folder: Path, to: Path) -> None:
    """Put the papers of a copy in place; refuse one that misses any, or holds one that changed."""
    if not (folder / LIST).is_file() and not (folder / NAME).is_dir():
        return
    try:
        told = msgspec.json.decode((folder / LIST).read_bytes(), type=dict[str, str])
        shutil.copytree(folder / NAME, to / NAME)
    except (OSError, msgspec.DecodeError) as error:
        raise Refused("copy_incomplete", folder=str(folder), name=NAME) from error
    found = _digests(to / NAME)
    if wrong := [name for name, digest in told.items() if found.get(name) != digest]:
        raise Refused("copy_incomplete", folder=str(folder), name=f"{NAME}/{wrong[0]}")


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as content:
            name = file.relative_to(folder).as_posix()
            found[name] = hashlib.file_digest(content, "sha256").hexdigest()
    return found
