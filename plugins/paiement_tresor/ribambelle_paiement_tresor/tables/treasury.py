"""Payments on line: what was asked of the treasury, what it answered, what it said by itself."""

from piccolo.columns import (
    BigInt,
    Boolean,
    ForeignKey,
    Integer,
    Serial,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle_paiement_tresor.tables.billing import Invoice, Payer


class Mode(Table, tablename="paiement_mode"):
    """One step of the way from nothing to real payments: who took it, and when."""

    id: Serial
    mode = Varchar(length=12, help_text="Code of domain.modes.MODES.")
    at = Timestamptz()
    account = Integer(null=True, default=None)


class Payment(Table, tablename="paiement_payment"):
    """One payment asked of the treasury; the row is written before anything is asked."""

    id: Serial
    payer = ForeignKey(Payer, null=False, index=True, on_delete=OnDelete.restrict)
    account = Integer(null=True, default=None, help_text="Who pressed the button.")
    regie = Varchar(length=40)
    client = Varchar(length=6, help_text="Number of the régie at the treasury.")
    reference = Varchar(length=30, unique=True, help_text="refdet, one per attempt.")
    operation = Varchar(length=64, null=True, default=None, unique=True, help_text="idOp.")
    saisie = Varchar(length=1, help_text="T, X or W.")
    is_real = Boolean(default=True, help_text="False for the money of a demonstration.")
    cents = Integer()
    email = Varchar(length=80)
    state = Varchar(length=14, help_text="Code of domain.payment.STATES.")
    created_at = Timestamptz(index=True)
    seen_at = Timestamptz(
        null=True, default=None, help_text="When the family came back or the treasury wrote."
    )
    asked_at = Timestamptz(null=True, default=None, help_text="Last time the treasury answered.")
    ask_at = Timestamptz(null=True, default=None, index=True, help_text="When it is asked next.")
    asked = SmallInt(default=0, help_text="How many times it was asked.")
    failures = SmallInt(default=0, help_text="How many times in a row it did not answer.")
    code = Varchar(length=20, default="", help_text="Last code the treasury gave.")
    alert = Varchar(length=20, default="", help_text="Code of domain.payment.ALERTS, for people.")
    authorisation = Varchar(length=64, default="", help_text="numauto.")
    means = Varchar(length=10, default="", help_text="card or debit, once paid.")
    paid_at = Timestamptz(null=True, default=None, help_text="As the treasury says it.")
    settled_at = Timestamptz(null=True, default=None, help_text="When the books knew it.")


class Allocation(Table, tablename="paiement_allocation"):
    """What one payment settles of one invoice, as decided when the button was pressed."""

    id: Serial
    payment = ForeignKey(Payment, null=False, index=True, on_delete=OnDelete.restrict)
    invoice = ForeignKey(Invoice, null=False, index=True, on_delete=OnDelete.restrict)
    cents = Integer()
    holds = BigInt(
        null=True,
        default=None,
        unique=True,
        help_text="The invoice while nobody else may pay it: one payment at a time.",
    )


class Exchange(Table, tablename="paiement_exchange"):
    """One question to the treasury and its answer, without the e-mail; kept thirteen months."""

    id: Serial
    payment = ForeignKey(Payment, null=True, default=None, index=True, on_delete=OnDelete.cascade)
    at = Timestamptz(index=True)
    trigger = Varchar(length=12, help_text="Code of domain.payment.TRIGGERS.")
    outcome = Varchar(length=20, help_text="What came of it, in a word.")
    request = Text()
    answer = Text()


class Notice(Table, tablename="paiement_notice"):
    """One time somebody said that a payment had moved: a hint to ask, never a proof."""

    id: Serial
    operation = Varchar(length=64, index=True)
    came_from = Varchar(length=12, help_text="notification or return.")
    address = Varchar(length=45, default="", help_text="Where it came from.")
    at = Timestamptz(index=True)
    is_known = Boolean(default=False)


TABLES = (Mode, Payment, Allocation, Exchange, Notice)
