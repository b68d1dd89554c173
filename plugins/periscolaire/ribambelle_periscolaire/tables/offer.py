"""What the town hall opens: activities, their units, their groups, the days they do not run."""

from piccolo.columns import (
    Boolean,
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

from ribambelle.identity.tables import School


class Edition(Table, tablename="periscolaire_edition"):
    """One row: changes whenever an activity, a unit, a group or a closure does.

    What a process read of them stays true as long as this is the same: a page asks for this one
    word instead of reading them all again.
    """

    id: Serial
    mark = Varchar(length=32)


class Activity(Table, tablename="periscolaire_activity"):
    """Something children are enrolled in: canteen, morning care, Wednesdays; a closed one stays."""

    id: Serial
    code = Varchar(length=40, unique=True, help_text="As tariffs and the API name it.")
    name = Varchar(length=80)
    kind = Varchar(length=10, help_text="Code of domain.activities.KINDS.")
    position = SmallInt(default=0, help_text="Where it stands on the page, from the top.")
    runs = Varchar(length=10, default="school", help_text="Code of domain.activities.RUNS.")
    booked = Varchar(
        length=10, default="online", help_text="online, or on_site: shown, not booked."
    )
    place = Text(default="", help_text="Where, with whom, at what hours, for families to read.")
    cut_off = Varchar(length=40, default="", help_text="Name of a rule of the commune's file.")
    regime = Varchar(length=20, default="", help_text="Code of domain.ratios; empty for none.")
    regie = Varchar(length=40, default="", help_text="Which régie bills it.")
    tax_care = Boolean(default=False, help_text="Counts for the tax credit under seven.")
    is_open = Boolean(default=True)


class Unit(Table, tablename="periscolaire_unit"):
    """What one box books on one day: a meal, an evening, half a Wednesday.

    Units of one activity that bear the same `choice` exclude each other on a day. The `parts` a
    unit takes are bits: a whole Wednesday takes the morning, the meal and the afternoon.
    """

    id: Serial
    activity = ForeignKey(Activity, null=False, index=True, on_delete=OnDelete.restrict)
    code = Varchar(length=40)
    name = Varchar(length=80)
    position = SmallInt(default=0)
    begins = SmallInt(default=0, help_text="Minutes after midnight.")
    ends = SmallInt(default=0, help_text="Minutes after midnight.")
    weekdays = SmallInt(default=127, help_text="Bits: 1 for Monday, 64 for Sunday.")
    parts = SmallInt(default=1, help_text="Bits of domain.activities.PARTS.")
    is_meal = Boolean(default=False)
    choice = Varchar(length=20, default="")
    needs = Integer(null=True, default=None, help_text="Unit to be booked the same day too.")
    is_open = Boolean(default=True)
    once = Unique([activity, code])


class Group(Table, tablename="periscolaire_group"):
    """Children received together: from one school or all, of some ages, with so many places."""

    id: Serial
    activity = ForeignKey(Activity, null=False, index=True, on_delete=OnDelete.restrict)
    name = Varchar(length=80)
    school = ForeignKey(School, null=True, default=None, on_delete=OnDelete.restrict)
    from_age = SmallInt(default=2, help_text="In whole years, on the day.")
    to_age = SmallInt(default=17, help_text="Last age received, in whole years.")
    licence = SmallInt(null=True, default=None, help_text="Children the declaration allows.")
    room = SmallInt(null=True, default=None, help_text="Children the place holds.")
    staff = SmallInt(null=True, default=None, help_text="Adults on duty on an ordinary day.")
    is_open = Boolean(default=True)


class Load(Table, tablename="periscolaire_load"):
    """How full one group is on one day, for one part of it; made when first needed.

    Taken by who books, before anything else: it is the lock that makes the last place one place.
    """

    id: Serial
    group = ForeignKey(Group, null=False, on_delete=OnDelete.restrict)
    day = Date()
    part = SmallInt(help_text="One bit of domain.activities.PARTS.")
    taken = SmallInt(default=0, help_text="Booked, and offered to somebody.")
    waiting = SmallInt(default=0)
    staff = SmallInt(null=True, default=None, help_text="Adults on duty that day, when it differs.")
    once = Unique([group, day, part])


class Closure(Table, tablename="periscolaire_closure"):
    """Days something does not run: a strike, an outing, a bridge. Nobody is billed for them."""

    id: Serial
    first = Date()
    last = Date()
    reason = Varchar(length=10, help_text="Code of domain.closures.REASONS.")
    activity = ForeignKey(Activity, null=True, default=None, on_delete=OnDelete.restrict)
    school = ForeignKey(School, null=True, default=None, on_delete=OnDelete.restrict)
    class_name = Varchar(length=40, default="", help_text="Empty for the whole school.")
    note = Varchar(length=200, default="", help_text="What families read.")
    declared_at = Timestamptz()
    declared_by = Integer(null=True, default=None)
    lifted_at = Timestamptz(null=True, default=None)


TABLES = (Edition, Activity, Unit, Group, Load, Closure)
