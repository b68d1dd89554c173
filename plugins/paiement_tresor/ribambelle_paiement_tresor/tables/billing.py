"""Invoices: who pays, the months that are billed, what was tried, what was issued."""

from typing import Any

from piccolo.columns import (
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    Serial,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle.identity.tables import Adult, Child


class Payer(Table, tablename="paiement_payer"):
    """One adult as the books know them: the row stays when the adult goes or joins another."""

    id: Serial
    adult = ForeignKey(Adult, null=True, default=None, index=True, on_delete=OnDelete.set_null)


class Period(Table, tablename="paiement_period"):
    """The days one régie bills together: tried every night, then issued once."""

    id: Serial
    regie = Varchar(length=40)
    first = Date()
    last = Date()
    due_on = Date(help_text="Last day to pay.")
    state = Varchar(length=10, default="open", help_text="Code of domain.periods.STATES.")
    opened_at = Timestamptz()
    opened_by = Integer(null=True, default=None)
    issued_at = Timestamptz(null=True, default=None)
    once = Unique([regie, first])


class Trial(Table, tablename="paiement_trial"):
    """What a period would bill, as it was tried one night; the last two are kept."""

    id: Serial
    period = ForeignKey(Period, null=False, index=True, on_delete=OnDelete.cascade)
    at = Timestamptz()
    invoices = Integer()
    lines = Integer()
    cents = Integer()
    doubts = Text(help_text="What is to look at, as JSON.")
    totals = Bytea(help_text="Cents of each payer, as JSON, deflated.")


class Waiver(Table, tablename="paiement_waiver"):
    """One doubt of a period that somebody looked at, and why it is billed all the same."""

    id: Serial
    period = ForeignKey(Period, null=False, on_delete=OnDelete.cascade)
    doubt = Varchar(length=200, help_text="Key of the doubt.")
    reason = Varchar(length=200)
    account = Integer(null=True, default=None)
    at = Timestamptz()
    once = Unique([period, doubt])


class Terms(Table, tablename="paiement_terms"):
    """What the régie said of itself on its invoices, as it stood the day they were issued."""

    id: Serial
    digest = Varchar(length=64, unique=True, help_text="SHA-256 of the text.")
    told = Text(help_text="domain.terms.Told, as JSON.")


class Basis(Table, tablename="paiement_basis"):
    """What an amount depended on and how it was computed; shared by all the lines it explains."""

    id: Serial
    digest = Varchar(length=64, unique=True, help_text="SHA-256 of the other columns.")
    inputs = Text(help_text="Pairs, as JSON.")
    steps = Text(help_text="Sentences, as JSON.")


class Invoice(Table, tablename="paiement_invoice"):
    """One invoice, or one credit note that corrects it; what it says never changes."""

    id: Serial
    kind = Varchar(length=10, help_text="Code of domain.invoices.KINDS.")
    regie = Varchar(length=40)
    year = SmallInt()
    number = Integer(help_text="Without a gap, by régie and year.")
    period = ForeignKey(Period, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    payer = ForeignKey(Payer, null=False, index=True, on_delete=OnDelete.restrict)
    corrects: Any = ForeignKey("self", null=True, default=None, on_delete=OnDelete.restrict)
    issued_on = Date(index=True)
    due_on = Date()
    cents = Integer(help_text="What it comes to; negative for a credit note.")
    recipient = Text(help_text="Name and address, as JSON, as they stood that day.")
    terms = ForeignKey(Terms, null=False, on_delete=OnDelete.restrict)
    once = Unique([regie, year, number])


class Line(Table, tablename="paiement_line"):
    """One line of an invoice."""

    id: Serial
    invoice = ForeignKey(Invoice, null=False, index=True, on_delete=OnDelete.restrict)
    place = SmallInt()
    key = Varchar(length=160, index=True, help_text="Of what is billed, as its plugin names it.")
    child = ForeignKey(Child, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    child_name = Varchar(length=200)
    day = Date()
    label = Varchar(length=200)
    kind = Varchar(length=5, help_text="meal, care or other.")
    quantity = Integer()
    unit_cents = Integer()
    cents = Integer()
    tax_care = Boolean(help_text="Counts for the tax credit for child care.")
    basis = ForeignKey(Basis, null=False, on_delete=OnDelete.restrict)


class Reminder(Table, tablename="paiement_reminder"):
    """One time a family was reminded of an invoice; each step once."""

    id: Serial
    invoice = ForeignKey(Invoice, null=False, on_delete=OnDelete.restrict)
    step = SmallInt(help_text="Rank in the commune's dunning_days, from one.")
    at = Timestamptz()
    once = Unique([invoice, step])


TABLES = (Payer, Period, Trial, Waiver, Terms, Basis, Invoice, Line, Reminder)
