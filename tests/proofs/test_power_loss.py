"""The power goes while SQLite writes: what was acknowledged is there, and the file is whole.

A layer under SQLite notes every write and every flush. When the power goes the disk holds what was
flushed, and of what was written since whatever it pleased to keep: some pieces, half of another.
The portal's own settings are what is tried.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
import pytest
from pysqlite3 import dbapi2

from ribambelle.database import connection

CUTS, COMMITS, SECTOR = 500, 400, 512
PORTAL_S = connection.DURABILITY  # as it is imported: a test run waits for no disk


@dataclass(frozen=True)
class Event:
    """Something that reached the disk's cache, or that was told to whoever waits."""

    kind: str
    file: str = ""
    at: int = 0
    data: bytes = b""


@dataclass
class Recording(apsw.VFS):  # type: ignore[misc]  # apsw says nothing of its types here
    """The machine's own files, and what passes to them."""

    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__("recording", "unix")

    def xOpen(self, name: Any, flags: list[int]) -> "File":  # noqa: N802 - SQLite's name
        return File(self, name, flags)


class File(apsw.VFSFile):  # type: ignore[misc]  # idem
    """One file of a database."""

    def __init__(self, under: Recording, name: Any, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self.events = under.events
        self.name = Path(name.filename() if hasattr(name, "filename") else str(name)).name

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - idem
        self.events.append(Event("write", self.name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802 - idem
        self.events.append(Event("truncate", self.name, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802 - idem
        super().xSync(flags)
        self.events.append(Event("sync", self.name))


def written(folder: Path) -> tuple[dict[str, bytes], list[Event]]:
    """Write couples of rows as the portal does; return the disk before, and what passed to it."""
    file = folder / "a.sqlite"
    with closing(dbapi2.connect(str(file), isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("CREATE TABLE couple (number INTEGER, side TEXT, filling BLOB)")
    before = {"a.sqlite": file.read_bytes()}
    under, draw = Recording(), random.Random(8)
    base = apsw.Connection(str(file), vfs="recording")
    base.execute(connection.pragmas(2000)).fetchall()
    base.execute("PRAGMA wal_autocheckpoint = 50").fetchall()  # many times in a short story
    for number in range(COMMITS):
        base.execute("BEGIN IMMEDIATE")
        for side in ("left", "right"):
            filling = draw.randbytes(draw.randrange(3000))
            base.execute("INSERT INTO couple VALUES (?, ?, ?)", (number, side, filling))
        base.execute("COMMIT")
        under.events.append(Event("kept", at=number))
    events = list(under.events)
    base.close()
    return before, events


def after_a_cut(
    before: dict[str, bytes], events: list[Event], draw: random.Random
) -> dict[str, bytes]:
    """Return what a disk may hold when the power goes after these events."""
    disk = defaultdict(bytearray, {name: bytearray(held) for name, held in before.items()})
    flushed = {one.file: place for place, one in enumerate(events) if one.kind == "sync"}
    for place, one in enumerate(events):
        if one.kind not in ("write", "truncate"):
            continue
        data = one.data
        if place > flushed.get(one.file, -1):
            if draw.random() < 0.5:
                continue
            if one.kind == "write" and draw.random() < 0.2:
                data = data[: draw.randrange(len(data) // SECTOR + 1) * SECTOR]
        held = disk[one.file]
        if one.kind == "truncate":
            del held[one.at :]
            continue
        held.extend(bytes(max(0, one.at - len(held))))
        held[one.at : one.at + len(data)] = data
    return {name: bytes(held) for name, held in disk.items()}


def cuts(folder: Path) -> Iterator[tuple[str, set[int], set[int]]]:
    """Cut the power again and again; yield what SQLite says, what was kept, what is there."""
    before, events = written(folder)
    draw = random.Random(14)
    for _ in range(CUTS):
        past = events[: draw.randrange(1, len(events))]
        place = folder / "after"
        place.mkdir(exist_ok=True)
        for old in place.iterdir():
            old.unlink()
        for name, held in after_a_cut(before, past, draw).items():
            (place / name).write_bytes(held)
        kept = {one.at for one in past if one.kind == "kept"}
        with closing(dbapi2.connect(str(place / "a.sqlite"), isolation_level=None)) as base:
            try:
                ((told,),) = base.execute("PRAGMA integrity_check(1)").fetchall()
                rows = base.execute("SELECT number FROM couple GROUP BY 1 HAVING count(*) = 2")
                halves = base.execute("SELECT 1 FROM couple GROUP BY number HAVING count(*) <> 2")
                there = {number for (number,) in rows.fetchall()}
                told = told if halves.fetchone() is None else "half a couple"
            except dbapi2.DatabaseError as error:
                told, there = str(error), set()
        yield told, kept, there


@pytest.mark.slow
def test_what_was_acknowledged_is_there_and_the_file_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "DURABILITY", PORTAL_S)

    found = list(cuts(tmp_path))

    assert len(found) == CUTS
    assert {told for told, _, _ in found} == {"ok"}
    assert [kept - there for _, kept, there in found if kept - there] == []
    assert max(len(kept) for _, kept, _ in found) > COMMITS / 2


@pytest.mark.slow
@pytest.mark.parametrize("durability", ["NORMAL", "OFF"])
def test_twin_a_commit_that_does_not_wait_for_the_disk_is_lost(
    tmp_path: Path, durability: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "DURABILITY", durability)

    found = list(cuts(tmp_path))

    assert any(kept - there for _, kept, there in found)
    if durability == "OFF":
        assert {told for told, _, _ in found} != {"ok"}
