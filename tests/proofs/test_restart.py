"""A server restarted while people use it turns nobody away, when its socket is kept for the next."""

import http.client
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.proofs.serving import started

from ribambelle.plugins import Plugins
from ribambelle.testing.browser import free_port
from ribambelle.web import handover

COMMUNE = 'name = "Ville"\nhosts = ["ville.localhost"]\n'


@dataclass
class Visitors:
    """People who ask for a page again and again, each time on a new connection, as nginx does."""

    port: int
    answers: Counter[str] = field(default_factory=Counter)
    stopped: threading.Event = field(default_factory=threading.Event)

    def ask(self) -> None:
        """Ask until told to stop, and count what came back."""
        while not self.stopped.is_set():
            asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                asked.request("GET", "/healthz", headers={"Connection": "close"})
                self.answers[str(asked.getresponse().status)] += 1
            except OSError as error:
                self.answers[type(error).__name__] += 1
                time.sleep(0.01)  # refused at once, it would ask thousands of times
            finally:
                asked.close()


def restarted(
    folder: Path, port: int, times: int, between: int, door: socket.socket | None
) -> Counter[str]:
    """Restart a server so many times under its visitors, and count their answers.

    :param between: how many are answered before it is stopped again.
    """
    visitors = Visitors(port)
    server = started(folder, port, door=door)
    asking = [threading.Thread(target=visitors.ask) for _ in range(4)]
    try:
        wait_for(port, server)
        for one in asking:
            one.start()
        for _ in range(times):
            seen = visitors.answers["200"]
            while visitors.answers["200"] < seen + between:
                time.sleep(0.01)
            server.send_signal(signal.SIGTERM)
            server.wait(20)
            server = started(folder, port, door=door)
        wait_for(port, server)
    finally:
        visitors.stopped.set()
        for one in asking:
            if one.ident:
                one.join()
        server.kill()
        server.wait()
    return visitors.answers


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers."""
    for _ in range(600):
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            asked.request("GET", "/healthz")
            assert asked.getresponse().status == 200
            return
        except OSError:
            assert server.poll() is None, "the server did not start"
            time.sleep(0.05)
        finally:
            asked.close()
    pytest.fail("the server did not start")


@pytest.fixture
def folder(tmp_path: Path, installed: Plugins) -> Path:
    (tmp_path / "ville.toml").write_text(COMMUNE)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(("times", "between"), [(1, 100), (20, 500)])
def test_nobody_is_turned_away_while_the_socket_is_kept(
    folder: Path, times: int, between: int
) -> None:
    port = free_port()
    with handover.listening("127.0.0.1", port) as door:
        answers = restarted(folder, port, times, between, door)

    assert set(answers) == {"200"}
    assert answers["200"] >= between * times


@pytest.mark.slow
def test_twin_a_server_that_opens_its_own_socket_refuses_people_meanwhile(folder: Path) -> None:
    answers = restarted(folder, free_port(), 1, 100, None)

    assert answers["ConnectionRefusedError"] > 0


def test_a_socket_knows_that_it_speaks_tcp() -> None:
    """Without it asyncio leaves Nagle's algorithm on, and each answer waits 40 ms."""
    with handover.listening("127.0.0.1", 0) as door:
        assert door.proto == socket.IPPROTO_TCP
