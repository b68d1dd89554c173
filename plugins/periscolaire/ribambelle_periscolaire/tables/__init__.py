"""What the périscolaire keeps: what the town hall opens, then what families take of it."""

from ribambelle_periscolaire.tables import (
    attendance,
    dues,
    families,
    files,
    kitchen,
    offer,
    openings,
)
from ribambelle_periscolaire.tables.attendance import Attendance, Device, Mark, Roll
from ribambelle_periscolaire.tables.dues import Due
from ribambelle_periscolaire.tables.families import (
    Booking,
    BookingEvent,
    Enrolled,
    Enrolment,
    Price,
    Request,
    Rules,
    Situation,
    Tally,
)
from ribambelle_periscolaire.tables.files import Claim, Consent, OndeList, Sheet
from ribambelle_periscolaire.tables.kitchen import Eaten, Order
from ribambelle_periscolaire.tables.offer import Activity, Closure, Edition, Group, Load, Unit
from ribambelle_periscolaire.tables.openings import (
    Arrival,
    Opening,
    Wish,
    WishChild,
    WishRequest,
)

__all__ = [
    "TABLES",
    "Activity",
    "Arrival",
    "Attendance",
    "Booking",
    "BookingEvent",
    "Claim",
    "Closure",
    "Consent",
    "Device",
    "Due",
    "Eaten",
    "Edition",
    "Enrolled",
    "Enrolment",
    "Group",
    "Load",
    "Mark",
    "OndeList",
    "Opening",
    "Order",
    "Price",
    "Request",
    "Roll",
    "Rules",
    "Sheet",
    "Situation",
    "Tally",
    "Unit",
    "Wish",
    "WishChild",
    "WishRequest",
]

TABLES = (
    *offer.TABLES,
    *families.TABLES,
    *files.TABLES,
    *attendance.TABLES,
    *kitchen.TABLES,
    *dues.TABLES,
    *openings.TABLES,
)
