"""What a handler may ask for by name.

Each asks for the one before it: Litestar starts a task for each of those that stand alone, which
costs more than all of them.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.guards import SignInFirst
from ribambelle.web.visit import Visit, visit


def seen(request: Request[Any, Any, Any]) -> Visit:
    """The visit: commune, session, person."""
    return visit(request)


def tenant(seen: NamedDependency[Visit]) -> Tenant:
    """The commune of this request."""
    return seen.tenant


def now(tenant: NamedDependency[Tenant]) -> datetime:
    """The present moment, in the commune's time zone."""
    return tenant.now()


def visitor(seen: NamedDependency[Visit], now: NamedDependency[datetime]) -> Person | None:
    """Whoever is signed in, or None."""
    return seen.person


def person(seen: NamedDependency[Visit], now: NamedDependency[datetime]) -> Person:
    """Whoever is signed in; the route's guard has already let them in."""
    if seen.person is None:
        raise SignInFirst
    return seen.person


ALL: dict[str, Callable[..., Any]] = {
    "tenant": tenant,
    "seen": seen,
    "person": person,
    "visitor": visitor,
    "now": now,
}
