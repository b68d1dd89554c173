"""Sealing every paper of a commune again, with a new key; what was interrupted goes on."""

import asyncio
import io

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.documents import keys, sealing, shelf, vault
from ribambelle.documents.tables import Document
from ribambelle.workflow import journal


async def left() -> list[int]:
    """Return the papers that are not sealed with the newest key, the oldest first."""
    newest = await keys.newest()
    rows = await Document.select(Document.id).where(Document.key != newest.id).order_by(Document.id)
    return [row["id"] for row in rows]


async def all_of_them() -> int:
    """Return how many papers a rotation would seal again: those left by the last one, or all."""
    return len(await left()) or int(await Document.count())


async def begin() -> list[int]:
    """Make a new key, unless papers still wait for the one before; return what is to seal again."""
    waiting = await left()
    if not waiting:
        await keys.make()
        waiting = await left()
    return waiting


async def seal_again(number: int) -> bool:
    """Seal one paper with the newest key; return whether it was there and not yet."""
    key, document = await keys.newest(), await Document.objects().get(Document.id == number)
    if document is None or document.key == key.id:
        return False
    shown, opened, name = await vault.content(document), keys.opened(key), shelf.new_name()
    sealed_to = vault.place(document.id, document.version)
    await asyncio.to_thread(sealing.seal, io.BytesIO(shown), shelf.at(name), opened, sealed_to)
    now = tenants.current().now()
    moved = (
        await Document.update({Document.file: name, Document.key: key.id})
        .where((Document.id == number) & (Document.file == document.file))
        .returning(Document.id)
    )
    shelf.discard(document.file if moved else name, now)
    return bool(moved)


async def finish() -> int:
    """Forget the keys that open nothing any more; return how many."""
    async with transaction():
        gone = await keys.forget_unused()
        await journal.record("documents.key_rotated", "documents", side="office", forgotten=gone)
    return gone
