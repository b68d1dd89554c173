"""From a file that was sent to a paper that may be kept: examined apart, then by the antivirus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import structlog

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.documents import antivirus, apart, shelf, uses, vault
from ribambelle.documents.tables import Document
from ribambelle.documents.types import is_free
from ribambelle.documents.uses import Actor, Owner
from ribambelle.documents.vault import Paper
from ribambelle.errors import Refused
from ribambelle.jobs import later

log = structlog.get_logger(__name__)
AGAIN = timedelta(minutes=10)
MEGA = 1_000_000
CLOCK = Actor(None, "clock")


def largest() -> int:
    """Return how many bytes the current commune takes in one file."""
    return tenants.current().settings.documents.max_megabytes * MEGA


@asynccontextmanager
async def examined(sent: Path) -> AsyncIterator[Paper]:
    """Make a paper of a file, for as long as the block lasts; refuse it with a reason.

    An antivirus that does not answer lets nothing through: the paper is held, not refused.
    """
    settings = tenants.current().settings.documents
    limits = apart.Limits(settings.max_megapixels * MEGA, settings.max_pages)
    target = sent.with_name(f"{sent.name}.paper")
    try:
        target.touch(mode=0o600)
        made = await apart.clean(sent, target, limits)
        yield Paper(target, made, is_held=await _is_doubtful(target))
    finally:
        target.unlink(missing_ok=True)


async def _is_doubtful(file: Path) -> bool:
    """Tell whether nothing is known of a file; refuse it when something is."""
    address = tenants.current().settings.documents.antivirus
    if not address:
        return False
    try:
        found = await antivirus.scan(address, file)
    except antivirus.Unreachable as error:
        log.warning("antivirus_unreachable", reason=str(error))
        return True
    if found:
        log.warning("antivirus_found", name=found)
        raise Refused("infected")
    return False


async def wait_for_antivirus(document: int, turn: int = 1) -> None:
    """Have a held paper examined in a while."""
    at = tenants.current().now() + AGAIN
    once = f"examine_document:{document}:{at:%Y-%m-%dT%H:%M}"
    await later("core", "examine_document", once=once, at=at, document=document, turn=turn)


async def examine_again(document: int, turn: int) -> None:
    """Ask the antivirus of a held paper; run as a job until it answers."""
    found = await Document.objects().get((Document.id == document) & Document.is_held.eq(True))
    if found is None:
        return
    shelf.reception().mkdir(mode=0o700, parents=True, exist_ok=True)
    file = shelf.reception() / shelf.new_name()
    try:
        file.touch(mode=0o600)
        file.write_bytes(await vault.content(found))
        held = await _is_doubtful(file)
    except Refused:
        from ribambelle.documents.checking import refuse

        await refuse(found, "Notre antivirus a refusé ce fichier.", CLOCK)
        return
    finally:
        file.unlink(missing_ok=True)
    if held:
        await wait_for_antivirus(document, turn + 1)
    else:
        await Document.update({Document.is_held: False}).where(
            (Document.id == document) & (Document.version == found.version)
        )


async def receive(sent: Path, kind: str, owner: Owner, actor: Actor) -> Document:
    """Keep a file that was sent as a new paper."""
    async with examined(sent) as paper:
        return await keep(paper, kind, owner, actor)


async def keep(paper: Paper, kind: str, owner: Owner, actor: Actor) -> Document:
    """Keep a file that was examined; in a transaction, with what it comes with."""
    async with transaction():
        document = await vault.give(paper, kind, owner, actor)
        if paper.is_held:
            await wait_for_antivirus(document.id)
    return document


async def renew(sent: Path, document: Document, actor: Actor) -> Document:
    """Put a file in the place of a paper, or beside it when a decision rests on the old one.

    The new paper then serves the demandes that are still alive: the family gives it once.
    """
    used = [use for use in await uses.uses_of([document.id]) if use.is_alive]
    async with examined(sent) as paper, transaction():
        if is_free(document.state, is_used=bool(used)):
            await vault.replace(document, paper, actor)
            kept = document
        else:
            owner = Owner(document.account, document.household, document.child)
            kept = await vault.give(paper, document.kind, owner, actor)
            for use in used:
                await uses.attach(kept, use.demande, use.label, use.href, actor)
        if paper.is_held:
            await wait_for_antivirus(kept.id)
    return kept
