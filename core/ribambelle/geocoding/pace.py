"""How often the address service may be asked: one count for every commune and process of a machine.

The service counts by machine, so a count by process or by commune would be wrong twice.
"""

import fcntl
import os
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

A_SECOND, BURST = 30, 19
"""Questions a second, and those that may come at once: never over fifty in any second."""
NEXT = struct.Struct("d")


class Pace:
    """One file holds the moment the next question is due (GCRA); asking and writing is one step."""

    def __init__(
        self,
        file: Path,
        *,
        a_second: float = A_SECOND,
        burst: int = BURST,
        longest: float = 3600,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.file, self.step, self.burst, self.longest = file, 1 / a_second, burst, longest
        self.now = now

    def take(self) -> bool:
        """Tell whether a question may leave now, and count it."""
        return self._due(lambda due, now: max(due, now) + self.step, self.burst * self.step)

    def rest(self, seconds: float) -> None:
        """Let nobody ask for a while."""
        self._due(lambda due, now: max(due, now + seconds + self.burst * self.step), float("inf"))

    def _due(self, then: Callable[[float, float], float], ahead: float) -> bool:
        handle = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            now, due = self.now(), 0.0
            with suppress(struct.error):
                (due,) = NEXT.unpack(os.pread(handle, NEXT.size, 0))
            if due > now + self.longest:
                # the machine's clock went back, or the file is damaged: nobody is silenced for it
                due = 0.0
            if due - now > ahead:
                return False
            os.pwrite(handle, NEXT.pack(then(due, now)), 0)
            return True
        finally:
            os.close(handle)
