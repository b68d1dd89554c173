"""A form that carries one file: it goes to disk as it comes, and never whole in memory."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from litestar import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from ribambelle.errors import Refused

MOST_FIELDS = 20
LONGEST_FIELD = 10_000


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent: its fields, and its first file that is not empty, under a name of ours.

    The name the sender gave the file is not kept: nothing may depend on it.
    """

    fields: dict[str, str]
    file: Path
    size: int
    largest: int

    def require_file(self) -> Path:
        """Return the file, unless there is none or it is too large."""
        if not self.size:
            raise Refused("empty")
        if self.size > self.largest:
            raise Refused("too_big", allowed=self.largest)
        return self.file


@asynccontextmanager
async def sent(
    request: Request[Any, Any, Any], folder: Path, *, largest: int
) -> AsyncIterator[Sent]:
    """Read a form with one file into a folder; the file goes when the block ends.

    A file that is too large is read to its end, and not kept: a browser that is cut off while it
    sends shows a network failure instead of the reason.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / secrets.token_hex(16)
    try:
        file.touch(mode=0o600)
        with file.open("wb") as content:
            fields, size = await _read(request, content, largest)
        yield Sent(fields, file, size, largest)
    finally:
        file.unlink(missing_ok=True)


@contextmanager
def kept(content: bytes, folder: Path, *, largest: int) -> Iterator[Sent]:
    """Put a file a program sent in its request into a folder; it goes when the block ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / secrets.token_hex(16)
    try:
        file.touch(mode=0o600)
        if len(content) <= largest:
            file.write_bytes(content)
        yield Sent({}, file, len(content), largest)
    finally:
        file.unlink(missing_ok=True)


async def _read(
    request: Request[Any, Any, Any], content: BinaryIO, largest: int
) -> tuple[dict[str, str], int]:
    boundary = request.content_type[1].get("boundary", "")
    if not boundary:
        raise Refused("form_unreadable")
    fields, size = dict[str, bytearray](), 0
    name, is_file, is_taken = "", False, False
    try:
        with PushMultipartParser(boundary, max_segment_count=MOST_FIELDS) as parser:
            async for chunk in request.stream():
                for event in parser.parse(chunk) if chunk else ():
                    if isinstance(event, MultipartSegment):
                        name, is_file = event.name, event.filename is not None
                        is_taken = size > 0
                    elif event is None:
                        continue
                    elif is_file and not is_taken:
                        size += len(event)
                        if size <= largest:
                            content.write(event)
                    elif not is_file:
                        kept = fields.setdefault(name, bytearray())
                        kept += event[: LONGEST_FIELD - len(kept)]
    except MultipartError as error:
        raise Refused("form_unreadable") from error
    told = {name: value.decode("utf-8", "replace") for name, value in fields.items()}
    return {name: text.replace("\0", "") for name, text in told.items()}, size
