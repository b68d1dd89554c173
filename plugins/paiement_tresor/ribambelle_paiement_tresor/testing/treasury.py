"""The simulated treasury, as tests speak to it."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

STARTED_AT = "2026-11-25T09:00:00"
START_LIMIT = 30.0


class SimulatedTreasury:
    """A simulator that runs; its clock stands still until `advance`."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = httpx.Client(base_url=address, timeout=10, trust_env=False)

    def reset(self, **told: Any) -> None:
        """Forget everything, and go back to the first moment."""
        self._post("/_sim/reset", told)

    def advance(self, **by: float | str) -> None:
        """Push its clock by days, hours, minutes, seconds, or `to` a moment."""
        self._post("/_sim/clock/advance", by)

    def will(self, kind: str, **given: Any) -> None:
        """Queue something to do wrong; docs/treasury-simulator.md lists the kinds."""
        self._post("/_sim/faults", {"kind": kind, **given})

    def family(self, idop: str, outcome: str) -> httpx.Response:
        """End a payment as its family would: card, debit, refuse_card, refuse_debit, abandon…"""
        return self.http.post("/tpa/paiementws.web", data={"idop": idop, "outcome": outcome})

    def notify(self, idop: str, **shape: Any) -> list[dict[str, Any]]:
        """Send a notification now and return what was answered."""
        sent: list[dict[str, Any]] = self._post(f"/_sim/notify/{idop}", shape)["sent"]
        return sent

    def operations(self) -> list[dict[str, Any]]:
        """Return its books."""
        kept: list[dict[str, Any]] = self.http.get("/_sim/operations").raise_for_status().json()
        return kept

    def requests(self) -> list[dict[str, Any]]:
        """Return what it was asked, as it came."""
        asked: list[dict[str, Any]] = self.http.get("/_sim/requests").raise_for_status().json()
        return asked

    def report(self, **asked: str) -> str:
        """Return the report of a day: `numcli`, `date`, and what to hide or to add."""
        return self.http.get("/_sim/daily.csv", params=asked).raise_for_status().text

    def _post(self, path: str, told: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.post(path, json=told).raise_for_status().json()
        return answer


@contextmanager
def simulated_treasury(*options: str) -> Iterator[SimulatedTreasury]:
    """Run a simulator on a free port until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # the same with or without the schemas on this machine
    arguments = ["--port", str(port), "--at", STARTED_AT, "--pes-xsd", "", *options]
    process = subprocess.Popen(  # noqa: S603 - this interpreter, our own module
        [sys.executable, "-m", "ribambelle_treasury_sim", *arguments], stdout=subprocess.DEVNULL
    )
    treasury = SimulatedTreasury(f"http://127.0.0.1:{port}")
    try:
        _await(treasury, process)
        yield treasury
    finally:
        treasury.http.close()
        process.kill()
        process.wait()


def _await(treasury: SimulatedTreasury, process: "subprocess.Popen[bytes]") -> None:
    limit = time.monotonic() + START_LIMIT
    while process.poll() is None and time.monotonic() < limit:
        try:
            treasury.http.get("/_sim/clock").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the simulated treasury did not start")
