"""Reasons as programs read them: the sentences of the pages, without their links."""

import re

from ribambelle.tenants import Tenant
from ribambelle.web.templates import environment
from ribambelle_periscolaire.api.shapes import Why
from ribambelle_periscolaire.domain.doors import Reason

LINKED = re.compile(r"\s*\(<a .*?</a>\)")
OWN = {"unknown": "Cette unité n’existe pas, ou n’est plus ouverte."}


def why(tenant: Tenant, reason: Reason | None) -> Why | None:
    """Return a reason in words; None when nothing stands in the way."""
    if reason is None:
        return None
    at = reason.at.astimezone(tenant.zone) if reason.at else None
    return Why(reason.code, OWN.get(reason.code) or sentence(tenant, reason), at)


def sentence(tenant: Tenant, reason: Reason) -> str:
    """Return the sentence of the pages."""
    page = environment(tenant).get_template("periscolaire/sentences.html")
    told = page.make_module().refused(reason)  # type: ignore[attr-defined] # a macro of the template
    plain = type(told)(LINKED.sub("", str(told))).striptags().strip()
    return f"{plain[:1].upper()}{plain[1:]}."
