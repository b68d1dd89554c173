"""Titres: what the régie handed over to the comptable, and what the treasury said since."""

from piccolo.columns import (
    BigInt,
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

from ribambelle_paiement_tresor.tables.billing import Invoice, Payer


class Bordereau(Table, tablename="paiement_bordereau"):
    """The titres of one sending; its number is never used again, whatever becomes of it."""

    id: Serial
    form = Varchar(length=5, help_text="Code of domain.titres.FORMS.")
    exercise = SmallInt()
    type = Varchar(length=2, help_text="01 titres, 06 rôle.")
    budget = Varchar(length=2)
    number = Integer(help_text="By exercise, type and budget; never reused.")
    file = Varchar(length=100, unique=True, help_text="Name of the file, without its ending.")
    day = Date()
    pieces = Integer()
    cents = BigInt()
    issuer = Text(help_text="What the file says of the commune, as JSON, as it stood that day.")
    state = Varchar(length=8, default="to_write", help_text="Code of domain.titres.STATES.")
    code = Varchar(length=60, default="", help_text="Code of the anomaly the treasury told.")
    told = Varchar(length=500, default="", help_text="The same in its words, or why no file is.")
    replaces = BigInt(null=True, default=None, help_text="The rejected one it sends again.")
    at = Timestamptz()
    account = Integer(null=True, default=None)
    once = Unique([budget, exercise, type, number])


class Titre(Table, tablename="paiement_titre"):
    """One debtor's titre, or article of a rôle."""

    id: Serial
    bordereau = ForeignKey(Bordereau, null=False, index=True, on_delete=OnDelete.restrict)
    series = Varchar(length=20, help_text="Within which its number is alone.")
    number = Integer()
    payer = ForeignKey(Payer, null=False, index=True, on_delete=OnDelete.restrict)
    debt = BigInt(help_text="Number of the debt.")
    cents = Integer()
    debtor = Text(help_text="Name and address, as JSON, as they stood that day.")
    state = Varchar(length=9, default="sent", help_text="Code of domain.titres.PIECES.")
    told = Varchar(length=200, default="", help_text="What the treasury says of it.")
    once = Unique([series, number])


class TitreLine(Table, tablename="paiement_titre_line"):
    """One invoice in a titre."""

    id: Serial
    titre = ForeignKey(Titre, null=False, index=True, on_delete=OnDelete.restrict)
    number = SmallInt()
    invoice = ForeignKey(Invoice, null=False, index=True, on_delete=OnDelete.restrict)
    cents = Integer()
    stands = BigInt(
        null=True,
        default=None,
        unique=True,
        help_text="The invoice while this titre claims it: one titre at a time.",
    )
    state = Varchar(length=2, default="", help_text="Code of domain.returns.LINE_STATES.")


class TreasuryFile(Table, tablename="paiement_treasury_file"):
    """One file the treasury sent back: looked at first, then counted once."""

    id: Serial
    digest = Varchar(length=64, unique=True, help_text="SHA-256 of its content.")
    kind = Varchar(length=6, help_text="acquit or retour.")
    name = Varchar(length=120, help_text="What the treasury calls it.")
    at = Timestamptz()
    account = Integer(null=True, default=None)
    counted_at = Timestamptz(null=True, default=None)
    counted_by = Integer(null=True, default=None)
    summary = Text(default="{}", help_text="What was counted, as JSON.")


class TitreMove(Table, tablename="paiement_titre_move"):
    """What one file said that happened to a line: money, or a decision that settles it."""

    id: Serial
    line = ForeignKey(TitreLine, null=False, on_delete=OnDelete.restrict)
    file = ForeignKey(TreasuryFile, null=False, index=True, on_delete=OnDelete.restrict)
    origin = Varchar(length=2, help_text="Code of domain.returns.ORIGINS.")
    day = Date()
    cents = Integer()
    rank = SmallInt(help_text="Among the same moves of this line.")
    once = Unique([line, origin, day, cents, rank])


TABLES = (Bordereau, Titre, TitreLine, TreasuryFile, TitreMove)
