"""A mail server in a process of its own: says what it took, answers late, hangs up when told.

    python mail_server.py PORT TAKEN HELD DELAY DROPPED

A Message-ID is written to the file TAKEN, one a line, just before its 250 leaves. Each answer waits
for DELAY seconds, and the file HELD says from when to when, by the clock that all processes of a
machine share; one connection in DROPPED is cut in the middle of its message (0: none).
"""

import asyncio
import re
import sys
import time
from pathlib import Path

GREETING = "220 proof"


class Server:
    """The dialogue of RFC 5321, and no more of it than a client of ours speaks."""

    def __init__(self, taken: Path, held: Path, delay: float, dropped: int) -> None:
        self.taken, self.held, self.delay, self.dropped = taken, held, delay, dropped
        self.connections = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client until it leaves, or until it is hung up on."""
        self.connections += 1
        hangs_up = bool(self.dropped) and self.connections % self.dropped == 0
        try:
            await self.say(writer, GREETING)
            while line := (await reader.readline()).decode().strip():
                verb = line.partition(" ")[0].upper()
                if verb == "DATA":
                    await self.say(writer, "354 go on")
                    if hangs_up:
                        await reader.readline()
                        return
                    await self.take(reader)
                await self.say(writer, "221 bye" if verb == "QUIT" else "250 ok")
                if verb == "QUIT":
                    return
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def take(self, reader: asyncio.StreamReader) -> None:
        """Read a message to its end, and write its name down."""
        text = (await reader.readuntil(b"\r\n.\r\n")).decode("utf-8", "replace")
        named = re.search(r"^Message-ID:\s*(\S+)", text, re.MULTILINE | re.IGNORECASE)
        with self.taken.open("a") as told:
            told.write(f"{named[1] if named else 'nameless'}\n")

    async def say(self, writer: asyncio.StreamWriter, line: str) -> None:
        """Answer, in its own time."""
        began = time.monotonic()
        await asyncio.sleep(self.delay)
        # whoever only knocks waits for nothing
        if line != GREETING:
            with self.held.open("a") as told:
                told.write(f"{began} {time.monotonic()}\n")
        writer.write(f"{line}\r\n".encode())
        await writer.drain()


async def main(port: str, taken: str, held: str, delay: str, dropped: str) -> None:
    server = Server(Path(taken), Path(held), float(delay), int(dropped))
    listening = await asyncio.start_server(server.talk, "127.0.0.1", int(port), limit=10_000_000)
    async with listening:
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
