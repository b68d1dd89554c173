"""One request: the commune it is for, who makes it, and what to tell them on the next page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from litestar.connection import ASGIConnection

from ribambelle.forms import Bound
from ribambelle.identity.person import Bearer, Person
from ribambelle.identity.sessions import LANGUAGE, OpenSession
from ribambelle.languages.known import FRENCH, OTHERS, Language
from ribambelle.tenants import Tenant
from ribambelle.web.assets import Assets
from ribambelle.web.formats import SansCoupe

KEY = "ribambelle"
LONGEST_FORM = 16_000
"""Bytes a refused form may take in a session; a longer one is answered where it was sent."""


@dataclass(slots=True)
class Visit:
    """What the portal knows of a request before any handler runs."""

    tenant: Tenant
    number: str
    session: OpenSession
    assets: Assets
    person: Person | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    """By address of the menu, how many things wait there for this person."""
    source: str = ""
    """What to tell whoever reads figures of where they were read; nothing when all is as usual."""
    token: Bearer | None = None
    """The program that asks, when the address is for programs: nobody is signed in there."""
    barred: Exception | None = None
    """Why its token opens nothing, for the routes that need one."""

    @property
    def languages(self) -> list[Language]:
        """The languages this portal speaks, French first."""
        return [FRENCH, *(OTHERS[code] for code in self.tenant.settings.languages)]

    @property
    def language(self) -> Language:
        """The language this person reads; the town hall works in French."""
        chosen = self.session.data.get(LANGUAGE)
        if chosen is None or (self.person and self.person.is_staff):
            return FRENCH
        return next((one for one in self.languages if one.code == chosen), FRENCH)

    def tell(self, kind: str, text: str) -> None:
        """Show a sentence on the next page: kind is ok, info, alerte or erreur."""
        self.session.set("flash", [*self.session.data.get("flash", []), [kind, text]])

    def told(self) -> list[tuple[str, str]]:
        """Return what was to be shown, and forget it."""
        flash = self.session.data.get("flash", [])
        if flash:
            self.session.drop("flash")
        return [(kind, SansCoupe(text)) for kind, text in flash]

    def keep(self, path: str, form: Bound[Any]) -> bool:
        """Keep a refused form for the page it will be shown on again; False when it is too long.

        The browser is then sent to that page: going back later asks it to send nothing again.
        """
        kept = [path, form.errors, dict(form.raw)]
        if len(msgspec.json.encode(kept)) > LONGEST_FORM:
            return False
        self.session.set("refused", kept)
        return True

    def kept(self, path: str) -> Bound[Any] | None:
        """Return the form that was refused for this page, and forget it."""
        refused = self.session.data.get("refused")
        if not refused or refused[0] != path:
            return None
        self.session.drop("refused")
        return Bound(None, refused[1], refused[2])


def visit(connection: ASGIConnection[Any, Any, Any, Any]) -> Visit:
    """Return the visit a connection belongs to."""
    found = connection.scope[KEY]  # type: ignore[literal-required] # a key of ours in ASGI's scope
    assert isinstance(found, Visit)
    return found
