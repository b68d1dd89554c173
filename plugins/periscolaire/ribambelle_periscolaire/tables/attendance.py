"""Who came: the tablets that may say so, each mark they made, what stands, and the days locked."""

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

from ribambelle.identity.tables import Child, School
from ribambelle_periscolaire.tables.offer import Activity, Group, Unit


class Device(Table, tablename="periscolaire_device"):
    """One tablet of one school, which marks who came without anybody signed in."""

    id: Serial
    school = ForeignKey(School, null=False, index=True, on_delete=OnDelete.cascade)
    name = Varchar(length=80)
    code = Varchar(length=64, default="", help_text="Digest of the code that pairs it; then empty.")
    code_until = Timestamptz(null=True, default=None)
    secret = Varchar(length=64, default="", index=True, help_text="Digest of its cookie.")
    made_at = Timestamptz()
    made_by = Integer(null=True, default=None)
    paired_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)


class Mark(Table, tablename="periscolaire_mark"):
    """One thing marked about one child; never changed, never removed."""

    id: Serial
    event = Varchar(length=36, unique=True, help_text="Named by whoever marks: sent twice, once.")
    child = ForeignKey(Child, null=False, index=True, on_delete=OnDelete.cascade)
    day = Date()
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict)
    act = Varchar(length=10, help_text="Code of domain.attendance.ACTS.")
    absence = Varchar(length=20, default="", help_text="Code of domain.attendance.ABSENCES.")
    arrived = SmallInt(null=True, default=None, help_text="Minutes after midnight.")
    left = SmallInt(null=True, default=None, help_text="Minutes after midnight.")
    device = Integer(null=True, default=None, help_text="Tablet that marked.")
    account = Integer(null=True, default=None, help_text="Member of staff who marked.")
    is_correction = Boolean(default=False)
    reason = Text(default="", help_text="Why an agent corrects.")
    at = Timestamptz(help_text="When it was marked, by the clock of the tablet.")
    received_at = Timestamptz()


class Attendance(Table, tablename="periscolaire_attendance"):
    """What stands of one child, one day, one unit: what its marks come to."""

    id: Serial
    child = ForeignKey(Child, null=False, on_delete=OnDelete.cascade)
    day = Date()
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict)
    group = ForeignKey(Group, null=False, on_delete=OnDelete.restrict)
    state = Varchar(length=10, help_text="present or absent.")
    absence = Varchar(length=20, default="")
    arrived = SmallInt(null=True, default=None)
    left = SmallInt(null=True, default=None)
    is_unplanned = Boolean(default=False, help_text="Came without a booking.")
    has_conflict = Boolean(default=False)
    changed_at = Timestamptz()
    once = Unique([child, day, unit])
    listed = Unique([day, group, unit, child])


class Roll(Table, tablename="periscolaire_roll"):
    """One activity on one day, closed: nothing of it changes but by a reasoned correction."""

    id: Serial
    activity = ForeignKey(Activity, null=False, on_delete=OnDelete.restrict)
    day = Date()
    locked_at = Timestamptz()
    locked_by = Integer(null=True, default=None)
    once = Unique([activity, day])


TABLES = (Device, Mark, Attendance, Roll)
