"""What the kitchen is asked for and what was eaten: the order at the cut-off, then the counts."""

from piccolo.columns import Date, ForeignKey, Integer, Serial, SmallInt, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle_periscolaire.tables.offer import Group, Unit


class Order(Table, tablename="periscolaire_order"):
    """The meals of one group on one day, as they stood at its cut-off; never changed."""

    id: Serial
    day = Date()
    group = ForeignKey(Group, null=False, on_delete=OnDelete.restrict)
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict)
    meals = SmallInt()
    diets = Text(default="{}", help_text="How many of each diet, as JSON.")
    cut_off = Timestamptz(help_text="The moment it counts.")
    kept_at = Timestamptz()
    once = Unique([day, group, unit])


class Eaten(Table, tablename="periscolaire_eaten"):
    """How many meals of one group were eaten on one day; the last count stands."""

    id: Serial
    day = Date()
    group = ForeignKey(Group, null=False, on_delete=OnDelete.restrict)
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict)
    meals = SmallInt()
    counted_at = Timestamptz()
    counted_by = Integer(null=True, default=None)
    once = Unique([day, group, unit])


TABLES = (Order, Eaten)
