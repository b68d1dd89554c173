"""Names who holds the server up: code that never gives its turn back makes every commune wait.

A function that waits is cut short (``asking.py``); one that computes, sleeps or reads a network
without ``await`` cannot be. Another thread looks whether the server's still turns, and says in the
log where it stands: the plugin, its file, the line.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from traceback import FrameSummary

import structlog

log = structlog.get_logger(__name__)
LATE = 5.0
"""Seconds during which nobody was answered."""
CURE = "rendez la main : await pour attendre, asyncio.to_thread pour calculer ou lire"


@dataclass
class Watchdog:
    """Watches the loop of the thread that makes it.

    :param packages: plugins by the import name of their package.
    """

    packages: Mapping[str, str]
    late: float = LATE
    thread: int = field(default_factory=threading.get_ident)
    seen: float = field(default_factory=time.monotonic)
    told: bool = False

    async def turn(self) -> None:
        """Say again and again that the loop turns."""
        while True:
            self.seen, self.told = time.monotonic(), False
            await asyncio.sleep(self.late / 5)

    def watch(self, stopped: threading.Event) -> None:
        """Look until told to stop; each time the loop stands still is told once."""
        while not stopped.wait(self.late / 5):
            since = time.monotonic() - self.seen
            if since > self.late and not self.told:
                self.told = True
                frame = sys._current_frames().get(self.thread)
                stack = traceback.extract_stack(frame) if frame else []
                log.error("server_held_up", seconds=round(since, 1), **self.who(stack))

    def who(self, stack: Sequence[FrameSummary]) -> dict[str, str]:
        """Return the plugin that holds the loop, where, and what to do; the innermost place else."""
        for frame in reversed(stack):
            parts = frame.filename.replace("\\", "/").split("/")
            for package, plugin in self.packages.items():
                if package.partition(".")[0] in parts:
                    where = f"{frame.filename}:{frame.lineno}"
                    return {"plugin": plugin, "where": where, "cure": CURE}
        last = stack[-1] if stack else None
        return {"where": f"{last.filename}:{last.lineno}"} if last else {}


@contextmanager
def watching(packages: Mapping[str, str], late: float = LATE) -> Iterator[Watchdog]:
    """Watch the running loop for the time of the block."""
    dog, stopped = Watchdog(packages, late), threading.Event()
    task = asyncio.get_running_loop().create_task(dog.turn())
    thread = threading.Thread(target=dog.watch, args=(stopped,), name="watchdog", daemon=True)
    thread.start()
    try:
        yield dog
    finally:
        stopped.set()
        task.cancel()
        thread.join()
