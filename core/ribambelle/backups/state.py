"""What is known of a commune's copies, their trials, its last upgrade: for the doctor and the fleet."""

from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from ribambelle.tenants.tenant import Tenant

S = TypeVar("S", bound=msgspec.Struct)
COPIES, DRILL, UPGRADE = "copies.json", "drill.json", "upgrade.json"


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


class Upgrade(msgspec.Struct, frozen=True):
    """The last upgrade: the copy taken before it, how far it went, why it was returned."""

    at: datetime
    stage: Literal["frozen", "copied", "returning", "returned", "done"]
    copy: str = ""
    steps: list[str] = []
    before: list[str] = []
    """What was wrong with the commune already: not to be laid at the door of the upgrade."""
    problem: str = ""
    opened: bool = False
    """Whether families may write again."""

    @property
    def is_unfinished(self) -> bool:
        """Whether whoever was at it was stopped on the way."""
        return not self.opened


def copies(commune: Tenant) -> Copies | None:
    """Return what is known of the last copy taken by itself."""
    return _read(commune.folder / COPIES, Copies)


def drill(commune: Tenant) -> Drill | None:
    """Return what is known of the last trial."""
    return _read(commune.folder / DRILL, Drill)


def upgrade(commune: Tenant) -> Upgrade | None:
    """Return what is known of the last upgrade."""
    return _read(commune.folder / UPGRADE, Upgrade)


def note(commune: Tenant, known: Copies | Drill | Upgrade) -> None:
    """Write down what is known now."""
    file = commune.folder / FILES[type(known)]
    draft = file.with_suffix(".part")
    draft.write_bytes(msgspec.json.encode(known))
    draft.replace(file)


FILES: dict[type[msgspec.Struct], str] = {Copies: COPIES, Drill: DRILL, Upgrade: UPGRADE}


def _read(file: Path, kind: type[S]) -> S | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None
