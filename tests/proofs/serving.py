"""The portal as it is served: `ribambelle serve`, in processes of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

RIBAMBELLE = Path(sys.executable).with_name("ribambelle")

HAND_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])
"""


def started(
    folder: Path,
    port: int,
    log: Path = Path(os.devnull),
    processes: int = 1,
    door: socket.socket | None = None,
    data: Path | None = None,
) -> "subprocess.Popen[bytes]":
    """Start `ribambelle serve` on these communes.

    :param door: a socket that listens already, handed over as systemd does.
    """
    places = {"RIBAMBELLE_TENANTS": str(folder), "RIBAMBELLE_DATA": str(data or folder / "data")}
    command = [str(RIBAMBELLE), "serve", f"--port={port}", "--no-work", f"--processes={processes}"]
    if door:
        command = [sys.executable, "-c", HAND_OVER, str(door.fileno()), *command]
    with log.open("ab") as told:
        return subprocess.Popen(
            command,
            env={**os.environ, **places},
            stdout=subprocess.DEVNULL,
            stderr=told,
            start_new_session=True,
            pass_fds=[door.fileno()] if door else [],
        )


@contextmanager
def serving(
    folder: Path,
    port: int,
    log: Path = Path(os.devnull),
    processes: int = 1,
    data: Path | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `ribambelle serve` on these communes, and wait until it answers."""
    server = started(folder, port, log, processes, data=data)
    try:
        for _ in range(600):
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz")
                break
            except httpx.TransportError:
                assert server.poll() is None, "the server did not start"
                time.sleep(0.05)
        yield server
    finally:
        # the whole group: processes that a killed server started would outlive it
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
