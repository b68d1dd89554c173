"""One request: the commune it is for, who makes it, and what to tell them on the next page."""

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection

from ribambelle.identity.person import Person
from ribambelle.identity.sessions import OpenSession
from ribambelle.tenants import Tenant
from ribambelle.web.assets import Assets

KEY = "ribambelle"


@dataclass(slots=True)
class Visit:
    """What the portal knows of a request before any handler runs."""

    tenant: Tenant
    number: str
    session: OpenSession
    assets: Assets
    person: Person | None = None

    def tell(self, kind: str, text: str) -> None:
        """Show a sentence on the next page: kind is ok, info, alerte or erreur."""
        self.session.set("flash", [*self.session.data.get("flash", []), [kind, text]])

    def told(self) -> list[tuple[str, str]]:
        """Return what was to be shown, and forget it."""
        flash = self.session.data.get("flash", [])
        if flash:
            self.session.drop("flash")
        return [(kind, text) for kind, text in flash]


def visit(connection: ASGIConnection[Any, Any, Any, Any]) -> Visit:
    """Return the visit a connection belongs to."""
    found = connection.scope[KEY]  # type: ignore[literal-required] # a key of ours in ASGI's scope
    assert isinstance(found, Visit)
    return found
