"""The treasury's daily reports: each one sent, and each line once."""

from typing import Any

from piccolo.columns import Boolean, Date, ForeignKey, Integer, Serial, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from ribambelle_paiement_tresor.tables.billing import Payer
from ribambelle_paiement_tresor.tables.treasury import Payment


class Report(Table, tablename="paiement_report"):
    """One report as it was sent: looked at, then counted once."""

    id: Serial
    digest = Varchar(length=64, unique=True, help_text="SHA-256 of the file.")
    regie = Varchar(length=40, default="", help_text="Empty when it names none of ours.")
    first = Date(null=True, default=None)
    last = Date(null=True, default=None)
    lines = Integer()
    cents = Integer()
    content = Text(default="", help_text="The file, in base64, until it is counted.")
    sent_at = Timestamptz()
    sent_by = Integer(null=True, default=None)
    counted_at: Any = Timestamptz(null=True, default=None)
    counted_by = Integer(null=True, default=None)
    fresh = Integer(default=0, help_text="How many lines no other report had told.")


class ReportLine(Table, tablename="paiement_report_line"):
    """One line of a report: money that came to the régie, or went back."""

    id: Serial
    report = ForeignKey(Report, null=False, index=True, on_delete=OnDelete.restrict)
    line = Integer(help_text="Its number in the file.")
    key = Varchar(length=120, unique=True, help_text="domain.report.Received.key.")
    day = Date(index=True)
    reference = Varchar(length=40, index=True)
    cents = Integer(help_text="Less than nothing: the bank took it back.")
    means = Varchar(length=10, default="")
    authorisation = Varchar(length=64, default="")
    regie = Varchar(length=40, default="")
    payment = ForeignKey(Payment, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    state = Varchar(length=10, help_text="Code of domain.reconciling.STATES.")
    payer = ForeignKey(Payer, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    decided_at: Any = Timestamptz(null=True, default=None)
    decided_by = Integer(null=True, default=None)
    is_real = Boolean(default=True, help_text="False for the money of a demonstration.")


TABLES = (Report, ReportLine)
