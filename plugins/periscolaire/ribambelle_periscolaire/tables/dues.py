"""What each locked day costs whom: written when the day is locked, the ground of every invoice."""

from piccolo.columns import Date, ForeignKey, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle.identity.tables import Adult, Child
from ribambelle_periscolaire.tables.families import Price
from ribambelle_periscolaire.tables.offer import Unit


class Due(Table, tablename="periscolaire_due"):
    """What one child's day costs, with the price as it stood when the day was locked."""

    id: Serial
    child = ForeignKey(Child, null=False, on_delete=OnDelete.cascade)
    day = Date()
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict)
    nature = Varchar(length=10, help_text="Code of domain.dues.NATURES.")
    what = Varchar(length=10, help_text="Code of domain.dues.REASONS.")
    payer = ForeignKey(Adult, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    price = ForeignKey(Price, null=False, on_delete=OnDelete.restrict)
    written_at = Timestamptz()
    once = Unique([child, day, unit, nature])
    listed = Unique([day, unit, child, nature])


TABLES = (Due,)
