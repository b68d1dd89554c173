"""Handing a message to whoever takes it: mail server, SMS provider, or a demonstration's folder."""

import asyncio
from base64 import b64decode
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import aiosmtplib

from ribambelle import tenants, traces
from ribambelle.errors import Misconfigured
from ribambelle.jobs.queue import LEASE
from ribambelle.languages.known import OTHERS
from ribambelle.messages import languages, ovh, patience
from ribambelle.messages.tables import Attachment, Message
from ribambelle.messages.wording import in_html
from ribambelle.tenants import Tenant
from ribambelle.web.templates import environment

WITHIN = LEASE - timedelta(minutes=1)


async def send_message(message: int) -> None:
    """Send one message of the outbox, once; run as a job.

    The Message-ID comes from the row, so a server or a reader can tell a second try from a
    second message.
    """
    row = await unsent(message)
    if row is None:
        return
    tenant = tenants.current()
    await Message.update({Message.tried_at: tenant.now()}).where(Message.id == message)
    try:
        # done with before the lease ends: another worker never hands over the same one meanwhile
        async with asyncio.timeout(WITHIN.total_seconds()):
            await (_sms if row.channel == "sms" else _mail)(tenant, row)
    except Exception as error:  # patience says which wait; the others are raised again
        if later := patience.put_off(error, tenant.now() - row.created_at):
            raise later from None
        raise
    await Message.update({Message.sent_at: tenant.now()}).where(Message.id == message)


async def unsent(message: int) -> Message | None:
    """Return a message nobody has taken yet."""
    return await Message.objects().get((Message.id == message) & Message.sent_at.is_null())


async def _sms(tenant: Tenant, row: Message) -> None:
    settings = tenant.settings.sms
    if settings.provider == "ovh" and not tenant.settings.fictional:
        tag, at = f"{tenant.slug}-{row.id}", int(tenant.now().timestamp())
        is_again = row.tried_at is not None
        await ovh.send(settings, row.recipient, row.text, tag=tag, at=at, is_again=is_again)
    elif tenant.sends_sms:
        told = f"{row.recipient}\n{row.text}\n".encode()
        (_outbox(tenant) / f"{row.id:06d}.sms").write_bytes(told)
    else:
        raise Misconfigured(
            "aucun fournisseur de SMS", file=f"{tenant.slug}.toml", key="sms.provider"
        )


async def _mail(tenant: Tenant, row: Message) -> None:
    attachments = await Attachment.objects().where(Attachment.message == row.id)
    mail = compose(tenant, row, attachments)
    if tenant.settings.mail.server and not tenant.settings.fictional:
        await _to_server(tenant, mail)
    elif tenant.mail_goes_nowhere:
        # never said to be sent: it waits in the outbox, and /readyz says so
        raise Misconfigured("aucun serveur d’envoi", file=f"{tenant.slug}.toml", key="mail.server")
    else:
        (_outbox(tenant) / f"{row.id:06d}.eml").write_bytes(bytes(mail))


def compose(tenant: Tenant, row: Message, attachments: Sequence[Attachment] = ()) -> EmailMessage:
    """Return the e-mail, in plain text and in the commune's colours, with its files."""
    settings, host = tenant.settings, tenant.settings.hosts[0]
    mail = EmailMessage()
    mail["From"] = settings.mail.sender or f"ne-pas-repondre@{host}"
    mail["To"] = row.recipient
    mail["Subject"] = row.subject
    mail["Date"] = format_datetime(row.created_at)
    mail["Message-ID"] = f"<{row.id}.{tenant.slug}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    if settings.contact.email:
        mail["Reply-To"] = settings.contact.email
    mail.set_content(row.text)
    layout = environment(tenant).get_template("messages/layout.html")
    said, french = languages.split(row.text) if row.language else ("", row.text)
    html = layout.render(
        tenant=tenant,
        subject=row.subject,
        paragraphs=in_html(french, tenant.url("/")),
        said=in_html(said, tenant.url("/")),
        language=OTHERS.get(row.language),
    )
    mail.add_alternative(html, subtype="html")
    for one in attachments:
        kind, _, subtype = one.media_type.partition("/")
        content = b64decode(one.content)
        mail.add_attachment(content, maintype=kind, subtype=subtype, filename=one.name)
    return mail


@traces.asks("smtp")
async def _to_server(tenant: Tenant, mail: EmailMessage) -> None:
    settings = tenant.settings.mail
    server = aiosmtplib.SMTP(
        hostname=settings.server,
        port=settings.port,
        username=settings.user or None,
        password=settings.password or None,
        start_tls=settings.security == "starttls",
        use_tls=settings.security == "tls",
        timeout=20,
    )
    try:
        await server.connect()
        await server.send_message(mail)
        with suppress(Exception):  # it is taken: a farewell that fails must not send it again
            await server.quit(timeout=5)
    finally:
        server.close()


def _outbox(tenant: Tenant) -> Path:
    folder = tenant.folder / "outbox"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
