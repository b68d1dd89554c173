"""The keys papers are sealed with: random, kept in the base, opened by the commune's secret alone."""

import secrets
from base64 import b64decode, b64encode

from ribambelle import tenants
from ribambelle.documents import sealing
from ribambelle.documents.tables import DataKey, Document
from ribambelle.errors import Misconfigured
from ribambelle.tenants import Tenant


async def newest() -> DataKey:
    """Return the key new papers are sealed with, made the first time."""
    found = await DataKey.objects().order_by(DataKey.id, ascending=False).first()
    return found or await make()


async def make() -> DataKey:
    """Make a key: the next papers are sealed with it."""
    tenant = tenants.current()
    wrapping = _wrapping(tenant, tenant.settings.documents.secret)
    wrapped = sealing.wrap(secrets.token_bytes(32), wrapping, tenant.slug)
    row = DataKey(wrapped=b64encode(wrapped).decode(), made_at=tenant.now())
    row.id = int((await DataKey.insert(row).returning(DataKey.id))[0]["id"])
    return row


async def numbered(number: int) -> DataKey:
    """Return one key."""
    found = await DataKey.objects().get(DataKey.id == number)
    if found is None:
        raise LookupError(f"data key {number} is not here")
    return found


def opened(row: DataKey) -> bytes:
    """Return a key as it serves, or say that the commune's secret is not the one that made it.

    A secret that was just added or changed opens nothing yet: the one before, or none, still does.
    """
    tenant = tenants.current()
    settings = tenant.settings.documents
    for secret in dict.fromkeys((settings.secret, settings.old_secret, "")):
        try:
            return sealing.unwrap(b64decode(row.wrapped), _wrapping(tenant, secret), tenant.slug)
        except sealing.Broken:
            continue
    raise Misconfigured(
        "la clé de la commune n’ouvre pas les justificatifs des familles",
        file=str(tenant.folder / "secret.key"),
        cure="restaurez ce fichier et la clé « documents.secret » depuis votre sauvegarde",
    )


async def problem() -> str | None:
    """Return what keeps the papers already given from being opened, if anything does."""
    try:
        for row in await DataKey.objects():
            opened(row)
    except Misconfigured as error:
        return error.message
    return None


async def forget_unused() -> int:
    """Remove the keys no paper is sealed with any more, but the newest; return how many."""
    last = await newest()
    used = {row["key"] for row in await Document.select(Document.key)} | {last.id}
    gone = await DataKey.delete().where(DataKey.id.not_in(list(used))).returning(DataKey.id)
    return len(gone)


def _wrapping(tenant: Tenant, secret: str) -> bytes:
    return sealing.derived(tenant.key + secret.encode(), tenant.slug.encode(), "data key")
