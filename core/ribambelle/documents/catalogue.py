"""The kinds of papers of the current commune: what plugins declare, for as long as it says."""

from ribambelle import tenants
from ribambelle.documents.types import ATTACHED, DocumentType, adjusted

OTHERS = {ATTACHED: "Pièce jointe d’un message"}


def types() -> dict[str, DocumentType]:
    """Return the kinds by code."""
    tenant = tenants.current()
    settings = tenant.settings.documents
    return adjusted(tenant.hooks.all("document_types"), settings.months, settings.until)


def type_of(kind: str) -> DocumentType:
    """Return one kind; one whose plugin was disabled keeps its code as its label."""
    return types().get(kind) or DocumentType(kind, OTHERS.get(kind, kind))
