"""The calendars families read on their telephones."""

from piccolo.columns import ForeignKey, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle.identity.tables import Account


class Feed(Table, tablename="core_feed"):
    """One secret address a telephone reads a family's calendar at, until it is stopped."""

    id: Serial
    account = ForeignKey(Account, null=False, index=True, on_delete=OnDelete.cascade)
    digest = Varchar(length=64, unique=True)
    created_at = Timestamptz()
    read_at = Timestamptz(null=True, default=None, help_text="Last read, to the hour.")
    stopped_at = Timestamptz(null=True, default=None)


TABLES = (Feed,)
