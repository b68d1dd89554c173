"""Communes: each with its host names, its settings, its plugins, its database and its keys."""

from ribambelle.tenants.registry import Platform, UnknownTenant
from ribambelle.tenants.settings import Commune
from ribambelle.tenants.tenant import Tenant, current

__all__ = ["Commune", "Platform", "Tenant", "UnknownTenant", "current"]
