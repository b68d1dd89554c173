"""Writing a message in the transaction of the change it tells of."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ribambelle import tenants
from ribambelle.identity.person import NO_ADDRESS
from ribambelle.jobs import later
from ribambelle.messages import catalogue, choices, languages, sms, texts, wording
from ribambelle.messages.choices import EMAIL, PORTAL, SMS, Way
from ribambelle.messages.tables import Attachment, Message
from ribambelle.messages.types import MessageTemplate
from ribambelle.messages.wording import Wording
from ribambelle.web.templates import environment
from ribambelle.web.typography import spaced

LATE = timedelta(minutes=30)


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
    """Write a message and queue its sending; return its id, 0 for nobody.

    `template` is the file of its original text, ``messages/sign_in``: the first line is the
    subject. Links are made with ``tenant.url``: they come from the commune's file. An optional
    message leaves as the account chose, by e-mail when that cannot be.
    """
    if recipient.endswith(NO_ADDRESS):
        return 0  # an account without e-mail: the counter tells, nothing is sent
    told, declared = await _told(template, facts), catalogue.at(template)
    way = await choices.way(declared, account) if declared else Way(EMAIL)
    if way.channel == SMS and sms.fits(told.sms):
        told = Wording(told.subject, told.sms)
        return await _put(template, way.number, told, account=account, channel=SMS)
    told, language = await _as_read(declared, told, facts, account)
    channel = PORTAL if way.channel == PORTAL else EMAIL
    number = await _put(
        template, recipient, told, account=account, channel=channel, language=language
    )
    if channel == EMAIL:
        await _enclose(number, enclosed)
    return number


async def text(template: str, number: str, *, account: int | None = None, **facts: Any) -> int:
    """Write an SMS to a number and queue its sending; return its id.

    :param number: as networks write it, proved or being proved: nobody else is written to.
    """
    told = await _told(template, facts)
    said_so = Wording(told.subject, told.sms)
    return await _put(template, number, said_so, account=account, channel=SMS)


async def put(
    kind: str,
    recipient: str,
    told: Wording,
    *,
    account: int | None = None,
    enclosed: Sequence[Enclosed] = (),
) -> int:
    """Put an e-mail that is already in words in the outbox, and queue its sending."""
    number = await _put(kind, recipient, told, account=account)
    await _enclose(number, enclosed)
    return number


async def _enclose(message: int, enclosed: Sequence[Enclosed]) -> None:
    for one in enclosed:
        content = b64encode(one.content).decode()
        row = Attachment(message=message, name=one.name, media_type=one.media_type, content=content)
        await Attachment.insert(row)


async def put_on_portal(kind: str, recipient: str, told: Wording, *, account: int | None) -> int:
    """Put a message where its family reads it on the portal; nothing is sent."""
    return await _put(kind, recipient, told, account=account, channel=PORTAL)


async def put_in_bulk(
    kind: str, recipient: str, told: Wording, *, account: int | None, channel: str, job: str
) -> int:
    """Put one message of many in the outbox, under the name of a job that holds up no other."""
    return await _put(kind, recipient, told, account=account, channel=channel, job=job)


async def _put(
    kind: str,
    recipient: str,
    told: Wording,
    *,
    account: int | None,
    channel: str = EMAIL,
    job: str = "",
    language: str = "",
) -> int:
    now = tenants.current().now()
    message = Message(
        kind=kind,
        channel=channel,
        recipient=recipient,
        account=account,
        # a name with a line break in it must not become a header of its own
        subject=" ".join(told.subject.split())[:200],
        text=told.body.strip() + "\n",
        language=language,
        created_at=now,
        # what is read on the portal is there as soon as it is written
        sent_at=now if channel == PORTAL else None,
    )
    number = int((await Message.insert(message).returning(Message.id))[0]["id"])
    if channel != PORTAL:
        # by name: a mail server that does not answer keeps no SMS waiting
        by_name = job or ("send_sms" if channel == SMS else "send_message")
        await later("core", by_name, once=f"message:{number}", message=number)
    return number


def said(told: Wording, values: Mapping[str, str]) -> Wording:
    """Return a text with its facts, spaced as French is; what a fact holds stays as it is."""
    subject, body = (wording.filled(spaced(part), values) for part in (told.subject, told.body))
    return Wording(subject, body, sms.plain(wording.filled(told.sms, values)))


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


async def _as_read(
    template: MessageTemplate | None, french: Wording, facts: Mapping[str, Any], account: int | None
) -> tuple[Wording, str]:
    """Return a message as its reader reads it, and in which language; none for French alone."""
    reader = await languages.reader(account) if template else None
    if template is None or reader is None:
        return french, ""
    values = catalogue.values(template, facts, tenants.current())
    told = await texts.wording_of(template)
    said = reader.above(french, told, values, template.placeholders)
    return (said, reader.language.code) if said else (french, "")


async def late(now: datetime) -> int:
    """Return how many messages have waited for longer than any ordinary trouble."""
    return int(
        await Message.count().where(Message.sent_at.is_null() & (Message.created_at < now - LATE))
    )


async def received(limit: int = 50) -> list[Message]:
    """Return the latest messages, for the mailbox of a demonstration."""
    return await Message.objects().order_by(Message.id, ascending=False).limit(limit)
