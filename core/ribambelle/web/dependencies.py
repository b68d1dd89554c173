"""What a handler may ask for by name."""

from datetime import datetime
from typing import Any

from litestar import Request

from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web.guards import SignInFirst
from ribambelle.web.visit import Visit, visit


def tenant(request: Request[Any, Any, Any]) -> Tenant:
    """The commune of this request."""
    return visit(request).tenant


def seen(request: Request[Any, Any, Any]) -> Visit:
    """The visit: commune, session, person."""
    return visit(request)


def person(request: Request[Any, Any, Any]) -> Person:
    """Whoever is signed in; the route's guard has already let them in."""
    found = visit(request).person
    if found is None:
        raise SignInFirst
    return found


def visitor(request: Request[Any, Any, Any]) -> Person | None:
    """Whoever is signed in, or None."""
    return visit(request).person


def now(request: Request[Any, Any, Any]) -> datetime:
    """The present moment, in the commune's time zone."""
    return visit(request).tenant.now()


ALL = {"tenant": tenant, "seen": seen, "person": person, "visitor": visitor, "now": now}
