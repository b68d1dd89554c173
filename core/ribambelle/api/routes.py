"""What the core itself answers to programs, and the page that says all they may ask."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from markupsafe import Markup, escape

from ribambelle.api import description, scopes
from ribambelle.api.addresses import PAGE, ROOT
from ribambelle.api.answering import said
from ribambelle.api.declaring import Operation
from ribambelle.api.description import Described
from ribambelle.api.pace import OF_COMMUNE, OF_TOKEN
from ribambelle.api.problems import SAID, Said
from ribambelle.api.scopes import ApiScope
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

CODE = re.compile(r"`([^`]+)`")
OPENAPI = f"{ROOT}/openapi.json"


class TokenSheet(msgspec.Struct, frozen=True):
    """What a token is, as whoever bears it reads it."""

    name: str
    prefix: str
    scopes: list[str]
    expires_at: datetime


@dataclass(frozen=True)
class ApiPage:
    """All that programs may ask of this commune."""

    routes: dict[str, list[Described]]
    """By plugin, the core's first."""
    scopes: list[ApiScope]
    problems: dict[str, Said]
    root: str
    openapi: str
    per_minute: tuple[int, int] = (OF_TOKEN, OF_COMMUNE)

    @staticmethod
    def shown(example: Any) -> str:
        """Write an example as it travels, one value a line."""
        return msgspec.json.format(msgspec.json.encode(example), indent=2).decode()

    @staticmethod
    def marked(words: str) -> Markup:
        """Write what stands between backquotes as code.

        >>> ApiPage.marked("Le champ `next` & la suite")
        Markup('Le champ <code>next</code> &amp; la suite')
        """
        return Markup(CODE.sub(r"<code>\1</code>", str(escape(words))))  # noqa: S704 - escaped before


@get(PAGE, name="api", told="Lire ce que des logiciels peuvent demander", guards=[guards.public])
async def page(request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]) -> Page:
    """Show the routes that this commune opens to programs."""
    routes: dict[str, list[Described]] = {}
    for one in description.described(request.app, tenant.hooks):
        routes.setdefault(one.plugin, []).append(one)
    known = list(scopes.known(tenant.hooks).values())
    shown = ApiPage(routes, known, SAID, tenant.url(ROOT), tenant.url(OPENAPI))
    return Page("api/page.html", shown)


@get(
    OPENAPI,
    name="api.openapi",
    told="Lire la description OpenAPI",
    guards=[guards.public],
    api=Operation("Ce document, pour les générateurs de code.", None, None),
)
async def openapi(
    request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]
) -> Response[bytes]:
    """Answer the OpenAPI document of this commune."""
    told = description.document(request.app, tenant.hooks, tenant.settings.name, tenant.url(""))
    return said(msgspec.json.encode(told))


@get(
    f"{ROOT}/token",
    name="api.token",
    told="Vérifier un jeton",
    guards=[guards.Scoped()],
    api=Operation(
        "Dit à quoi sert le jeton envoyé, et jusqu’à quand : pour vérifier un branchement.",
        TokenSheet,
        {
            "name": "Logiciel de cantine",
            "prefix": "3f9a12cd",
            "scopes": ["periscolaire:read"],
            "expires_at": "2027-11-25T09:00:00+01:00",
        },
    ),
)
async def token(seen: NamedDependency[Visit], tenant: NamedDependency[Tenant]) -> Response[bytes]:
    """Say what the token that was sent may do, and until when."""
    bearer = seen.token
    assert bearer is not None  # the guard let it in
    until = bearer.expires_at.astimezone(tenant.zone)
    return said(TokenSheet(bearer.name, bearer.prefix, sorted(bearer.scopes), until))


ROUTES = [page, openapi, token]
