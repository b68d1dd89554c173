"""What families give and take: situations, enrolments, bookings, and what happened to each."""

from piccolo.columns import (
    BigInt,
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

from ribambelle.identity.tables import Adult, Child, Household, School
from ribambelle.workflow.tables import Demande
from ribambelle_periscolaire.tables.offer import Activity, Group, Unit


class Situation(Table, tablename="periscolaire_situation"):
    """What a household pays by, from one day on; the row before stays, for the months before."""

    id: Serial
    household = ForeignKey(Household, null=False, on_delete=OnDelete.cascade)
    first = Date(help_text="First day it counts.")
    quotient_familial = Integer(null=True, default=None, help_text="Whole euros; null: unknown.")
    is_resident = Boolean(null=True, default=None, help_text="Null: read from the address.")
    source = Varchar(length=12, help_text="proof, caf, declared or import.")
    written_at = Timestamptz()
    written_by = Integer(null=True, default=None)
    once = Unique([household, first])


class Rules(Table, tablename="periscolaire_rules"):
    """One version of the règlement intérieur; once published it never changes."""

    id: Serial
    version = Varchar(length=40, unique=True)
    text = Text()
    first = Date(help_text="First day it is in force.")
    written_at = Timestamptz()
    written_by = Integer(null=True, default=None)
    published_at = Timestamptz(null=True, default=None, help_text="Null: nobody reads it yet.")


class Enrolment(Table, tablename="periscolaire_enrolment"):
    """One child for one school year: what was asked, and which règlement was accepted when."""

    id: Serial
    demande = ForeignKey(Demande, null=False, unique=True, on_delete=OnDelete.restrict)
    child = ForeignKey(Child, null=False, on_delete=OnDelete.cascade)
    year = SmallInt(help_text="Year the school year begins in.")
    account = Integer(null=True, default=None, help_text="Family account that asked; null: import.")
    rules = ForeignKey(Rules, null=True, default=None, on_delete=OnDelete.restrict)
    accepted_at = Timestamptz(null=True, default=None, help_text="When the rules were accepted.")
    school = ForeignKey(
        School, null=True, default=None, on_delete=OnDelete.set_null, help_text="That year."
    )
    class_name = Varchar(length=40, default="")
    sent_at = Timestamptz(null=True, default=None)
    ends_on = Date(null=True, default=None, help_text="Last day, of a child who leaves.")
    is_placed = Boolean(default=False, help_text="The child's school was written that year.")
    once = Unique([child, year])


class Enrolled(Table, tablename="periscolaire_enrolled"):
    """One activity an enrolment opens."""

    id: Serial
    enrolment = ForeignKey(Enrolment, null=False, on_delete=OnDelete.cascade)
    activity = ForeignKey(Activity, null=False, index=True, on_delete=OnDelete.restrict)
    once = Unique([enrolment, activity])


class Price(Table, tablename="periscolaire_price"):
    """One price with what it was computed from and how, in words; shared by all it is the price of."""

    id: Serial
    digest = Varchar(length=64, unique=True, help_text="SHA-256 of the other columns.")
    tariff = Varchar(length=80)
    cents = Integer()
    inputs = Text(help_text="Pairs, as JSON.")
    steps = Text(help_text="Sentences, as JSON.")


class Booking(Table, tablename="periscolaire_booking"):
    """One child, one day, one unit: a single row, whatever happened to it since.

    Cancelled ones stay, for the invoice; what happened when is in `BookingEvent`.
    """

    id: Serial
    child = ForeignKey(Child, null=False, on_delete=OnDelete.cascade)
    day = Date(help_text="In the commune's time zone.")
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict)
    group = ForeignKey(Group, null=False, on_delete=OnDelete.restrict)
    state = Varchar(length=10, help_text="Code of domain.bookings.STATES.")
    payer = ForeignKey(Adult, null=True, default=None, index=True, on_delete=OnDelete.set_null)
    price = ForeignKey(Price, null=True, default=None, on_delete=OnDelete.restrict)
    absence = Varchar(length=20, default="", help_text="Code of the absence, when absent.")
    offered_until = Timestamptz(null=True, default=None, help_text="While offered.")
    line = BigInt(
        default=0, help_text="Its place in the waiting line: the event that put it there."
    )
    changed_at = Timestamptz()
    once = Unique([child, day, unit])
    listed = Unique([day, group, unit, child])


class Tally(Table, tablename="periscolaire_tally"):
    """How many are booked, by day, group and unit; the database keeps it, as bookings change."""

    id: Serial
    day = Date()
    group = ForeignKey(Group, null=False, on_delete=OnDelete.restrict)
    unit = ForeignKey(Unit, null=False, on_delete=OnDelete.restrict)
    booked = Integer()
    moves = Integer(help_text="How many changes: what was read of a day stands until it differs.")
    once = Unique([day, group, unit])


class BookingEvent(Table, tablename="periscolaire_event"):
    """One thing that happened to one booking; never changed, never removed.

    Read in order, they give the bookings back as they are.
    """

    id: Serial
    child = Integer(index=True)
    day = Date(index=True)
    unit = Integer()
    group = Integer()
    act = Varchar(length=10, help_text="Code of domain.bookings.ACTS.")
    state = Varchar(length=10, help_text="State after it.")
    price = Integer(null=True, default=None)
    payer = Integer(null=True, default=None)
    account = Integer(null=True, default=None, help_text="Who did it; null for the clock.")
    side = Varchar(length=10, default="family")
    at = Timestamptz()


class Request(Table, tablename="periscolaire_request"):
    """One request to book, known by its key: the same one sent twice is answered, not done again."""

    id: Serial
    key = Varchar(length=64)
    account = Integer(default=0)
    answer = Text(help_text="Line by line, as JSON.")
    at = Timestamptz(index=True)
    once = Unique([account, key])


TABLES = (
    Situation,
    Rules,
    Enrolment,
    Enrolled,
    Price,
    Booking,
    Tally,
    BookingEvent,
    Request,
)
