"""Help sessions, and the appointments families took in them."""

from piccolo.columns import Date, ForeignKey, Integer, Serial, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from ribambelle.identity.tables import Account


class HelpSession(Table, tablename="core_help_session"):
    """One time a desk receives families; a cancelled one keeps its row."""

    id: Serial
    day = Date(index=True)
    begins = Integer(help_text="Minutes since midnight, in the commune's time zone.")
    ends = Integer(help_text="Minutes since midnight.")
    slot = Integer(default=20, help_text="Minutes of one appointment.")
    seats = Integer(default=1, help_text="Families received at once.")
    place = Varchar(length=200)
    about = Varchar(length=120, help_text="What one is helped with.")
    created_by = Integer(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)


class Appointment(Table, tablename="core_appointment"):
    """One family at one hour of a session; the row goes when it cancels, the journal remembers."""

    id: Serial
    session = ForeignKey(HelpSession, null=False, on_delete=OnDelete.cascade)
    begins = Integer(help_text="Minutes since midnight.")
    seat = Integer(help_text="From 0; no seat is ever held twice.")
    account = ForeignKey(Account, null=False, index=True, on_delete=OnDelete.cascade)
    booked_at = Timestamptz()
    reminded_at = Timestamptz(null=True, default=None)
    once = Unique([session, begins, seat])


TABLES = (HelpSession, Appointment)
