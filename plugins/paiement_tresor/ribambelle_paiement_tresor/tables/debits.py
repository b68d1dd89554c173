"""Direct debits: what families signed, the batches sent to the treasury, what banks returned."""

from typing import Any

from piccolo.columns import (
    BigInt,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Serial,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle_paiement_tresor.tables.billing import Invoice, Payer


class Mandate(Table, tablename="paiement_mandate"):
    """One mandate a family signed on line; its account is sealed."""

    id: Serial
    payer = ForeignKey(Payer, null=False, index=True, on_delete=OnDelete.restrict)
    account = Integer(null=True, default=None, help_text="Who signed.")
    regie = Varchar(length=40)
    rum = Varchar(length=35, unique=True)
    kind = Varchar(length=10, help_text="Code of domain.mandates.KINDS.")
    holder = Varchar(length=70, help_text="Whose account it is.")
    name = Varchar(length=32, unique=True, help_text="What its account is sealed to.")
    sealed = Text(help_text="The IBAN and BIC, in base64; opened by the key of the commune alone.")
    shown = Varchar(length=20, help_text="What pages show of the IBAN.")
    version = Varchar(length=10, help_text="Of the words signed.")
    words = Text(help_text="The words signed.")
    state = Varchar(length=10, help_text="Code of domain.mandates.STATES.")
    live_for = BigInt(
        null=True, default=None, unique=True, help_text="The payer while it holds: one at a time."
    )
    signed_at = Timestamptz()
    ended_at: Any = Timestamptz(null=True, default=None)


class Batch(Table, tablename="paiement_batch"):
    """One file of debits; its name is never used again."""

    id: Serial
    key = Varchar(length=64, unique=True, help_text="Of the form: sent twice, made once.")
    name = Varchar(length=35, unique=True, help_text="Of the file and of the message.")
    regie = Varchar(length=40)
    made_on = Date()
    rank = Integer(help_text="Among those of its day.")
    on = Date(index=True, help_text="When accounts are debited.")
    size = Integer(help_text="How many debits.")
    cents = Integer()
    sealed = Text(default="", help_text="The file, sealed like an account, in base64.")
    made_at = Timestamptz()
    made_by = Integer(null=True, default=None)
    taken_at: Any = Timestamptz(null=True, default=None, help_text="First time it was downloaded.")
    booked_at: Any = Timestamptz(null=True, default=None)
    confirmed_at: Any = Timestamptz(null=True, default=None)
    cancelled_at: Any = Timestamptz(null=True, default=None)
    is_real = Boolean(default=True, help_text="False for the money of a demonstration.")


class Debit(Table, tablename="paiement_debit"):
    """One debit of one family, in one batch."""

    id: Serial
    batch = ForeignKey(Batch, null=False, index=True, on_delete=OnDelete.restrict)
    mandate = ForeignKey(Mandate, null=False, index=True, on_delete=OnDelete.restrict)
    payer = ForeignKey(Payer, null=False, index=True, on_delete=OnDelete.restrict)
    cents = Integer()
    sequence = Varchar(length=4, help_text="Code of domain.mandates.SEQUENCES.")
    end_to_end = Varchar(length=35, unique=True)
    state = Varchar(length=10, help_text="Code of domain.debits.STATES.")
    reason = Varchar(length=4, default="", help_text="ISO code of the bank that returned it.")
    returned_on: Any = Date(null=True, default=None)


class DebitShare(Table, tablename="paiement_debit_share"):
    """What one debit settles of one invoice."""

    id: Serial
    debit = ForeignKey(Debit, null=False, index=True, on_delete=OnDelete.restrict)
    invoice = ForeignKey(Invoice, null=False, index=True, on_delete=OnDelete.restrict)
    cents = Integer()
    holds = BigInt(
        null=True,
        default=None,
        unique=True,
        help_text="The invoice until its account is debited: nobody pays it another way.",
    )


TABLES = (Mandate, Batch, Debit, DebitShare)
