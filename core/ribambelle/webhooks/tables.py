"""Who is to be told of what, and each telling until it is past."""

from piccolo.columns import ForeignKey, Integer, Serial, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table


class Webhook(Table, tablename="core_webhook"):
    """One address of a program, and the events the commune sends there."""

    id: Serial
    code = Varchar(length=16, unique=True, help_text="What commands call it by.")
    name = Varchar(length=80, help_text="What the town hall calls the program.")
    address = Varchar(length=400)
    kinds = Text(help_text="Codes of the events it is told, separated by spaces.")
    secret = Text(help_text="What its events are signed with, sealed by the commune's key.")
    created_at = Timestamptz()
    created_by = Integer(null=True, default=None, help_text="Staff; null: the command line.")
    held_until = Timestamptz(
        null=True, default=None, help_text="Nothing is sent before: being sent to, or silent."
    )


class WebhookDelivery(Table, tablename="core_webhook_delivery"):
    """One event for one program: the same id and the same body, however often it is sent."""

    id: Serial
    webhook = ForeignKey(Webhook, null=False, on_delete=OnDelete.cascade)
    step = Integer(help_text="Of the history of a request: what happened.")
    event = Varchar(length=40, unique=True, help_text="The id its receiver knows it by.")
    kind = Varchar(length=80)
    body = Text()
    at = Timestamptz(index=True, help_text="When it happened.")
    state = Varchar(length=10, help_text="waiting, delivered or given_up.")
    since = Timestamptz(help_text="From when its days of tries count.")
    tries = Integer(default=0)
    next_at = Timestamptz()
    answered = SmallInt(null=True, default=None, help_text="Code of the last answer, if any.")
    trouble = Varchar(length=40, default="", help_text="Why there was none, as a code.")
    tried_at = Timestamptz(null=True, default=None)
    once = Unique([webhook, step])


TABLES = (Webhook, WebhookDelivery)
