"""FranceConnect and ProConnect of tests and demonstrations: a process of its own, with its own code.

It signs with its own few lines, keeps the lifetimes both document, lets one choose among invented
people on its page, and does what it was told to do wrong: ``POST /_sim {"faults": ["nonce"]}``.
``python -m ribambelle.testing.france_connect PORT [--proconnect]``.
"""

import base64
import hashlib
import hmac
import html
import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

LIMIT = 30.0
ROOT = "/api/v2"
CODE_LIFE, TOKEN_LIFE = 30, 60
FAMILIES: dict[str, dict[str, Any]] = {
    "angela": {
        "given_name": "Angela Claire Louise",
        "family_name": "DUBOIS",
        "preferred_username": "",
        "birthdate": "1962-08-24",
        "gender": "female",
        "email": "angela.dubois@demo.example",
    },
    "melaine": {
        "given_name": "Mélaine Évelyne",
        "family_name": "TROIS",
        "birthdate": "1981-07-01",
        "gender": "female",
        "email": "melaine.trois@demo.example",
    },
    "camille": {
        "given_name": "Camille",
        "family_name": "HOARAU",
        "birthdate": "1990-01-01",
        "gender": "female",
        "email": "famille@demo.example",
    },
    "aidant": {
        "given_name": "Angela Claire Louise",
        "family_name": "DUBOIS",
        "birthdate": "1962-08-24",
        "gender": "female",
        "email": "",
        "rep_scope": ["famille", "argent"],
        "_as": "angela",
    },
    "autre-aidant": {
        "given_name": "Angela Claire Louise",
        "family_name": "DUBOIS",
        "birthdate": "1962-08-24",
        "gender": "female",
        "rep_scope": ["logement"],
        "_as": "angela",
    },
}
STAFF: dict[str, dict[str, Any]] = {
    "sophie": {
        "given_name": "Sophie",
        "usual_name": "Laurent",
        "email": "sophie.laurent@mairie.demo.example",
        "uid": "sophie",
        "siret": "21440109300015",
        "idp_id": "idp-de-la-mairie",
        "_amr": ["pwd", "totp", "mfa"],
    },
    "marc": {
        "given_name": "Marc",
        "usual_name": "Petit",
        "email": "marc.petit@mairie.demo.example",
        "uid": "marc",
        "siret": "21440109300015",
        "idp_id": "idp-de-la-mairie",
        "_amr": ["pwd"],
    },
    "ailleurs": {
        "given_name": "Luc",
        "usual_name": "Loin",
        "email": "luc.loin@ailleurs.demo.example",
        "uid": "luc",
        "siret": "21750001600019",
        "idp_id": "idp-d-ailleurs",
        "_amr": ["pwd", "mfa"],
    },
}
KNOWN = {
    *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "acr_values"),
    *("claims", "prompt", "login_hint"),
}


def secret_of(client: str) -> str:
    """Return the secret of a client: published, since only invented people sign in here."""
    return f"secret-of-{client}-for-demonstrations"


class Standing:
    """A stand-in that runs."""

    def __init__(self, address: str) -> None:
        self.issuer = f"{address}{ROOT}"
        self.http = httpx.Client(base_url=address, timeout=10, trust_env=False)

    def will(self, *faults: str) -> None:
        """Queue what it does wrong, one for each sign-in to come."""
        self._tell(faults=faults)

    def clock(self, seconds: float) -> None:
        """Let it be this moment there, in seconds since 1970."""
        self._tell(now=seconds)

    def sign(self, algorithm: str) -> None:
        """Sign this way from now on, as a client declares it."""
        self._tell(algorithm=algorithm)

    def rotate(self) -> None:
        """Sign with new keys from now on."""
        self._tell(rotate=True)

    def _tell(self, **said: Any) -> None:
        self.http.post("/_sim", json=said).raise_for_status()

    def signs_in(self, way: str, person: str) -> str:
        """Choose somebody on its page; return where the browser is sent back to."""
        asked = dict(parse_qs(urlsplit(way).query))
        form = {name: values[0] for name, values in asked.items()} | {"person": person}
        answer = self.http.post(urlsplit(way).path, data=form)
        return str(answer.headers["location"])


@contextmanager
def standing(*options: str) -> Iterator[Standing]:
    """Run a stand-in on a free port until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ribambelle.testing.france_connect", str(port), *options]
    process = subprocess.Popen(command)  # noqa: S603 - this interpreter, our own module
    one = Standing(f"http://127.0.0.1:{port}")
    limit = time.monotonic() + LIMIT
    try:
        while time.monotonic() < limit and process.poll() is None:
            try:
                one.http.get(f"{ROOT}/jwks")
            except httpx.HTTPError:
                time.sleep(0.02)
            else:
                break
        yield one
    finally:
        one.http.close()
        process.kill()
        process.wait()


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _number(value: int, size: int) -> str:
    return _b64(value.to_bytes(size, "big"))


class Keys:
    """The keys it signs with, of both kinds."""

    def __init__(self) -> None:
        self.kid = secrets.token_hex(6)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.rsa = rsa.generate_private_key(65537, 2048)

    def public(self) -> list[dict[str, str]]:
        """Return what anybody may check with."""
        point = self.ec.public_key().public_numbers()
        modulus = self.rsa.public_key().public_numbers()
        return [
            {
                "kty": "EC",
                "crv": "P-256",
                "use": "sig",
                "alg": "ES256",
                "kid": f"{self.kid}-ec",
                "x": _number(point.x, 32),
                "y": _number(point.y, 32),
            },
            {
                "kty": "RSA",
                "use": "sig",
                "alg": "RS256",
                "kid": f"{self.kid}-rsa",
                "n": _number(modulus.n, 256),
                "e": _number(modulus.e, 3),
            },
        ]

    def signed(self, claims: Mapping[str, Any], algorithm: str, secret: str, fault: str) -> str:
        """Return a token, signed as asked or as a thief would."""
        header: dict[str, str] = {"alg": algorithm, "typ": "JWT"}
        header["kid"] = f"{self.kid}-{'ec' if algorithm == 'ES256' else 'rsa'}"
        if fault == "none":
            header["alg"] = "none"
        elif fault in ("confusion", "downgrade"):
            header["alg"] = "HS256"
        said = f"{_b64(json.dumps(header).encode())}.{_b64(json.dumps(claims).encode())}"
        return f"{said}.{_b64(self._signature(said.encode(), header['alg'], secret, fault))}"

    def _signature(self, said: bytes, algorithm: str, secret: str, fault: str) -> bytes:
        if algorithm == "none":
            return b""
        if fault == "confusion":  # with the public key as a secret, which anybody has
            public = self.rsa.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return hmac.new(public, said, hashlib.sha256).digest()
        if algorithm == "HS256":
            return hmac.new(secret.encode(), said, hashlib.sha256).digest()
        keys = Keys() if fault == "forged" else self
        if algorithm == "RS256":
            return keys.rsa.sign(said, padding.PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(keys.ec.sign(said, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Service:
    """All it knows: its keys, the codes and tokens under way, what to do wrong next."""

    def __init__(self, port: int, *, for_staff: bool, algorithm: str) -> None:
        self.port, self.for_staff, self.algorithm = port, for_staff, algorithm
        self.issuer = f"http://127.0.0.1:{port}{ROOT}"
        self.people = STAFF if for_staff else FAMILIES
        self.keys = Keys()
        self.faults: list[str] = []
        self.ahead = 0.0
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}

    def now(self) -> float:
        """Return the moment it is here."""
        return time.time() + self.ahead

    def sub(self, person: str, client: str) -> str:
        """Return how a person is named to one client: differently to each, as in the real one."""
        real = str(self.people[person].get("_as", person))
        return hashlib.sha256(f"{real}|{client}".encode()).hexdigest() + "v1"

    def code(self, asked: Mapping[str, str]) -> str:
        """Return a code for whoever was chosen."""
        code = secrets.token_urlsafe(24)
        fault = self.faults.pop(0) if self.faults else ""
        self.codes[code] = {**asked, "until": self.now() + CODE_LIFE, "fault": fault}
        return code

    def redeemed(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Return the tokens of a code, once."""
        found = self.codes.get(form.get("code", ""))
        if found is None or found.get("used") or found["until"] < self.now():
            return 400, {"error": "invalid_grant"}
        client = found["client_id"]
        if form.get("client_id") != client or form.get("client_secret") != secret_of(client):
            return 401, {"error": "invalid_client"}
        if form.get("redirect_uri") != found["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        found["used"] = True
        if found["fault"] == "500":
            return 500, {}
        access = secrets.token_urlsafe(24)
        self.tokens[access] = {**found, "until": self.now() + TOKEN_LIFE}
        return 200, {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_LIFE,
            "id_token": self._identity(found),
        }

    def _common(self, found: Mapping[str, Any]) -> dict[str, Any]:
        fault, now = found["fault"], int(self.now())
        client = found["client_id"]
        return {
            "iss": "https://voleur.example" if fault == "issuer" else self.issuer,
            "aud": "un-autre-client" if fault == "audience" else client,
            "sub": self.sub(found["person"], client),
            "iat": now - 600 if fault == "expired" else now,
            "exp": now - 540 if fault == "expired" else now + TOKEN_LIFE,
        }

    def _identity(self, found: Mapping[str, Any]) -> str:
        fault = found["fault"]
        claims = self._common(found) | {
            "nonce": "x" * 43 if fault == "nonce" else found["nonce"],
            "acr": "eidas0" if fault == "level" else "eidas1",
        }
        person = self.people[found["person"]]
        if self.for_staff and '"amr"' in found.get("claims", ""):
            claims["amr"] = person["_amr"]
        wrong = "" if fault.startswith("told_") else fault
        return self.keys.signed(claims, self.algorithm, secret_of(found["client_id"]), wrong)

    def told(self, access: str) -> str | None:
        """Return what is told of a person, signed; None without a token that lives."""
        found = self.tokens.get(access)
        if found is None or found["until"] < self.now():
            return None
        fault = found["fault"]
        claims = self._common(found) | {
            name: value
            for name, value in self.people[found["person"]].items()
            if not name.startswith("_")
        }
        if fault == "told_other":
            claims["sub"] = "0" * 64 + "v1"
        wrong = fault.removeprefix("told_") if fault.startswith("told_") else ""
        return self.keys.signed(claims, self.algorithm, secret_of(found["client_id"]), wrong)


STYLE = (
    "body{font:1.1rem/1.5 system-ui;max-width:36rem;margin:2rem auto;padding:0 1rem}"
    "button{font:inherit;padding:.7rem 1rem;margin:.3rem 0;width:100%;text-align:left}"
)


class _Answering(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        path = parts.path.removeprefix(ROOT)
        if path == "/.well-known/openid-configuration":
            self._json(200, self._addresses())
        elif path == "/jwks":
            self._json(200, {"keys": self.service.keys.public()})
        elif path == "/authorize":
            self._choose(asked)
        elif path == "/userinfo":
            bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
            told = self.service.told(bearer)
            if told is None:
                self._json(401, {"error": "invalid_token"})
            else:
                self._send(200, told.encode(), "application/jwt")
        elif path == "/session/end":
            self._farewell(asked)
        else:
            self._json(404, {})

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        path = urlsplit(self.path).path.removeprefix(ROOT)
        if path == "/_sim":
            self._simulate(json.loads(body))
            return
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if path == "/token":
            self._json(*self.service.redeemed(form))
        elif path == "/authorize" and form.get("person") in self.service.people:
            code = self.service.code(form)
            where = form["redirect_uri"]
            self._redirect(f"{where}?{urlencode({'code': code, 'state': form['state']})}")
        elif path == "/authorize" and "redirect_uri" in form:
            told = {"error": "access_denied", "state": form["state"]}
            self._redirect(f"{form['redirect_uri']}?{urlencode(told)}")
        else:
            self._json(404, {})

    def _simulate(self, said: Mapping[str, Any]) -> None:
        if "faults" in said:
            self.service.faults[:] = said["faults"]
        if "now" in said:
            self.service.ahead = said["now"] - time.time()
        self.service.algorithm = said.get("algorithm", self.service.algorithm)
        if said.get("rotate"):
            self.service.keys = Keys()
        self._json(200, {})

    def _addresses(self) -> dict[str, Any]:
        issuer = self.service.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "end_session_endpoint": f"{issuer}/session/end",
            "jwks_uri": f"{issuer}/jwks",
            "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256"],
        }

    def _choose(self, asked: Mapping[str, str]) -> None:
        wrong = [name for name in asked if name not in KNOWN]
        if self.service.for_staff and wrong:
            self._json(400, {"error": "Y000400", "error_description": f"unknown: {wrong}"})
            return
        short = [name for name in ("state", "nonce") if len(asked.get(name, "")) < 32]
        host = urlsplit(asked.get("redirect_uri", "")).hostname or ""
        if short or not host.endswith(".localhost") or asked.get("acr_values") != "eidas1":
            self._json(400, {"error": "invalid_request", "error_description": f"{short} {host}"})
            return
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        names = "".join(
            f'<button name="person" value="{key}">{html.escape(_called(key, one))}</button>'
            for key, one in self.service.people.items()
        )
        title = "ProConnect" if self.service.for_staff else "FranceConnect"
        page = (
            f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{title} (simulé)</title>'
            f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
            f"<h1>{title} de démonstration</h1><p>Ce n’est pas le vrai : choisissez une personne "
            f'inventée.</p><form method="post" action="{ROOT}/authorize">{hidden}{names}'
            '<button name="person" value="-">Renoncer</button></form>'
        )
        self._send(200, page.encode(), "text/html; charset=utf-8")

    def _farewell(self, asked: Mapping[str, str]) -> None:
        where = asked.get("post_logout_redirect_uri", "")
        host = urlsplit(where).hostname or ""
        if not asked.get("id_token_hint") or not host.endswith(".localhost"):
            self._json(400, {"error": "invalid_request"})
            return
        self._redirect(f"{where}?{urlencode({'state': asked.get('state', '')})}")

    def _redirect(self, where: str) -> None:
        self.send_response(303)
        self.send_header("location", where)
        self.send_header("content-length", "0")
        self.end_headers()

    def _json(self, status: int, told: Any) -> None:
        self._send(status, json.dumps(told).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _called(key: str, one: Mapping[str, Any]) -> str:
    name = f"{one['given_name']} {one.get('family_name') or one.get('usual_name')}"
    if "rep_scope" in one:
        return f"Un aidant, pour {name} ({', '.join(one['rep_scope'])})"
    if "_amr" in one:
        return f"{name}, {'avec' if 'mfa' in one['_amr'] else 'sans'} second facteur"
    return name


if __name__ == "__main__":
    _Answering.service = Service(
        int(sys.argv[1]),
        for_staff="--proconnect" in sys.argv,
        algorithm=next((one for one in sys.argv if one in ("RS256", "HS256")), "ES256"),
    )
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Answering).serve_forever()
