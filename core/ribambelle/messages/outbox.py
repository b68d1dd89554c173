"""Writing a message in the transaction of the change it tells of."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ribambelle import tenants
from ribambelle.identity.person import NO_ADDRESS
from ribambelle.jobs import later
from ribambelle.messages.tables import Attachment, Message
from ribambelle.web.templates import environment


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file to send with a message."""

    name: str
    media_type: str
    content: bytes


async def post(
    template: str,
    recipient: str,
    *,
    account: int | None = None,
    enclosed: Sequence[Enclosed] = (),
    **facts: Any,
) -> int:
    """Write a message from ``<template>.txt`` and queue its sending; return its id, 0 for nobody.

    The template's first line is the subject, then an empty line, then the text. Links in it are
    made with ``tenant.url``: they come from the commune's file.
    """
    if recipient.endswith(NO_ADDRESS):
        return 0  # an account without e-mail: the counter tells, nothing is sent
    tenant = tenants.current()
    page = environment(tenant).get_template(f"{template}.txt")
    subject, _, text = page.render(tenant=tenant, **facts).strip().partition("\n")
    message = Message(
        kind=template,
        recipient=recipient,
        account=account,
        # a name with a line break in it must not become a header of its own
        subject=" ".join(subject.split())[:200],
        text=text.strip() + "\n",
        created_at=tenant.now(),
    )
    number = int((await Message.insert(message).returning(Message.id))[0]["id"])
    for one in enclosed:
        content = b64encode(one.content).decode()
        row = Attachment(message=number, name=one.name, media_type=one.media_type, content=content)
        await Attachment.insert(row)
    await later("core", "send_message", once=f"message:{number}", message=number)
    return number


async def received(limit: int = 50) -> list[Message]:
    """Return the latest messages, for the mailbox of a demonstration."""
    return await Message.objects().order_by(Message.id, ascending=False).limit(limit)
