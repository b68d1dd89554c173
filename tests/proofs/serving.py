"""A real server in a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

RIBAMBELLE = Path(sys.executable).with_name("ribambelle")


@contextmanager
def serving(folder: Path, port: int, processes: int = 1) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `ribambelle serve` on these communes, in one process or more, and wait until it answers."""
    places = {"RIBAMBELLE_TENANTS": str(folder), "RIBAMBELLE_DATA": str(folder / "data")}
    server = subprocess.Popen(
        [RIBAMBELLE, "serve", "--port", str(port), "--no-work", f"--processes={processes}"],
        env={**os.environ, **places},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
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
        server.kill()
        server.wait()
