"""What is a locked day billed as: came, missed, came without a booking, collected late?"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from ribambelle_periscolaire.domain.calendar import school_year, year_bounds

NATURES: dict[str, str] = {"day": "Journée", "late": "Retard", "fee": "Forfait"}
REASONS: dict[str, str] = {
    "booked": "réservé",
    "absent": "absence",
    "unbooked": "sans réservation",
    "late": "retard",
    "fee": "forfait",
}


@dataclass(frozen=True, slots=True)
class Lived:
    """One child's day as it stands when it is locked."""

    booking: str = ""
    """State of its booking; empty when it has none."""
    attendance: str = ""
    """present, absent, or empty when nobody marked."""
    left: int | None = None
    is_closed: bool = False


def reason(lived: Lived) -> str:
    """Return what a day is billed as, a code of REASONS; empty when nothing is due.

    A booked day nobody marked is due: the place was held and the meal cooked.

    >>> reason(Lived("booked", "present")), reason(Lived("booked")), reason(Lived("booked", "absent"))
    ('booked', 'booked', 'absent')
    >>> reason(Lived("absent")), reason(Lived("absent", "present")), reason(Lived("", "present"))
    ('absent', 'booked', 'unbooked')
    >>> reason(Lived("cancelled")), reason(Lived("cancelled", "present")), reason(Lived("waiting"))
    ('', 'unbooked', '')
    >>> reason(Lived("booked", "present", is_closed=True)), reason(Lived("closed", "present"))
    ('', '')
    """
    if lived.is_closed or lived.booking == "closed":
        return ""
    if lived.booking in {"booked", "absent"}:
        missed = lived.attendance == "absent" or (
            lived.booking == "absent" and lived.attendance != "present"
        )
        return "absent" if missed else "booked"
    return "unbooked" if lived.attendance == "present" else ""


def fee_span(every: str, day: date) -> tuple[date, date]:
    """Return the days that one fee pays for, both included: the month, or the school year.

    >>> [str(one) for one in fee_span("month", date(2026, 12, 3))]
    ['2026-12-01', '2026-12-31']
    >>> [str(one) for one in fee_span("year", date(2026, 12, 3))]
    ['2026-09-01', '2027-08-31']
    """
    if every == "year":
        return year_bounds(school_year(day))
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def minutes_late(left: int | None, ends: int) -> int:
    """Return by how many minutes a child was collected after the end.

    >>> minutes_late(1120, 1110), minutes_late(1100, 1110), minutes_late(None, 1110)
    (10, 0, 0)
    """
    return max(0, left - ends) if left is not None and ends else 0
