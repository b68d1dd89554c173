"""Where a family finds a childminder."""

from dataclasses import dataclass

from litestar import get
from litestar.di import NamedDependency

from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_assmat.settings import Relais, Settings


@dataclass(frozen=True)
class ChildmindersPage:
    """The relais of the commune."""

    relais: tuple[Relais, ...]


@get("/assmat", name="assmat.home", guards=[guards.public])
async def childminders(tenant: NamedDependency[Tenant]) -> Page:
    """Say who helps to find a childminder, and how to reach them."""
    return Page("assmat/home.html", ChildmindersPage(tenant.of(Settings).relais))


ROUTES = [childminders]
