"""Asking a clamd of the commune whether a file is dangerous (INSTREAM)."""

import asyncio
import re
from pathlib import Path

SECONDS = 60
CHUNK = 1 << 16
FOUND = re.compile(rb"stream: (.{1,200}) FOUND")


class Unreachable(Exception):
    """The antivirus does not answer, or not clearly: nothing is known of the file."""


async def scan(address: str, file: Path) -> str:
    """Return the name of what was found in a file, or nothing; raises Unreachable when in doubt."""
    try:
        async with asyncio.timeout(SECONDS):
            answer = await _ask(address, file)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise Unreachable(str(error)) from error
    return verdict(answer)


def verdict(answer: bytes) -> str:
    """Read what clamd says.

    >>> verdict(b"stream: OK\\0"), verdict(b"stream: Eicar-Test-Signature FOUND\\0")
    ('', 'Eicar-Test-Signature')
    >>> verdict(b"INSTREAM size limit exceeded. ERROR\\0")
    Traceback (most recent call last):
    ...
    ribambelle.documents.antivirus.Unreachable: INSTREAM size limit exceeded. ERROR
    """
    told = answer.strip(b"\0\n ")
    if told == b"stream: OK":
        return ""
    if found := FOUND.fullmatch(told):
        return found[1].decode("utf-8", "replace")
    raise Unreachable(told.decode("utf-8", "replace")[:200])


async def answers(address: str) -> bool:
    """Tell whether the antivirus is there."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await _open(address)
            try:
                writer.write(b"zPING\0")
                return (await reader.read(10)).strip(b"\0\n") == b"PONG"
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


async def _open(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if address.startswith("/"):
        return await asyncio.open_unix_connection(address)
    host, _, port = address.rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def _ask(address: str, file: Path) -> bytes:
    reader, writer = await _open(address)
    try:
        writer.write(b"zINSTREAM\0")
        with file.open("rb") as content:
            while chunk := content.read(CHUNK):
                writer.write(len(chunk).to_bytes(4, "big") + chunk)
                await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        return await reader.read(1000)
    finally:
        writer.close()
