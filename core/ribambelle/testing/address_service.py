"""The address service of tests: a process of its own that answers as the public one documents.

It knows a few streets, and does what it was told to do wrong: ``POST /_sim {"faults": ["429"]}``.
``python -m ribambelle.testing.address_service PORT``.
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

KNOWN = {
    "4 rue des ecoles": ("4 Rue des Écoles 71380 Exemple", "71001", 46.8000, 4.8500),
    "1 place de la gare": ("1 Place de la Gare 71380 Exemple", "71001", 46.8000, 4.9000),
    "12 quai de l autre ville": ("12 Quai de l'Autre Ville 71999 Ailleurs", "71999", 46.85, 4.85),
}
LIMIT = 30.0


class AddressService:
    """A stand-in that runs."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = httpx.Client(base_url=address, timeout=10, trust_env=False)

    def will(self, *faults: str) -> None:
        """Queue answers that are wrong: a status, ``garbage``, ``slow`` or ``drop``."""
        self.http.post("/_sim", json={"faults": faults}).raise_for_status()

    def asked(self) -> list[dict[str, str]]:
        """Return the questions that came, and forget them."""
        found: list[dict[str, str]] = self.http.get("/_sim").raise_for_status().json()
        return found


@contextmanager
def simulated_addresses() -> Iterator[AddressService]:
    """Run a stand-in on a free port until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ribambelle.testing.address_service", str(port)]
    process = subprocess.Popen(command)  # noqa: S603 - this interpreter, our own module
    service = AddressService(f"http://127.0.0.1:{port}")
    try:
        _await(service, process)
        yield service
    finally:
        service.http.close()
        process.kill()
        process.wait()


def _await(service: AddressService, process: "subprocess.Popen[bytes]") -> None:
    limit = time.monotonic() + LIMIT
    while process.poll() is None and time.monotonic() < limit:
        try:
            service.asked()
        except httpx.HTTPError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the address service did not start")


class _Answering(BaseHTTPRequestHandler):
    faults: list[str] = []
    questions: list[dict[str, str]] = []

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        type(self).faults[:] = json.loads(self.rfile.read(length))["faults"]
        self._answer(200, {})

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/_sim":
            self._answer(200, self.questions)
            type(self).questions.clear()
            return
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        type(self).questions.append(asked)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault == "slow":
            time.sleep(3)
        elif fault == "garbage":
            self._send(200, b"<html>")
        elif fault:
            self._answer(int(fault), {"message": "too many"})
        else:
            self._answer(200, {"type": "FeatureCollection", "features": _features(asked)})

    def _answer(self, status: int, told: Any) -> None:
        self._send(status, json.dumps(told).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if status == 429:
            self.send_header("retry-after", "5")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: tests read what was asked."""


def _features(asked: dict[str, str]) -> list[dict[str, Any]]:
    from ribambelle.search import fold

    name = fold(asked.get("q", ""))
    found = next((told for key, told in KNOWN.items() if name.startswith(key)), None)
    if found is None or asked.get("citycode") not in (None, found[1]):
        return []
    label, city, latitude, longitude = found
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
            "properties": {"label": label, "score": 0.93, "citycode": city, "type": "housenumber"},
        }
    ]


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Answering).serve_forever()
