"""Money taken at a counter: cash, cheques, CESU, and the receipt that says so."""

from piccolo.columns import Date, ForeignKey, Integer, Serial, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle_paiement_tresor.tables.billing import Payer


class Receipt(Table, tablename="paiement_receipt"):
    """One receipt of money taken at a counter, numbered without a gap by régie and year."""

    id: Serial
    regie = Varchar(length=40)
    year = SmallInt()
    number = Integer()
    key = Varchar(length=64, unique=True, help_text="Of the form: sent twice, taken once.")
    payer = ForeignKey(Payer, null=False, index=True, on_delete=OnDelete.restrict)
    means = Varchar(length=10, help_text="Code of domain.counter.MEANS.")
    cents = Integer()
    reference = Varchar(length=80, default="", help_text="Cheque or CESU number.")
    allocations = Text(help_text="Pairs of invoice and cents, as JSON.")
    day = Date(index=True)
    at = Timestamptz()
    account = Integer(null=True, default=None)
    once = Unique([regie, year, number])


TABLES = (Receipt,)
