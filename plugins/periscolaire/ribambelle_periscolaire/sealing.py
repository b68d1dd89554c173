"""How do the sheets of children lie in the base so that the base alone does not tell them?

Sealed with a key drawn from the commune's own (``secret.key``, kept apart from the base): a copy of
the base that leaks tells no allergy and no telephone.
"""

from base64 import b64decode, b64encode

import msgspec

from ribambelle import tenants
from ribambelle.documents import sealing
from ribambelle_periscolaire.domain.sheet import ChildSheet

PURPOSE = "periscolaire sheet"


def sealed(sheet: ChildSheet, name: str) -> str:
    """Return a sheet that only this commune opens, in the row of this name only."""
    content = msgspec.json.encode(sheet)
    return b64encode(sealing.wrap(content, _key(), _place(name))).decode()


def opened(text: str, name: str) -> ChildSheet:
    """Return a sheet as it was told; raises Broken when it is not the one that was sealed."""
    if not text:
        return ChildSheet()
    content = sealing.unwrap(b64decode(text), _key(), _place(name))
    return msgspec.json.decode(content, type=ChildSheet)


def _key() -> bytes:
    tenant = tenants.current()
    return sealing.derived(tenant.key, tenant.slug.encode(), PURPOSE)


def _place(name: str) -> str:
    return f"{tenants.current().slug}\0{name}"
