"""When an activity begins, on the commune's own clocks."""

from datetime import datetime, time

from ribambelle.tenants import Tenant
from ribambelle_bibliotheque.domain.registering import Terms
from ribambelle_bibliotheque.tables import Activity


def begins_at(tenant: Tenant, activity: Activity) -> datetime:
    """Return the moment an activity begins."""
    hour, minute = divmod(int(activity.begins), 60)
    return datetime.combine(activity.day, time(hour, minute), tzinfo=tenant.zone)


def terms_of(tenant: Tenant, activity: Activity) -> Terms:
    """Return what an activity asks of a child."""
    return Terms(
        begins_at(tenant, activity),
        int(activity.from_age),
        int(activity.to_age),
        activity.cancelled_at is not None,
    )
