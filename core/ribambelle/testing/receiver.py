"""A program that is told of events, for tests: it answers as it was told to, and keeps what came."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Headers = dict[str, str]
Answer = bytes | None
"""The whole answer as it travels; None hangs up without a word."""


def answer(status: int, *more: str, body: bytes = b"") -> bytes:
    """Return an answer as it travels."""
    lines = [f"HTTP/1.1 {status} x", f"content-length: {len(body)}", "connection: close", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def _takes(headers: Headers, body: bytes) -> Answer:
    return answer(204)


@dataclass
class Receiver:
    """A program that listens on this machine."""

    address: str = ""
    came: list[tuple[Headers, bytes]] = field(default_factory=list)
    decide: Callable[[Headers, bytes], Awaitable[Answer]] = _takes

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = [line.split(":", 1) for line in head[1:] if ":" in line]
            headers = {name.lower(): value.strip() for name, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.came.append((headers, body))
            told = await self.decide(headers, body)
            if told is not None:
                writer.write(told)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the sender hung up first, as the tests ask it to
        finally:
            writer.close()


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    """Listen on a free port until the end of the block."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/avis"
    async with server:
        yield receiver
