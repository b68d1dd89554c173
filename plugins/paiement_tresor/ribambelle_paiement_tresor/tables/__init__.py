"""What the paiement keeps: invoices, the books, payments on line and at the counter."""

from ribambelle_paiement_tresor.tables import (
    billing,
    books,
    counter,
    debits,
    reports,
    titres,
    treasury,
)
from ribambelle_paiement_tresor.tables.billing import (
    Basis,
    Invoice,
    Line,
    Payer,
    Period,
    Reminder,
    Terms,
    Trial,
    Waiver,
)
from ribambelle_paiement_tresor.tables.books import Entry, Posting
from ribambelle_paiement_tresor.tables.counter import Receipt
from ribambelle_paiement_tresor.tables.debits import Batch, Debit, DebitShare, Mandate
from ribambelle_paiement_tresor.tables.reports import Report, ReportLine
from ribambelle_paiement_tresor.tables.titres import (
    Bordereau,
    Titre,
    TitreLine,
    TitreMove,
    TreasuryFile,
)
from ribambelle_paiement_tresor.tables.treasury import (
    Allocation,
    Exchange,
    Mode,
    Notice,
    Payment,
)

__all__ = [
    "TABLES",
    "Allocation",
    "Basis",
    "Batch",
    "Bordereau",
    "Debit",
    "DebitShare",
    "Entry",
    "Exchange",
    "Invoice",
    "Line",
    "Mandate",
    "Mode",
    "Notice",
    "Payer",
    "Payment",
    "Period",
    "Posting",
    "Receipt",
    "Reminder",
    "Report",
    "ReportLine",
    "Terms",
    "Titre",
    "TitreLine",
    "TitreMove",
    "TreasuryFile",
    "Trial",
    "Waiver",
]

TABLES = (
    *(*billing.TABLES, *books.TABLES, *treasury.TABLES, *counter.TABLES),
    *(*reports.TABLES, *debits.TABLES, *titres.TABLES),
)
