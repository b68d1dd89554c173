"""The outbox of one commune."""

from piccolo.columns import Integer, Serial, Text, Timestamptz, Varchar
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


TABLES = (Message,)
