"""Handing a message to the commune's mail server, or to its folder in a demonstration."""

from base64 import b64decode
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from ribambelle import tenants
from ribambelle.errors import Misconfigured
from ribambelle.messages.tables import Attachment, Message
from ribambelle.messages.wording import in_html
from ribambelle.tenants import Tenant
from ribambelle.web.templates import environment


async def send_message(message: int) -> None:
    """Send one message of the outbox, once; run as a job.

    The Message-ID comes from the row, so a server or a reader can tell a second try from a
    second message.
    """
    row = await Message.objects().get((Message.id == message) & Message.sent_at.is_null())
    if row is None:
        return
    tenant = tenants.current()
    attachments = await Attachment.objects().where(Attachment.message == message)
    mail = compose(tenant, row, attachments)
    if tenant.settings.mail.server:
        await _to_server(tenant, mail)
    elif tenant.mail_goes_nowhere:
        # never said to be sent: it waits in the outbox, and /readyz says so
        raise Misconfigured("aucun serveur d’envoi", file=f"{tenant.slug}.toml", key="mail.server")
    else:
        _to_folder(tenant, mail, row.id)
    await Message.update({Message.sent_at: tenant.now()}).where(Message.id == message)


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
    paragraphs = in_html(row.text, tenant.url("/"))
    html = layout.render(tenant=tenant, subject=row.subject, paragraphs=paragraphs)
    mail.add_alternative(html, subtype="html")
    for one in attachments:
        kind, _, subtype = one.media_type.partition("/")
        content = b64decode(one.content)
        mail.add_attachment(content, maintype=kind, subtype=subtype, filename=one.name)
    return mail


async def _to_server(tenant: Tenant, mail: EmailMessage) -> None:
    import aiosmtplib

    settings = tenant.settings.mail
    await aiosmtplib.send(
        mail,
        hostname=settings.server,
        port=settings.port,
        username=settings.user or None,
        password=settings.password or None,
        start_tls=settings.security == "starttls",
        use_tls=settings.security == "tls",
        timeout=20,
    )


def _to_folder(tenant: Tenant, mail: EmailMessage, number: int) -> None:
    folder = tenant.folder / "outbox"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number:06d}.eml").write_bytes(bytes(mail))
