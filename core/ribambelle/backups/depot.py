"""Where the sealed copies of a commune lie, and how: parts kept once, lists that name them.

Everything is named by what it holds, under the key: the folder says neither what a file was called
nor whether two communes hold the same one. What was half written never bears its final name.
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from ribambelle.database.names import flush
from ribambelle.documents.sealing import Broken, derived, unwrap, wrap
from ribambelle.errors import Refused

PART = 1 << 20
STAMP = "%Y%m%d-%H%M%S-%f"


class Item(msgspec.Struct, frozen=True):
    """One file of a copy: its name there, what it weighs, its digest, its parts in order."""

    name: str
    size: int
    changed: int
    sha256: str
    parts: list[str]


class Line(msgspec.Struct, frozen=True):
    """A line of the journal, and its seal."""

    number: int
    digest: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy saw of the journal; the rest of its list is not even read."""

    taken_at: datetime
    journal: Line | None = None
    """The last line there was when it began; none in a copy of before they were kept."""


class Listing(msgspec.Struct, frozen=True):
    """One copy: of whom, when, every file of it, and the last line of its journal."""

    slug: str
    taken_at: datetime
    items: list[Item]
    journal: Line | None = None


class Depot:
    """The copies of one commune under one key."""

    def __init__(self, folder: Path, slug: str, key: str) -> None:
        self.slug, secret = slug, bytes.fromhex(key)
        self._key = derived(secret, slug.encode(), "backup")
        self._names = derived(secret, slug.encode(), "backup names")
        # a key that is changed begins a depot of its own: the copies before it stay readable
        self.folder = folder / slug / self._named(b"depot")[:8]
        self.lists, self.parts = self.folder / "copies", self.folder / "parts"
        self._touched: set[Path] = set()

    def _named(self, content: bytes) -> str:
        return hmac.new(self._names, content, hashlib.sha256).hexdigest()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other process write here; refuse when one does."""
        for folder in (self.lists, self.parts):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused("backup_busy", slug=self.slug) from None
            yield

    def keep(self, name: str, content: BinaryIO, changed: int) -> Item:
        """Seal a file, part by part; the parts that are here already are not written again."""
        whole, parts, size = hashlib.sha256(), [], 0
        while part := content.read(PART):
            whole.update(part)
            size += len(part)
            parts.append(self._keep_part(part))
        return Item(name, size, changed, whole.hexdigest(), parts)

    def _keep_part(self, part: bytes) -> str:
        name = self._named(hashlib.sha256(part).digest())
        place = self._at(name)
        if not place.exists():
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _write(place, wrap(part, self._key, f"{self.slug}\0{name}"))
            self._touched.add(place.parent)
        return name

    def read(self, item: Item) -> Iterator[bytes]:
        """Yield a file part by part; raises Refused as soon as one is not what was sealed."""
        whole = hashlib.sha256()
        for name in item.parts:
            try:
                part = unwrap(self._at(name).read_bytes(), self._key, f"{self.slug}\0{name}")
            except (OSError, Broken) as error:
                raise self._broken(item.name) from error
            whole.update(part)
            yield part
        if whole.hexdigest() != item.sha256:
            raise self._broken(item.name)

    def has(self, item: Item) -> bool:
        """Tell whether every part of a file is here, without opening any."""
        return all(self._at(name).exists() for name in item.parts)

    def close(self, listing: Listing) -> str:
        """Write the list of a copy, last; return its stamp."""
        stamp = f"{listing.taken_at.astimezone(UTC):{STAMP}}"
        for folder in (*self._touched, self.parts):
            flush(folder)  # every part is on the disk before anything says so
        self._touched.clear()
        told = msgspec.msgpack.encode(listing)
        _write(self.lists / stamp, wrap(told, self._key, f"{self.slug}\0copy\0{stamp}"))
        flush(self.lists)
        return stamp

    def stamps(self) -> list[str]:
        """Return the copies that are here, the oldest first."""
        if not self.lists.is_dir():
            return []
        return sorted(file.name for file in self.lists.iterdir() if is_stamp(file.name))

    def listing(self, stamp: str) -> Listing:
        """Return the list of a copy; raises Refused when it is not what was sealed."""
        return msgspec.msgpack.decode(self._list(stamp), type=Listing)

    def seen_by(self, stamp: str) -> Seen:
        """Return what a copy saw of the journal; raises Refused like its list."""
        return msgspec.msgpack.decode(self._list(stamp), type=Seen)

    def _list(self, stamp: str) -> bytes:
        try:
            sealed = (self.lists / stamp).read_bytes()
            return unwrap(sealed, self._key, f"{self.slug}\0copy\0{stamp}")
        except (OSError, Broken) as error:
            raise self._broken(stamp) from error

    def forget(self, stamp: str) -> None:
        """Remove a copy; its parts go with the next sweep, unless another copy holds them."""
        (self.lists / stamp).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Remove the parts no copy holds any more; return how many. A list that does not open
        stops it: nobody knows which parts are its own.
        """
        held = {
            name
            for stamp in self.stamps()
            for item in self.listing(stamp).items
            for name in item.parts
        }
        gone = [file for file in self.parts.glob("*/*") if file.name not in held]
        for file in gone:
            file.unlink()
        return len(gone)

    def _at(self, name: str) -> Path:
        return self.parts / name[:2] / name

    def _broken(self, name: str) -> Refused:
        return Refused("backup_broken", folder=str(self.folder), name=name)


def is_stamp(name: str) -> bool:
    """Tell whether this is the name of a copy.

    >>> is_stamp("20261126-192200-000000"), is_stamp("20261126-192200-000000.part")
    (True, False)
    """
    try:
        moment(name)
    except ValueError:
        return False
    return True


def moment(stamp: str) -> datetime:
    """Return when a copy was taken."""
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def _write(place: Path, content: bytes) -> None:
    draft = place.with_name(f"{place.name}.part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(place)
