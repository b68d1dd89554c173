"""What becomes of a paper: accepted or refused by an agent, expired by the calendar."""

from datetime import date, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.documents import uses, vault
from ribambelle.documents.catalogue import type_of
from ribambelle.documents.tables import Document
from ribambelle.documents.types import ATTACHED
from ribambelle.documents.uses import Actor
from ribambelle.errors import Refused
from ribambelle.identity.tables import Account, Adult
from ribambelle.messages import post
from ribambelle.tenants import Tenant


async def accept(document: Document, valid_until: date | None, actor: Actor) -> None:
    """Accept a paper as it was read: what it proves is proved, in every demande it serves."""
    async with transaction():
        await _decide(document, "accepted", actor, valid_until=valid_until)
        await uses.announce(document, "accepted", actor.account)


async def refuse(document: Document, reason: str, actor: Actor) -> bool:
    """Refuse a paper, and write to the family why and what to do; tell whether it could be."""
    if not reason.strip():
        raise Refused("reason_needed")
    async with transaction():
        await _decide(document, "refused", actor, reason=reason.strip())
        await uses.announce(document, "refused", actor.account)
        return await _write("document_refused", document, reason=reason.strip())


async def _decide(
    document: Document,
    state: str,
    actor: Actor,
    *,
    reason: str = "",
    valid_until: date | None = None,
) -> None:
    moved = (
        await Document.update(
            {
                Document.state: state,
                Document.is_held: False,
                Document.reason: reason,
                Document.valid_until: valid_until,
                Document.checked_at: tenants.current().now(),
                Document.checked_by: actor.account,
            }
        )
        .where(vault.as_read(document), Document.state == "to_check")
        .returning(Document.id)
    )
    if not moved:
        raise Refused("document_moved")
    await vault.note(f"document.{state}", document.id, actor, version=document.version)


async def age() -> None:
    """Each night: what is worth nothing any more expires, and families are told in time."""
    await expire()
    await remind()


async def expire() -> None:
    """Note as expired the papers whose last day has gone by; what they proved stays proved."""
    today = tenants.current().now().date()
    gone = await Document.objects().where(
        (Document.state == "accepted") & (Document.valid_until < today)
    )
    for document in gone:
        async with transaction():
            await Document.update({Document.state: "expired"}).where(vault.as_read(document))
            await vault.note("document.expired", document.id, Actor(None, "clock"))


async def remind() -> None:
    """Write once to the families of a living demande whose paper will soon be worth nothing."""
    tenant = tenants.current()
    now, days = tenant.now(), tenant.settings.documents.remind_days
    if not days:
        return
    ending = await Document.objects().where(
        (Document.state == "accepted")
        & (Document.valid_until <= now.date() + timedelta(days=days))
        & Document.reminded_at.is_null()
    )
    for document in ending:
        if not any(use.is_alive for use in await uses.uses_of([document.id])):
            continue
        async with transaction():
            told = (
                await Document.update({Document.reminded_at: now})
                .where((Document.id == document.id) & Document.reminded_at.is_null())
                .returning(Document.id)
            )
            if told:
                await _write("document_ending", document)


async def _write(template: str, document: Document, **facts: Any) -> bool:
    """Write to whoever gave the paper, or to the first adult of its household with an address."""
    if document.kind == ATTACHED and document.given_by != document.account:
        return False  # an agent joined it: the family has nothing to send again
    email, account = await _reader(document)
    if not email:
        return False
    given_on = document.given_at.astimezone(tenants.current().zone).date()
    await post(
        f"messages/{template}",
        email,
        account=account,
        label=type_of(document.kind).label,
        given_on=given_on,
        valid_until=document.valid_until,
        link=address(tenants.current(), document),
        **facts,
    )
    return True


def address(tenant: Tenant, document: Document) -> str:
    """Return the link to a paper's page, or to the messages for what was joined to one."""
    at = "/messages" if document.kind == ATTACHED else f"/documents/{document.id}"
    return tenant.url(at)


async def _reader(document: Document) -> tuple[str, int | None]:
    if document.account is not None:
        account = await Account.objects().get(Account.id == document.account)
        return (account.email, account.id) if account else ("", None)
    adult = (
        await Adult.objects()
        .where((Adult.household == document.household) & (Adult.email != ""))
        .order_by(Adult.rank)
        .first()
    )
    return (adult.email, None) if adult else ("", None)
