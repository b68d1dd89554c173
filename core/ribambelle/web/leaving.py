"""Sending somebody to FranceConnect or ProConnect, and telling when they cannot go."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from litestar import Response

from ribambelle.errors import NotYours
from ribambelle.identity import departures
from ribambelle.identity.departures import Departure
from ribambelle.openid import Provider, Rejected, Unreachable, asking, provider
from ribambelle.tenants import Tenant
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit

log = structlog.get_logger(__name__)
FAREWELL = "farewell"
EXPIRED = (
    "Cette connexion a expiré",
    (
        "Une connexion sert une seule fois, peu de temps, dans le même navigateur.",
        "Recommencez depuis la page de connexion.",
    ),
)


@dataclass(frozen=True)
class LeavingPage:
    """Where the browser goes next, by itself or by one click."""

    name: str
    way: str
    is_farewell: bool = False


@dataclass(frozen=True)
class RefusedPage:
    """Why nobody signed in, and what to do now."""

    name: str
    title: str
    sentences: tuple[str, ...]
    code: str = ""
    retry: bool = False


def known(tenant: Tenant, code: str) -> Provider:
    """Return a provider that is turned on here; any other address does not exist."""
    found = provider.of(tenant, code)
    if found is None:
        raise NotYours
    return found


async def way(one: Provider, left: Departure) -> str:
    """Return where a person who leaves says who they are."""
    where = await asking.addresses(one)
    return one.way(where.authorization_endpoint, left.state, left.nonce)


async def sent(
    seen: Visit, one: Provider, now: datetime, why: str, account: int = 0
) -> Response[Any]:
    """Answer a form by the page that leads to the provider.

    A page between, and no redirection: what a form of ours leads to must stay on our own pages,
    says the policy of every page, and the provider leads on to others that nobody can list.
    """
    try:
        left = await departures.begin(seen.session, one.code, now, why=why, account=account)
        return Page("sign_in/leaving.html", LeavingPage(one.name, await way(one, left)))
    except (Unreachable, Rejected) as error:
        return silent(one, error)


def expired() -> Page:
    """Say that too much time has passed, or that this is another browser."""
    return Page("sign_in/identity_refused.html", RefusedPage("", *EXPIRED), status=409)


def silent(one: Provider, error: Exception) -> Page:
    """Say that the provider does not answer."""
    log.warning("openid_unanswered", provider=one.code, why=str(error))
    page = RefusedPage(
        one.name,
        f"{one.name} ne répond pas",
        (
            "Ce n’est pas de votre faute, et rien n’a changé dans votre dossier.",
            "Réessayez dans quelques minutes, ou connectez-vous autrement.",
        ),
        one.code,
        retry=True,
    )
    return Page("sign_in/identity_refused.html", page, status=503)


async def farewell(seen: Visit, openid: list[str]) -> Response[Any] | None:
    """Answer a sign-out by the page that also signs out of the provider; None when none is known."""
    code, token = openid
    one = provider.of(seen.tenant, code)
    if one is None:
        return None
    try:
        endpoint = (await asking.addresses(one)).end_session_endpoint
    except (Unreachable, Rejected) as error:
        log.warning("openid_unanswered", provider=code, why=str(error))
        endpoint = ""
    if not endpoint:
        told = f"Vous êtes déconnecté du portail. {one.name} ne répond pas : fermez le navigateur."
        seen.tell("alerte", told)
        return None
    left = await departures.begin(seen.session, FAREWELL, seen.tenant.now())
    way_out = one.way_out(endpoint, token, left.state)
    return Page("sign_in/leaving.html", LeavingPage(one.name, way_out, is_farewell=True))
