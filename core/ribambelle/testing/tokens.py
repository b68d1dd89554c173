"""A program of a commune, for tests: it bears a token, and no cookie."""

import httpx

from ribambelle.api import tokens
from ribambelle.testing.communes import Town


async def a_program(
    town: Town, *scopes: str, name: str = "Logiciel de cantine", days: int = 365
) -> httpx.AsyncClient:
    """Return a client that sends a token bearing these scopes with each request."""
    with town.here() as tenant:
        _, secret = await tokens.make(name, scopes, days, tenant.now())
    client = town.visitor()
    client.headers["authorization"] = f"Bearer {secret}"
    return client
