"""Keeping papers: sealed when given, replaced or forgotten while no decision rests on them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piccolo.custom_types import Combinable

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.documents import keys, sealing, shelf
from ribambelle.documents.apart import Clean
from ribambelle.documents.catalogue import type_of
from ribambelle.documents.tables import DataKey, Document
from ribambelle.documents.types import is_free
from ribambelle.documents.uses import Actor, Owner, Use, uses_of
from ribambelle.errors import Refused
from ribambelle.workflow import journal


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was examined and may be kept; held while the antivirus does not answer."""

    file: Path
    made: Clean
    is_held: bool = False


async def give(paper: Paper, kind: str, owner: Owner, actor: Actor) -> Document:
    """Keep a new paper, sealed; all of it is kept or nothing is."""
    key = await keys.newest()
    row = Document(
        account=owner.account,
        household=owner.household,
        child=owner.child if type_of(kind).of_child else None,
        kind=kind,
        **_as_given(paper, key, actor),
    )
    async with transaction():
        row.id = int((await Document.insert(row).returning(Document.id))[0]["id"])
        await _seal(paper, row.file, key, place(row.id, 1))
        await note("document.given", row.id, actor, kind=kind)
    return row


async def replace(document: Document, paper: Paper, actor: Actor) -> None:
    """Put another content in the place of one no decision rests on; it is to be checked again."""
    require_free(document, await uses_of([document.id]))
    key, version = await keys.newest(), document.version + 1
    changed: dict[Any, Any] = _as_given(paper, key, actor)
    forgotten: dict[Any, Any] = {
        **{Document.reason: "", Document.checked_at: None, Document.checked_by: None},
        **{Document.valid_until: None, Document.reminded_at: None},
    }
    async with transaction():
        await _seal(paper, changed["file"], key, place(document.id, version))
        moved = (
            await Document.update({**changed, "version": version})
            .where(as_read(document))
            .returning(Document.id)
        )
        if not moved:
            raise Refused("document_moved")
        await Document.update(forgotten).where(Document.id == document.id)
        await note("document.replaced", document.id, actor, version=version)
    shelf.discard(document.file, tenants.current().now())


async def remove(document: Document, actor: Actor) -> None:
    """Forget a paper no decision rests on; its file goes with a night's sweeping."""
    require_free(document, await uses_of([document.id]))
    async with transaction():
        if not await Document.delete().where(as_read(document)).returning(Document.id):
            raise Refused("document_moved")
        await note("document.removed", document.id, actor, kind=document.kind)
    shelf.discard(document.file, tenants.current().now())


def require_free(document: Document, used: Sequence[Use]) -> None:
    """Refuse to change a paper that was accepted for a demande that is still alive."""
    if not is_free(document.state, is_used=any(one.is_alive for one in used)):
        raise Refused("document_in_use")


async def content(document: Document) -> bytes:
    """Return what a paper shows; raises Broken when its file is not the one that was sealed."""
    key = keys.opened(await keys.numbered(document.key))
    return await asyncio.to_thread(
        sealing.opened, shelf.at(document.file), key, place(document.id, document.version)
    )


def place(document: int, version: int) -> str:
    """Return what a file is sealed to: the commune, the paper and its version."""
    return f"{tenants.current().slug}\0{document}\0{version}"


def as_read(document: Document) -> Combinable:
    """Match a paper as it was read: somebody who was quicker is not written over."""
    return (
        (Document.id == document.id)
        & (Document.version == document.version)
        & (Document.state == document.state)
    )


async def note(act: str, document: int, actor: Actor, **facts: Any) -> None:
    """Write an act on a paper in the journal."""
    about = f"document:{document}"
    await journal.record(act, about, account=actor.account, side=actor.side, **facts)


def _as_given(paper: Paper, key: DataKey, actor: Actor) -> dict[str, Any]:
    return {
        "state": "to_check",
        "is_held": paper.is_held,
        "file": shelf.new_name(),
        "key": key.id,
        "media_type": paper.made.media_type,
        "pages": paper.made.pages,
        "size": paper.file.stat().st_size,
        "given_at": tenants.current().now(),
        "given_by": actor.account,
    }


async def _seal(paper: Paper, name: str, key: DataKey, sealed_to: str) -> None:
    opened = keys.opened(key)

    def write() -> None:
        with paper.file.open("rb") as shown:
            sealing.seal(shown, shelf.at(name), opened, sealed_to)

    await asyncio.to_thread(write)
