"""The portal as it is served: `ribambelle serve`, in processes of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

RIBAMBELLE = Path(sys.executable).with_name("ribambelle")


@contextmanager
def serving(
    folder: Path, port: int, log: Path = Path(os.devnull), processes: int = 1
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `ribambelle serve` on these communes, and wait until it answers."""
    places = {"RIBAMBELLE_TENANTS": str(folder), "RIBAMBELLE_DATA": str(folder / "data")}
    with log.open("ab") as told:
        server = subprocess.Popen(
            [RIBAMBELLE, "serve", "--port", str(port), "--no-work", f"--processes={processes}"],
            env={**os.environ, **places},
            stdout=subprocess.DEVNULL,
            stderr=told,
            start_new_session=True,
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
        # the whole group: processes that a killed server started would outlive it
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
