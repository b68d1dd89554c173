"""The outbox of one commune."""

from piccolo.columns import Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle.documents.tables import Document
from ribambelle.identity.tables import Account
from ribambelle.workflow.tables import Demande


class Message(Table, tablename="core_message"):
    """One message, kept as it was written; `sent_at` is null until a server took it."""

    id: Serial
    kind = Varchar(length=60, help_text="Template it was written from.")
    channel = Varchar(length=10, default="email", help_text="email, sms, or portal: read there.")
    recipient = Varchar(length=254, index=True)
    account = Integer(null=True, default=None, index=True)
    subject = Varchar(length=200)
    text = Text()
    language = Varchar(length=10, default="", help_text="Written above the French, when it is.")
    created_at = Timestamptz(index=True)
    tried_at = Timestamptz(null=True, default=None, help_text="Last time it was handed over.")
    sent_at = Timestamptz(null=True, default=None)
    read_at = Timestamptz(null=True, default=None, help_text="On the portal, when it is there.")
    receipt = Varchar(length=10, default="", help_text="Of an SMS, once told: received or failed.")
    receipt_reason = Varchar(length=20, default="", help_text="Code of receipts.REASONS.")
    receipt_at = Timestamptz(null=True, default=None, help_text="When it was told.")


class Attachment(Table, tablename="core_attachment"):
    """A file that goes with one message, kept as it was made: a second try sends the same."""

    id: Serial
    message = ForeignKey(Message, null=False, index=True, on_delete=OnDelete.cascade)
    name = Varchar(length=120, help_text="As its reader will see it.")
    media_type = Varchar(length=60, help_text="application/pdf.")
    content = Text(help_text="In base64: both databases keep the same.")


class MessageText(Table, tablename="core_message_text"):
    """The text a commune wrote for one message; given up, the row stays and its version grows."""

    id: Serial
    code = Varchar(length=60, unique=True, help_text="Code of a MessageTemplate.")
    is_own = Boolean(default=False, help_text="False: the original text is sent.")
    subject = Varchar(length=200)
    body = Text()
    sms = Text(help_text="Empty when the message never leaves as an SMS.")
    version = Integer(default=0)
    changed_at = Timestamptz()
    changed_by = Integer(null=True, default=None)


class MessageChoice(Table, tablename="core_message_choice"):
    """How one account wishes to receive one optional message."""

    id: Serial
    account = ForeignKey(Account, null=False, on_delete=OnDelete.cascade)
    code = Varchar(length=60, help_text="Code of a MessageTemplate.")
    channel = Varchar(length=10, help_text="email, sms or portal.")
    once = Unique([account, code])


class MessagePhone(Table, tablename="core_message_phone"):
    """The number one account wishes its SMS at."""

    id: Serial
    account = ForeignKey(Account, null=False, unique=True, on_delete=OnDelete.cascade)
    number = Varchar(length=20, help_text="As networks write it: +33612345678.")


class Conversation(Table, tablename="core_conversation"):
    """What one family account and the town hall write to each other about one thing."""

    id: Serial
    account = ForeignKey(Account, null=False, index=True, on_delete=OnDelete.cascade)
    subject = Varchar(length=120)
    demande = ForeignKey(Demande, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    assigned_to = Integer(null=True, default=None, help_text="Account of the agent who answers.")
    last_at = Timestamptz(index=True)
    unread_since = Timestamptz(null=True, default=None, help_text="The family has not read it.")
    waiting_since = Timestamptz(
        null=True, default=None, index=True, help_text="The town hall owes an answer."
    )


class Letter(Table, tablename="core_letter"):
    """One message of a conversation; what was written stays as it was."""

    id: Serial
    conversation = ForeignKey(Conversation, null=False, index=True, on_delete=OnDelete.cascade)
    side = Varchar(length=10, help_text="family or office.")
    author = Integer(help_text="Account.")
    text = Text()
    document = ForeignKey(
        Document, null=True, default=None, index=True, on_delete=OnDelete.set_null
    )
    at = Timestamptz()
    read_at = Timestamptz(null=True, default=None, help_text="By the other side, the first time.")


TABLES = (
    *(Message, Attachment, MessageText, MessageChoice, MessagePhone),
    *(Conversation, Letter),
)
