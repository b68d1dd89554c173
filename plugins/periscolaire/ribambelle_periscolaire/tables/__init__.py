"""What the périscolaire keeps: what the town hall opens, then what families take of it."""

from ribambelle_periscolaire.tables import families, offer
from ribambelle_periscolaire.tables.families import (
    Booking,
    BookingEvent,
    Enrolled,
    Enrolment,
    Price,
    Request,
    Rules,
    Situation,
)
from ribambelle_periscolaire.tables.offer import Activity, Closure, Edition, Group, Load, Unit

__all__ = [
    "TABLES",
    "Activity",
    "Booking",
    "BookingEvent",
    "Closure",
    "Edition",
    "Enrolled",
    "Enrolment",
    "Group",
    "Load",
    "Price",
    "Request",
    "Rules",
    "Situation",
    "Unit",
]

TABLES = (*offer.TABLES, *families.TABLES)
