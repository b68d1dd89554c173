"""What papers prove: given once by a family, used in its demandes, whatever the plugin.

A plugin finds what a family already gave with ``of_family``, gives one as a proof of a demande with
``attach``, and hears what an agent decided by the hook ``document_checked``.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from ribambelle import asking, tenants
from ribambelle.database import transaction
from ribambelle.documents.catalogue import type_of
from ribambelle.documents.tables import Document, DocumentUse
from ribambelle.errors import Refused
from ribambelle.workflow import Workflow, journal
from ribambelle.workflow.declaration import Side

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a paper is: the account that sees it, its household, and the child it may speak of.

    The two parents of a child do not see each other's papers: an account sees its own only. A
    paper handed at the counter by a family without account is its household's.
    """

    account: int | None
    household: int | None = None
    child: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account, on the side of the family or of the town hall."""

    account: int | None
    side: Side


@dataclass(frozen=True, slots=True)
class Use:
    """One demande a paper is given for."""

    document: int
    demande: int
    label: str
    href: str
    workflow: str
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What plugins are told of a paper that proves something in one of their demandes."""

    document: int
    kind: str
    state: str
    demande: int
    workflow: str
    account: int | None
    at: datetime


async def of_family(owner: Owner, kinds: Iterable[str]) -> list[Document]:
    """Return the papers of these kinds that may serve, the latest first.

    What was refused or has expired serves nothing; what speaks of another child neither.
    """
    whose = (
        Document.account == owner.account
        if owner.account is not None
        else Document.account.is_null() & (Document.household == owner.household)
    )
    found = (
        await Document.objects()
        .where(whose, Document.kind.is_in(list(kinds) or [""]))
        .where(Document.state.is_in(["to_check", "accepted"]))
        .order_by(Document.id, ascending=False)
    )
    return [
        one
        for one in found
        if (not type_of(one.kind).of_child or one.child == owner.child) and _is_worth(one)
    ]


def _is_worth(document: Document) -> bool:
    """Tell whether a paper is still worth something today; nobody has read it yet, or last night.

    One that waits for an agent is no younger for it: its last day is that of its kind.
    """
    tenant = tenants.current()
    given_on = document.given_at.astimezone(tenant.zone).date()
    is_read = document.state == "accepted"
    last = document.valid_until if is_read else type_of(document.kind).valid_until(given_on)
    return last is None or last >= tenant.now().date()


async def attach(document: Document, demande: int, label: str, href: str, actor: Actor) -> None:
    """Give a paper as a proof of a demande; twice is once. An accepted one proves it at once."""
    now = tenants.current().now()
    row = DocumentUse(document=document.id, demande=demande, label=label, href=href, used_at=now)
    async with transaction():
        if not await Document.exists().where(
            (Document.id == document.id) & Document.state.is_in(["to_check", "accepted"])
        ):
            raise Refused("document_moved")
        await DocumentUse.insert(row).on_conflict(
            target=(DocumentUse.document, DocumentUse.demande), action="DO NOTHING"
        )
        await journal.record(
            "document.attached",
            f"document:{document.id}",
            account=actor.account,
            side=actor.side,
            demande=demande,
        )
        if document.state == "accepted":
            await announce(document, "accepted", document.checked_by, only=demande)


async def uses_of(documents: Iterable[int]) -> list[Use]:
    """Return the demandes these papers are given for, the latest first."""
    rows = (
        await DocumentUse.select(
            *(DocumentUse.document, DocumentUse.demande, DocumentUse.label, DocumentUse.href),
            DocumentUse.demande.workflow.as_alias("workflow"),
            DocumentUse.demande.state.as_alias("state"),
        )
        .where(DocumentUse.document.is_in(list(documents) or [0]))
        .order_by(DocumentUse.id, ascending=False)
    )
    return [
        Use(
            document=row["document"],
            demande=row["demande"],
            label=row["label"],
            href=row["href"],
            workflow=row["workflow"],
            is_alive=_is_alive(row["workflow"], row["state"]),
        )
        for row in rows
    ]


def _is_alive(workflow: str, state: str) -> bool:
    declared = tenants.current().hooks.workflows.get(workflow)
    return not isinstance(declared, Workflow) or state in declared.living()


async def given_for(demande: int) -> list[Document]:
    """Return the papers given for a demande, the latest first."""
    rows = await DocumentUse.select(DocumentUse.document).where(DocumentUse.demande == demande)
    numbers = [row["document"] for row in rows] or [0]
    return (
        await Document.objects()
        .where(Document.id.is_in(numbers))
        .order_by(Document.id, ascending=False)
    )


async def announce(
    document: Document, state: str, account: int | None, *, only: int | None = None
) -> None:
    """Tell the plugins of a decision, each in its own savepoint: one that fails is undone alone."""
    for use in await uses_of([document.id]):
        if only is not None and use.demande != only:
            continue
        told = Checked(
            document=document.id,
            kind=document.kind,
            state=state,
            demande=use.demande,
            workflow=use.workflow,
            account=account,
            at=tenants.current().now(),
        )
        for plugin, listeners in tenants.current().hooks.each("document_checked"):
            for listen in listeners:
                try:
                    async with asyncio.timeout(asking.PATIENCE), transaction():
                        await listen(told)
                except Exception:  # the agent's decision stands
                    log.exception("listener_failed", plugin=plugin, hook="document_checked")
