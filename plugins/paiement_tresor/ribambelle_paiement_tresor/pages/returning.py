"""Where the treasury writes, and where it sends families back."""

from typing import Any
from urllib.parse import parse_qsl

import structlog
from litestar import MediaType, Request, Response, get, route
from litestar.di import NamedDependency
from litestar.response import Redirect

from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_paiement_tresor.hearing import hear, operation_in
from ribambelle_paiement_tresor.pages.paying import HERE, own
from ribambelle_paiement_tresor.paying import NOTICE, RETURN

log = structlog.get_logger(__name__)
LONGEST = 4096
"""Bytes of a notice that are read; the treasury sends forty."""


@route(
    NOTICE,
    name="paiement.notice",
    told="Recevoir l’avis du Trésor public : un paiement a bougé",
    http_method=["GET", "POST"],
    status_code=200,
    media_type=MediaType.TEXT,
    guards=[guards.public],
)
async def notice(request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]) -> Response[str]:
    """Write the notice down and answer at once, whatever it says and whoever sends it."""
    operation = operation_in(await _pairs(request))
    found = await hear(tenant, operation, "notification", _address(request))
    if found is None:
        log.info("payment_notice_unknown", operation=operation[:40])
    return Response("", status_code=200, media_type=MediaType.TEXT)


async def _pairs(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """Return what was sent, in the address and in the body, whatever the body says it is."""
    found = parse_qsl(request.scope["query_string"].decode("latin-1")[:LONGEST])
    if request.method == "POST":
        body = b""
        async for some in request.stream():
            body += some
            if len(body) > LONGEST:
                return found
        found += parse_qsl(body.decode("latin-1"))
    return found


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""


@get(
    RETURN,
    name="paiement.return",
    told="Revenir du site de paiement du Trésor public",
    guards=[guards.public],
)
async def back(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    visitor: NamedDependency[Person | None],
) -> Response[Any]:
    """Lead whoever began this payment to where it stands; say nothing of it to anybody else."""
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1")[:LONGEST])
    row = await hear(tenant, operation_in(pairs), "return", _address(request))
    if row is not None and visitor is not None:
        try:
            await own(visitor, int(row.id))
        except NotYours:
            pass
        else:
            return Redirect(f"{HERE}/{row.id}", status_code=303)
    return Page("paiement/returned.html")


ROUTES = [notice, back]
