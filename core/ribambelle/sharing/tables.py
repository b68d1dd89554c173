"""Which partner reads what, from when until when."""

from piccolo.columns import Date, ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle.identity.tables import Account


class Share(Table, tablename="core_share"):
    """One thing shown to one partner; taken back, its row stays as long as the journal needs it."""

    id: Serial
    account = ForeignKey(Account, null=False, index=True, on_delete=OnDelete.cascade)
    kind = Varchar(length=60, help_text="Code of what a plugin lets be shown.")
    thing = Integer(help_text="Which one, as the plugin numbers it.")
    label = Varchar(length=200, help_text="How it was called when it was shared.")
    shared_at = Timestamptz()
    shared_by = Integer(null=True, default=None, help_text="Account of the agent.")
    until = Date(help_text="Last day it may be read.")
    ended_at = Timestamptz(null=True, default=None)
    ended_by = Integer(null=True, default=None)


TABLES = (Share,)
