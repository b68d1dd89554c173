"""What the périscolaire keeps: what the town hall opens, then what families take of it."""

from ribambelle_periscolaire.tables import families, files, offer
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
from ribambelle_periscolaire.tables.files import Claim, Consent, OndeList, Sheet
from ribambelle_periscolaire.tables.offer import Activity, Closure, Edition, Group, Load, Unit

__all__ = [
    "TABLES",
    "Activity",
    "Booking",
    "BookingEvent",
    "Claim",
    "Closure",
    "Consent",
    "Edition",
    "Enrolled",
    "Enrolment",
    "Group",
    "Load",
    "OndeList",
    "Price",
    "Request",
    "Rules",
    "Sheet",
    "Situation",
    "Unit",
]

TABLES = (*offer.TABLES, *families.TABLES, *files.TABLES)
