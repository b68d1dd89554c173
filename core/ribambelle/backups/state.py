"""What is known of a commune's copies and of their trials: read by the doctor and the fleet."""

from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from ribambelle.tenants.tenant import Tenant

S = TypeVar("S", bound=msgspec.Struct)
COPIES, DRILL = "copies.json", "drill.json"


class Copies(msgspec.Struct, frozen=True):
    """The last copy the commune took by itself: when it began, of what; and the last look at it."""

    began_at: datetime
    looked_at: datetime
    seen: str = ""
    problem: str = ""


class Drill(msgspec.Struct, frozen=True):
    """The last trial: a copy put back elsewhere, and compared with the commune itself."""

    at: datetime
    stamp: str = ""
    tables: int = 0
    rows: int = 0
    documents: int = 0
    seconds: float = 0
    problem: str = ""


def copies(commune: Tenant) -> Copies | None:
    """Return what is known of the last copy taken by itself."""
    return _read(commune.folder / COPIES, Copies)


def drill(commune: Tenant) -> Drill | None:
    """Return what is known of the last trial."""
    return _read(commune.folder / DRILL, Drill)


def note(commune: Tenant, known: Copies | Drill) -> None:
    """Write down what is known now."""
    file = commune.folder / (COPIES if isinstance(known, Copies) else DRILL)
    draft = file.with_suffix(".part")
    draft.write_bytes(msgspec.json.encode(known))
    draft.replace(file)


def _read(file: Path, kind: type[S]) -> S | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None
