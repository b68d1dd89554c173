"""What the paiement keeps: invoices, the books, payments on line and at the counter."""

from ribambelle_paiement_tresor.tables import billing, books, counter, titres, treasury
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
    "Bordereau",
    "Entry",
    "Exchange",
    "Invoice",
    "Line",
    "Mode",
    "Notice",
    "Payer",
    "Payment",
    "Period",
    "Posting",
    "Receipt",
    "Reminder",
    "Terms",
    "Titre",
    "TitreLine",
    "TitreMove",
    "TreasuryFile",
    "Trial",
    "Waiver",
]

TABLES = (*billing.TABLES, *books.TABLES, *treasury.TABLES, *counter.TABLES, *titres.TABLES)
