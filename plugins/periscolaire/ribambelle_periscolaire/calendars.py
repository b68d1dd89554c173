"""The school calendar of a commune, from its file."""

from ribambelle.tenants.tenant import Tenant
from ribambelle_periscolaire.domain.calendar import SchoolCalendar, school_calendar
from ribambelle_periscolaire.settings import Settings


def calendar_of(commune: Tenant) -> SchoolCalendar:
    """Return the commune's calendar: one object as long as its settings do not change."""
    file, own = commune.settings, commune.of(Settings)
    return school_calendar(
        file.timezone,
        file.school_zone,
        file.school_holidays,
        file.departement,
        own.closed,
        own.school_weekdays,
        own.worked,
    )
