"""API Particulier of tests and demonstrations: a process of its own, with its own code.

It knows a few invented families, refuses as the real one documents, counts by token and by machine,
silences who does not hear it, and does what it was told to do wrong: ``POST /_sim {"faults":
["23003"]}``. ``python -m ribambelle.testing.api_particulier PORT``.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

LIMIT = 30.0
BY_TOKEN, A_SECOND = 20, 1.0
BY_MACHINE, A_MINUTE = 1_000, 60.0
UNHEARD = 5
"""Questions asked while told to wait, after which a machine is silenced."""
BAN = 12 * 3600
ADULTS: dict[tuple[str, str], dict[str, Any]] = {
    ("DUBOIS", "1962-08-24"): {"value": 640, "base": 24_500, "children": 2, "fund": "CNAF"},
    ("HOARAU", "1990-05-12"): {"value": 812, "base": 31_200, "children": 1, "fund": "CNAF"},
    ("PAYET", "1988-03-02"): {"value": 1204, "base": 42_000, "children": 3, "fund": "MSA"},
    ("SANSDROITS", "1985-01-15"): {},
}
"""Invented people: whom the CAF knows, by birth name and birth date; one has no allowance left."""
PUPILS = {("HOARAU", "LÉA"), ("DUBOIS", "NOÉ")}
FAULTS = {
    "35003": (404, "Dossier allocataire inexistant."),
    "23003": (404, "Dossier absent du fichier de la CNAF."),
    "10003": (404, "Dossier absent du fichier de la MSA."),
    "00366": (422, "L'état civil est mal formé."),
    "00203": (422, "Le recipient est absent ou invalide."),
    "00100": (403, "Vos droits sont insuffisants."),
    "00101": (401, "Le jeton est invalide."),
    "00103": (401, "Le jeton est expiré."),
    "00105": (401, "Le jeton est absent."),
    "00015": (409, "Une requête identique est déjà en cours."),
    "00429": (429, "Vous avez effectué trop de requêtes."),
}
TOKENS = ("token-of-", "fc-")


def token_of(client: str) -> str:
    """Return the token of a commune: published, since only invented people are known here."""
    return f"token-of-{client}-for-demonstrations"


class ApiParticulier:
    """A stand-in that runs."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = httpx.Client(base_url=address, timeout=10, trust_env=False)

    def will(self, *faults: str) -> None:
        """Queue what it does wrong: a code, a status, ``garbage``, ``slow`` or ``drop``."""
        self.http.post("/_sim", json={"faults": faults}).raise_for_status()

    def forget(self) -> None:
        """Count from zero, and silence nobody."""
        self.http.post("/_sim", json={"faults": [], "forget": True}).raise_for_status()

    def raised(self, value: int) -> None:
        """Let every quotient be this one from now on; 0 for each its own."""
        self.http.post("/_sim", json={"value": value}).raise_for_status()

    def asked(self) -> list[dict[str, Any]]:
        """Return the questions that came, with their moment and their token, and forget them."""
        found: list[dict[str, Any]] = self.http.get("/_sim").raise_for_status().json()
        return found


@contextmanager
def simulated_state() -> Iterator[ApiParticulier]:
    """Run a stand-in on a free port until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ribambelle.testing.api_particulier", str(port)]
    process = subprocess.Popen(command)  # noqa: S603 - this interpreter, our own module
    one = ApiParticulier(f"http://127.0.0.1:{port}")
    try:
        _await(one, process)
        yield one
    finally:
        one.http.close()
        process.kill()
        process.wait()


def _await(one: ApiParticulier, process: "subprocess.Popen[bytes]") -> None:
    limit = time.monotonic() + LIMIT
    while process.poll() is None and time.monotonic() < limit:
        try:
            one.asked()
        except httpx.HTTPError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the API Particulier of tests did not start")


class Counts:
    """How much each token and the machine asked, and who is silenced."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.by_token: dict[str, deque[float]] = {}
        self.by_machine: deque[float] = deque()
        self.silent_until, self.unheard = 0.0, 0

    def wait(self, token: str, now: float) -> int:
        """Return how many seconds to wait before asking; 0 for now."""
        with self.lock:
            if now < self.silent_until:
                self.unheard += 1
                if self.unheard >= UNHEARD:
                    self.silent_until = max(self.silent_until, now + BAN)
                return max(1, int(self.silent_until - now))
            mine = self.by_token.setdefault(token, deque())
            for seen, most, per in (
                (mine, BY_TOKEN, A_SECOND),
                (self.by_machine, BY_MACHINE, A_MINUTE),
            ):
                while seen and now - seen[0] >= per:
                    seen.popleft()
                if len(seen) >= most:
                    self.silent_until, self.unheard = now + per, 0
                    return max(1, round(per))
                seen.append(now)
            return 0


class _Answering(BaseHTTPRequestHandler):
    faults: list[str] = []
    questions: list[dict[str, Any]] = []
    counts = Counts()
    value = 0

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        said = json.loads(self.rfile.read(length))
        if "faults" in said:
            type(self).faults[:] = said["faults"]
        if said.get("forget"):
            self.counts.clear()
        type(self).value = said.get("value", self.value)
        self._send(200, b"{}")

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/_sim":
            self._send(200, json.dumps(self.questions).encode())
            type(self).questions.clear()
            return
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        now = time.time()
        wait = self.counts.wait(token, now)
        told = {"path": parts.path, "token": token, "at": now, "status": 429 if wait else 200}
        type(self).questions.append({**told, "asked": asked})
        if wait:
            self._refuse("00429", wait)
            return
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "drop":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault == "slow":
            time.sleep(6)
        elif fault == "garbage":
            self._send(200, b"<html>")
        elif fault in FAULTS:
            self._refuse(fault, 5)
        elif fault:
            self._send(int(fault), b"{}")
        else:
            self._answer(parts.path, token, asked)

    def _answer(self, path: str, token: str, asked: Mapping[str, str]) -> None:
        if not token:
            self._refuse("00105")
        elif not token.startswith(TOKENS) and not path.endswith("/france_connect"):
            self._refuse("00101")
        elif path == "/api/introspect":
            scopes = ["cnaf_quotient_familial", "cnaf_participation_familiale_eaje", "scolarites"]
            self._send(200, json.dumps({"data": {"scopes": scopes}}).encode())
        elif len(asked.get("recipient", "")) != 14:
            self._refuse("00203")
        elif path.startswith("/v4/men/scolarites/"):
            name = asked.get("nomNaissance", "").upper(), asked.get("prenoms[]", "").upper()
            there = name in PUPILS
            school = {"code_uai": "0440123A"} if there else None
            self._data({"est_scolarise": there, "etablissement": school})
        elif path.endswith("/france_connect"):
            self._of(path, ADULTS["DUBOIS", "1962-08-24"])
        elif not asked.get("nomNaissance") or asked.get("sexeEtatCivil") not in ("F", "M"):
            self._refuse("00366")
        else:
            born = "-".join(
                asked.get(f"{one}DateNaissance", "") for one in ("annee", "mois", "jour")
            )
            one = ADULTS.get((asked["nomNaissance"].upper(), born))
            if one is None:
                self._refuse("35003")
            else:
                self._of(path, one)

    def _of(self, path: str, one: Mapping[str, Any]) -> None:
        if not one:
            self._send(404, json.dumps({"errors": [{"code": "", "title": "Vide"}]}).encode())
            return
        year, month = time.gmtime()[:2]
        children = [{"nom_naissance": "X", "sexe": "F"}] * one["children"]
        family = {"allocataires": [{"nom_naissance": "X", "sexe": "F"}], "enfants": children}
        if "participation_familiale_eaje" in path:
            base = {"valeur": one["base"], "annee_calcul": year - 2}
            told = {
                "nombre_enfants_a_charge": one["children"],
                "nombre_enfants_beneficiaire_aeeh": 0,
                "base_ressources_annuelles": base,
            }
            self._data({**family, "parametres_calcul_participation_familiale": told})
            return
        quotient = {"fournisseur": one["fund"], "valeur": self.value or one["value"]}
        quotient |= {"annee": year, "mois": month, "annee_calcul": year, "mois_calcul": month}
        self._data({**family, "quotient_familial": quotient})

    def _data(self, told: Mapping[str, Any]) -> None:
        self._send(200, json.dumps({"data": told, "links": {}, "meta": {}}).encode())

    def _refuse(self, code: str, wait: int = 0) -> None:
        status, title = FAULTS[code]
        told = {"errors": [{"code": code, "title": title, "detail": title, "source": None}]}
        self._send(status, json.dumps(told).encode(), wait)

    def _send(self, status: int, body: bytes, wait: int = 0) -> None:
        self.send_response(status)
        if wait:
            self.send_header("retry-after", str(wait))
        self.send_header("x-request-id", f"request-{len(self.questions)}")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: tests read what was asked."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Answering).serve_forever()
