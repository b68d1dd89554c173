"""How do bank accounts lie in the base so that the base alone does not tell them?

Sealed with a key drawn from the commune's own (``secret.key``, kept apart from the base): a copy of
the base that leaks tells no IBAN.
"""

from base64 import b64decode, b64encode

from ribambelle import tenants
from ribambelle.documents import sealing

PURPOSE = "paiement account"


def sealed(content: bytes, name: str) -> str:
    """Return what only this commune opens, in the row of this name only."""
    return b64encode(sealing.wrap(content, _key(), _place(name))).decode()


def opened(text: str, name: str) -> bytes:
    """Return what was sealed; raises Broken when it is not what was."""
    return sealing.unwrap(b64decode(text), _key(), _place(name))


def _key() -> bytes:
    tenant = tenants.current()
    return sealing.derived(tenant.key, tenant.slug.encode(), PURPOSE)


def _place(name: str) -> str:
    return f"{tenants.current().slug}\0{name}"
