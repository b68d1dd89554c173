"""Does a commune's portal answer its visitors? Asked in this process, as a visitor would ask."""

from typing import Any

from ribambelle.tenants import Tenant
from ribambelle.web.portal import Portal

OK = 200
PAGES = ("/", "/connexion")


async def problem(app: Portal, commune: Tenant) -> str:
    """Return why the commune does not answer, in French; empty when it does."""
    for path in PAGES:
        status = await _asked(app, commune, path)
        if status != OK:
            return f"la page {path} du portail répond {status or 'rien'}"
    return ""


async def _asked(app: Portal, commune: Tenant, path: str) -> int:
    told: list[int] = []
    scheme, _, rest = commune.url().partition("://")

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            told.append(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", rest.partition("/")[0].encode())],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "state": {},
    }
    await app(scope, receive, send)
    return told[0] if told else 0
