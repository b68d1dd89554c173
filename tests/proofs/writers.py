"""Agents who write as fast as they can while something goes wrong, and what they were answered."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx


@dataclass
class Writers:
    """Each opens crèche desks, and reads the list of them.

    `sent` are the names asked for, `acknowledged` those the portal said it kept, and `when`;
    `answers` counts every answer by what was asked and by its status, a connection that broke under
    its own name.
    """

    port: int
    secret: str
    host: str = "alpha.localhost"
    numbers: Iterator[int] = field(default_factory=count)
    acknowledged: list[str] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)
    when: dict[str, float] = field(default_factory=dict)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: list[httpx.Response] = field(default_factory=list)
    silent: float = 0.0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _last: float = 0.0

    def client(self) -> httpx.Client:
        """Return a browser where the agent is signed in."""
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            cookies={"session": self.secret},
            headers={"host": self.host},
            timeout=30,
        )

    def write(self, agent: httpx.Client) -> httpx.Response:
        """Open one desk."""
        name = f"Guichet {next(self.numbers)}"
        self.sent.add(name)
        answer = agent.post("/bureau/creche/guichets", data={"name": name})
        self.answers["write", str(answer.status_code)] += 1
        if answer.status_code == 303:
            self.when[name] = time.time()
            self.acknowledged.append(name)
            now = time.monotonic()
            self.silent, self._last = max(self.silent, now - (self._last or now)), now
        else:
            self.refused.append(answer)
        return answer

    def read(self, agent: httpx.Client) -> httpx.Response:
        """Look at the desks there are."""
        answer = agent.get("/bureau/creche/guichets")
        self.answers["read", str(answer.status_code)] += 1
        return answer

    def _go_on(self) -> None:
        while not self._stopped.is_set():
            with self.client() as agent:
                try:
                    self.write(agent)
                    self.read(agent)
                except httpx.TransportError as error:
                    self.answers["broken", type(error).__name__] += 1
                    time.sleep(0.02)

    @contextmanager
    def at_work(self, many: int = 3) -> Iterator[None]:
        """Let so many of them write for the time of the block."""
        threads = [threading.Thread(target=self._go_on) for _ in range(many)]
        for one in threads:
            one.start()
        try:
            yield
        finally:
            self._stopped.set()
            for one in threads:
                one.join()
            self._stopped.clear()

    def until(self, more: int, seconds: float = 60) -> None:
        """Wait until so many more were acknowledged."""
        wanted, end = len(self.acknowledged) + more, time.monotonic() + seconds
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < end, f"no more than {self.answers}"
            time.sleep(0.01)
