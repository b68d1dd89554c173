"""An antivirus of our own, that speaks as clamd does: one danger is known to it."""

import asyncio
from asyncio import StreamReader, StreamWriter


class Clamd:
    """Listens on a port of this machine; `answer` replaces what it would say."""

    DANGER = b"this is the danger"

    def __init__(self) -> None:
        self.read: list[int] = []
        self.answer: bytes | None = None
        self.address = ""

    async def open(self) -> None:
        """Begin to listen."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening."""
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        if await reader.readuntil(b"\0") == b"zPING\0":
            writer.write(b"PONG\0")
            await writer.drain()
            writer.close()
            return
        content = bytearray()
        while size := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(size)
        self.read.append(len(content))
        said = b"stream: Danger FOUND\0" if self.DANGER in content else b"stream: OK\0"
        writer.write(said if self.answer is None else self.answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
