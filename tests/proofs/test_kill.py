"""A server killed without warning, while people use it, loses nothing it had answered for."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx
import pytest
from anyio import to_thread
from tests.proofs.serving import serving

from ribambelle.identity import Grant
from ribambelle.testing import Communes, FrozenClock
from ribambelle.testing.browser import free_port
from ribambelle.workflow import journal
from ribambelle.workflow.tables import JournalLine
from ribambelle_creche.tables import Desk

DRILL = Path(__file__).parents[1] / "core" / "database" / "kill_drill.py"
CLIENTS = 3


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, DRILL, tmp_path, "200"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "200 kills" in done.stdout


@dataclass
class Opening:
    """Agents who open desks as fast as they can, and what they were answered."""

    folder: Path
    secret: str
    numbers: Iterator[int] = field(default_factory=count)
    acknowledged: list[str] = field(default_factory=list)

    def until_killed(self) -> None:
        """Serve, let everybody write, and kill the server at no particular moment."""
        port, before, began = free_port(), len(self.acknowledged), time.monotonic()
        with serving(self.folder, port) as server, ThreadPoolExecutor(CLIENTS) as agents:
            writing = [agents.submit(self.write, port) for _ in range(CLIENTS)]
            while len(self.acknowledged) == before and time.monotonic() < began + 60:
                time.sleep(0.01)
            time.sleep(random.uniform(0.05, 0.4))
            server.send_signal(signal.SIGKILL)
            for one in writing:
                one.result()

    def write(self, port: int) -> None:
        """Open desks until nobody answers any more."""
        cookie = {"session": self.secret}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookie) as agent:
            while True:
                name = f"Guichet {next(self.numbers)}"
                try:
                    answer = agent.post(
                        "/bureau/creche/guichets",
                        data={"name": name},
                        headers={"host": "alpha.localhost"},
                    )
                except httpx.TransportError:
                    return
                assert answer.status_code == 303, answer.text
                self.acknowledged.append(name)


@pytest.mark.parametrize("kills", [1, pytest.param(100, marks=pytest.mark.slow)])
async def test_a_killed_server_loses_nothing_it_answered(
    communes: Communes, clock: FrozenClock, kills: int
) -> None:
    clock.set(datetime.now(UTC))  # the server reads the machine's clock
    admin = await communes.alpha.staff(Grant("admin"))
    opening = Opening(communes.app.platform.folder, admin.cookies["session"])

    for _ in range(kills):
        await to_thread.run_sync(opening.until_killed)

    with communes.alpha.here():
        stored = {row["name"] for row in await Desk.select(Desk.name)}
        told = await JournalLine.count().where(JournalLine.act == "creche.desk_opened")
        damage = await journal.broken_at()
    assert len(opening.acknowledged) > kills
    assert set(opening.acknowledged) <= stored
    assert told == len(stored), "a desk and its line in the journal are one transaction"
    assert damage is None
