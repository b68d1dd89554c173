"""Writing a message in the transaction of the change it tells of."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ribambelle import tenants
from ribambelle.jobs import later
from ribambelle.messages import catalogue, texts, wording
from ribambelle.messages.tables import Attachment, Message
from ribambelle.messages.types import MessageTemplate
from ribambelle.messages.wording import Wording
from ribambelle.web.templates import environment
from ribambelle.web.typography import spaced


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
    """Write a message and queue its sending; return its id.

    `template` is the file of its original text, ``messages/sign_in``: the first line is the
    subject. Links are made with ``tenant.url``: they come from the commune's file.
    """
    told = await _told(template, facts)
    return await put(template, recipient, told, account=account, enclosed=enclosed)


async def put(
    kind: str,
    recipient: str,
    told: Wording,
    *,
    account: int | None = None,
    enclosed: Sequence[Enclosed] = (),
) -> int:
    """Put a message that is already in words in the outbox, and queue its sending."""
    message = Message(
        kind=kind,
        recipient=recipient,
        account=account,
        # a name with a line break in it must not become a header of its own
        subject=" ".join(told.subject.split())[:200],
        text=told.body.strip() + "\n",
        created_at=tenants.current().now(),
    )
    number = int((await Message.insert(message).returning(Message.id))[0]["id"])
    for one in enclosed:
        content = b64encode(one.content).decode()
        row = Attachment(message=number, name=one.name, media_type=one.media_type, content=content)
        await Attachment.insert(row)
    await later("core", "send_message", once=f"message:{number}", message=number)
    return number


def said(told: Wording, values: Mapping[str, str]) -> Wording:
    """Return a text with its facts, spaced as French is; what a fact holds stays as it is."""
    parts = (told.subject, told.body, told.sms)
    return Wording(*(wording.filled(spaced(part), values) for part in parts))


def shown(template: MessageTemplate, told: Wording) -> Wording:
    """Return a text as a family would read it, with examples for facts."""
    return said(told, catalogue.samples(template, tenants.current()))


async def _told(path: str, facts: Mapping[str, Any]) -> Wording:
    tenant, template = tenants.current(), catalogue.at(path)
    if template is not None:
        values = catalogue.values(template, facts, tenant)
        return said(await texts.wording_of(template), values)
    # a text its plugin does not declare is a page of its own: nobody may change it
    page = environment(tenant).get_template(f"{path}.txt")
    return wording.parted(page.render(tenant=tenant, **facts))


async def received(limit: int = 50) -> list[Message]:
    """Return the latest messages, for the mailbox of a demonstration."""
    return await Message.objects().order_by(Message.id, ascending=False).limit(limit)
