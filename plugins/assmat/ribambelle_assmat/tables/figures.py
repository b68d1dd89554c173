"""How the directory is used: counts by period, commune and kind, of nobody in particular."""

from piccolo.columns import Date, Integer, Serial, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table


class Count(Table, tablename="assmat_count"):
    """So many of something in a month, in a commune of the register."""

    id: Serial
    kind = Varchar(length=10, help_text="Code of domain.figures.KINDS.")
    period = Date(help_text="First day of the month.")
    town = Varchar(length=80, default="", help_text="As the register writes it; empty: another.")
    code = Varchar(
        length=10, default="", help_text="Age searched for: code of domain.figures.AGES."
    )
    many = Integer(default=0)
    once = Unique([kind, period, town, code])
