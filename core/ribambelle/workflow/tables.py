"""Requests, their history, and the journal of every act."""

from piccolo.columns import BigInt, Boolean, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table


class Demande(Table, tablename="core_demande"):
    """One request of a family, wherever it stands; the plugin keeps what it is about."""

    id: Serial
    workflow = Varchar(length=40, index=True)
    state = Varchar(length=30, index=True)
    created_at = Timestamptz()
    changed_at = Timestamptz()


class HistoryStep(Table, tablename="core_history_step"):
    """One transition of one request; never changed, never removed while the request stands."""

    id: Serial
    demande = ForeignKey(Demande, null=False, index=True, on_delete=OnDelete.cascade)
    transition = Varchar(length=40)
    source = Varchar(length=30)
    target = Varchar(length=30)
    at = Timestamptz()
    side = Varchar(length=10)
    account = Integer(null=True, default=None)
    reason = Text(default="")


class JournalLine(Table, tablename="core_journal"):
    """One act. Each line holds the digest of the one before: a line removed or edited shows.

    The database itself refuses to change or remove a line (migration ``0003_append_only``).
    """

    id: Serial
    number = BigInt(unique=True)
    at = Timestamptz()
    account = Integer(null=True, default=None, index=True)
    side = Varchar(length=10)
    act = Varchar(length=60)
    object = Varchar(length=80, index=True)
    facts = Text(default="{}")
    read_only = Boolean(default=False, help_text="Something was looked at, not changed.")
    previous = Varchar(length=64)
    digest = Varchar(length=64)


class JournalStart(Table, tablename="core_journal_start"):
    """Where the journal starts again after its oldest lines are past: the seal of the last one."""

    id: Serial
    at = Timestamptz()
    number = BigInt(unique=True, help_text="Of the last line removed.")
    digest = Varchar(length=64)


TABLES = (Demande, HistoryStep, JournalLine, JournalStart)
