"""The books: every cent that is owed, paid, credited or given back, in lines nobody changes."""

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle_paiement_tresor.tables.billing import Invoice, Payer


class Entry(Table, tablename="paiement_entry"):
    """One thing that happened to money; its postings come to nothing, and no row ever changes."""

    id: Serial
    key = Varchar(length=120, unique=True, help_text="What happened, once: payfip:<idOp>.")
    kind = Varchar(length=20, help_text="Code of domain.accounts.KINDS.")
    regie = Varchar(length=40)
    day = Date(index=True, help_text="In the commune's time zone.")
    at = Timestamptz()
    account = Integer(null=True, default=None, help_text="Who did it; null for the clock.")
    note = Varchar(length=200, default="", help_text="What an agent wrote.")
    is_real = Boolean(default=True, help_text="False for the money of a demonstration.")


class Posting(Table, tablename="paiement_posting"):
    """One side of an entry; cents are positive on the debit side, negative on the credit side."""

    id: Serial
    entry = ForeignKey(Entry, null=False, index=True, on_delete=OnDelete.restrict)
    ledger = Varchar(length=12, help_text="Code of domain.accounts.LEDGERS.")
    payer = ForeignKey(Payer, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    invoice = ForeignKey(Invoice, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    cents = Integer()


TABLES = (Entry, Posting)
