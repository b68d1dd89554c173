"""The outbox of one commune."""

from piccolo.columns import ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class Message(Table, tablename="core_message"):
    """One e-mail, kept as it was written; `sent_at` is null until a server took it."""

    id: Serial
    kind = Varchar(length=60, help_text="Template it was written from.")
    recipient = Varchar(length=254, index=True)
    account = Integer(null=True, default=None)
    subject = Varchar(length=200)
    text = Text()
    created_at = Timestamptz(index=True)
    sent_at = Timestamptz(null=True, default=None)


class Attachment(Table, tablename="core_attachment"):
    """A file that goes with one message, kept as it was made: a second try sends the same."""

    id: Serial
    message = ForeignKey(Message, null=False, index=True, on_delete=OnDelete.cascade)
    name = Varchar(length=120, help_text="As its reader will see it.")
    media_type = Varchar(length=60, help_text="application/pdf.")
    content = Text(help_text="In base64: both databases keep the same.")


TABLES = (Message, Attachment)
