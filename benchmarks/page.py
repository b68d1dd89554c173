"""What does a page cost? CPU of the server per request, and its ratio to an empty answer.

Run: ``python benchmarks/page.py``. Both applications are served by uvicorn in a process of their
own; what is reported is the CPU time of that process, never wall time: it does not depend on what
else the machine is doing. The aim: a page with its queries at most five times a bare one.
"""

import asyncio
import logging
import multiprocessing
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Litestar, get

from ribambelle import demonstration
from ribambelle.identity import Grant
from ribambelle.plugins import Plugins
from ribambelle.tenants import Platform
from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import bring_up
from ribambelle.testing.postgres import NoServer, start_server, stop
from ribambelle.web.portal import portal
from ribambelle_creche import demo
from ribambelle_creche.demo_figures import TOWNS

REQUESTS, ROUNDS = 200, 3


@get("/")
async def hello() -> str:
    return "hello"


class Server:
    """One application behind uvicorn, and what it has spent."""

    def __init__(self, process: Any, port: int) -> None:
        self.process, self.port = process, port

    def spent(self) -> float:
        """Return the CPU this process has used, in milliseconds."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6

    def once(self, path: str, cookie: str) -> None:
        """Ask for one page, on a connection of its own."""
        asked = f"GET {path} HTTP/1.1\r\nHost: alpha.localhost\r\nCookie: {cookie}\r\n\r\n"
        with closing(socket.create_connection(("127.0.0.1", self.port))) as line:
            line.sendall(asked.encode())
            answered(line)

    def per_request(self, path: str, cookie: str = "") -> float:
        """Return the least CPU per request over some rounds, on a kept connection."""
        self.a_round(path, cookie)  # the first warms up
        return min(self.a_round(path, cookie) for _ in range(ROUNDS))

    def a_round(self, path: str, cookie: str = "") -> float:
        """Return the CPU per request of some requests, on a kept connection."""
        asked = f"GET {path} HTTP/1.1\r\nHost: alpha.localhost\r\nAccept-Encoding: gzip\r\n"
        asked += f"Cookie: {cookie}\r\n\r\n" if cookie else "\r\n"
        with closing(socket.create_connection(("127.0.0.1", self.port))) as line:
            began = self.spent()
            for _ in range(REQUESTS):
                line.sendall(asked.encode())
                answered(line)
            return (self.spent() - began) / REQUESTS


def answered(line: socket.socket, wanted: bytes = b"HTTP/1.1 200") -> None:
    """Read one whole answer, and refuse any but the one wanted."""
    text = b""
    while b"\r\n\r\n" not in text:
        text += line.recv(65536)
    head, _, body = text.partition(b"\r\n\r\n")
    if not head.startswith(wanted):
        sys.exit(head.decode())
    if b"transfer-encoding: chunked" in head.lower():
        while not body.endswith(b"0\r\n\r\n"):
            body += line.recv(65536)
        return
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += line.recv(65536)


@contextmanager
def server(target: Any, *given: Any) -> Iterator[Server]:
    """Start a process that serves, and stop it."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=target, args=(port, *given))
    process.start()
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                if not process.is_alive():
                    sys.exit("the server did not start")
        yield Server(process, port)
    finally:
        process.terminate()
        process.join()


def serve_bare(port: int) -> None:
    """Serve an application that only says hello."""
    run(Litestar([hello], openapi_config=None, logging_config=None), port)


def serve_portal(port: int, folder: Path) -> None:
    """Serve the communes made in a folder."""
    run(portal(Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock())), port)


def run(app: Any, port: int) -> None:
    """Serve with a line of log for a fault alone, written as `serve` does: a long one costs seconds."""
    from ribambelle_cli import logs

    logs.structured(logging.ERROR)
    uvicorn.run(app, port=port, log_level="error", access_log=False, lifespan="off")


async def town_of(folder: Path, url: str) -> tuple[str, str]:
    """Make a commune of demonstration; return the cookies of an agent and of a family."""
    app = portal(Platform(folder, folder / "data", plugins=Plugins(), clock=FrozenClock()))
    communes = await bring_up(app, folder, folder / "templates", url, ["creche"])
    town = communes.alpha
    demo.TOWNS["alpha"] = TOWNS["nantes"]
    with town.here():
        await demo.fill(2026)
    people = await town.staff(Grant("agent")), await town.family(demonstration.CAMILLE)
    with town.here():
        await demonstration.fill(2026)
    await app.platform.aclose()
    agent, family = (
        "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar) for browser in people
    )
    return agent, family


def measured(folder: Path, url: str) -> dict[str, float]:
    """Measure the pages of a commune of demonstration on one database."""
    cookie, family = asyncio.run(town_of(folder, url))
    with server(serve_bare) as bare, server(serve_portal, folder) as town:
        return {
            "bare hello": bare.per_request("/"),
            "mentions (0 queries)": town.per_request("/mentions"),
            "sheet (2 queries)": town.per_request("/creche/etablissements/5"),
            "list of 112 crèches (3)": town.per_request("/creche"),
            "family's home, weeks shared": town.per_request("/", family),
            "agent's home (signed in)": town.per_request("/bureau", cookie),
            "queue of 2,000 files": town.per_request("/bureau/creche/demandes?vue=toutes", cookie),
            "statistics of 2,000 files": town.per_request("/bureau/creche/statistiques", cookie),
        }


def told(name: str, found: dict[str, float]) -> None:
    base = found["bare hello"]
    print(f"\n{name}")
    for page, spent in found.items():
        print(f"  {page:28} {spent:7.2f} ms CPU   {spent / base:5.1f} ×")


def main() -> None:
    """Measure on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        told("SQLite", measured(Path(folder), ""))
    beside = Path(tempfile.mkdtemp(prefix="ribambelle-pg-"))
    try:
        url = start_server(beside)
    except NoServer as error:
        sys.exit(f"PostgreSQL not measured: {error}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            told("PostgreSQL (CPU of the portal alone)", measured(Path(folder), url))
    finally:
        stop(beside)


if __name__ == "__main__":
    main()
