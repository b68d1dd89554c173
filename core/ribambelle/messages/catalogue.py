"""The messages and papers of a commune: what plugins declare, and what any text may say of it."""

from collections.abc import Mapping
from typing import Any

import structlog
from jinja2 import Environment

from ribambelle import tenants
from ribambelle.errors import NotYours, Refused
from ribambelle.messages import wording
from ribambelle.messages.types import MessageTemplate, PaperTemplate, Placeholder, written
from ribambelle.messages.wording import Wording
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.templates import environment, shared

log = structlog.get_logger(__name__)


def templates() -> dict[str, MessageTemplate]:
    """Return the declared messages by code."""
    return {one.code: one for one in tenants.current().hooks.all("message_templates")}


def papers() -> dict[str, PaperTemplate]:
    """Return the declared papers by code."""
    return {one.code: one for one in tenants.current().hooks.all("paper_templates")}


def named(code: str) -> MessageTemplate:
    """Return one declared message or paper, or behave as if it did not exist."""
    found = templates().get(code) or papers().get(code)
    if found is None:
        raise NotYours
    return found


def at(path: str) -> MessageTemplate | None:
    """Return the message whose text is in this file, when it is declared."""
    return next((one for one in templates().values() if one.path == path), None)


HOME = "https://famille.exemple.fr/"
"""Where the links of examples begin."""
COMMUNE = (
    Placeholder("commune", "Le nom de la commune", ""),
    Placeholder("de_commune", "Le nom de la commune, après «\u00a0de\u00a0»", ""),
    Placeholder("service", "Le nom du service", ""),
    Placeholder("contact", "Le nom du service et son téléphone", ""),
    Placeholder("appelez_nous", "«\u00a0appelez-nous\u00a0», avec le téléphone du service", ""),
    Placeholder("portail", "L’adresse du portail", ""),
    Placeholder("connexion", "L’adresse où les familles se connectent", ""),
    Placeholder("connexion_agents", "L’adresse où les agents se connectent", ""),
    Placeholder("ma_famille", "L’adresse de la page « Ma famille »", ""),
    Placeholder("bureau", "L’adresse de l’espace des agents", ""),
    Placeholder("activation", "L’adresse où taper un code d’activation", ""),
)
"""What any text may say of the commune itself; its file answers."""


def known(template: MessageTemplate) -> tuple[Placeholder, ...]:
    """Return every fact this text may hold."""
    return (*template.placeholders, *COMMUNE)


def of_commune(tenant: Tenant) -> dict[str, str]:
    """Return what the commune's file says for any text."""
    contact = tenant.settings.contact
    phone = formats.telephone(contact.phone) if contact.phone else ""
    return {
        "commune": tenant.settings.name,
        "de_commune": formats.de(tenant.settings.name),
        "service": contact.service,
        "contact": ", ".join(filter(None, (contact.service, phone))),
        "appelez_nous": f"appelez-nous au {phone}" if phone else "appelez-nous",
        "portail": tenant.url("/"),
        "connexion": tenant.url("/connexion"),
        "connexion_agents": tenant.url("/connexion/mot-de-passe"),
        "ma_famille": tenant.url("/famille"),
        "bureau": tenant.url("/bureau"),
        "activation": tenant.url("/activation"),
    }


def values(template: MessageTemplate, facts: Mapping[str, Any], tenant: Tenant) -> dict[str, str]:
    """Return every fact of a message in words; one the code forgot to give is a fault of ours."""
    told = {one.name: written(facts[one.fact or one.name], one) for one in template.placeholders}
    return {**of_commune(tenant), **told}


def samples(template: MessageTemplate, tenant: Tenant) -> dict[str, str]:
    """Return an example of every fact, to show a text as a family would read it."""
    return {**of_commune(tenant), **{one.name: one.sample for one in template.placeholders}}


def original(template: MessageTemplate, tenant: Tenant) -> Wording:
    """Return the text a message has while the commune changes nothing.

    A file of the commune's own folder comes first, unless it could not be sent.
    """
    own, shipped = environment(tenant), shared(tenant.platform.plugins)
    told = _in_file(own, template)
    if own is not shipped:
        try:
            require(template, told)
        except Refused as refusal:
            log.warning("message_file_unusable", code=template.code, reason=str(refusal))
            return _in_file(shipped, template)
    return told


def _in_file(pages: Environment, template: MessageTemplate) -> Wording:
    assert pages.loader is not None
    source, _, _ = pages.loader.get_source(pages, f"{template.path}.txt")
    told = wording.parted(source)
    return Wording(told.subject, told.body, template.sms)


def require(template: MessageTemplate, told: Wording) -> None:
    """Refuse a text that could not be sent."""
    names = {one.name for one in known(template)}
    required = [one.name for one in template.placeholders if one.required]
    wording.require(told.subject, names)
    wording.require(told.body, names, required)
    held = wording.names(template.sms)
    wording.require(told.sms, names, [name for name in required if name in held])
