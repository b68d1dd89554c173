"""How long had a child been away when it missed a day, and when did its certificate come?"""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain.bookings import Key
from ribambelle_periscolaire.domain.catalogue import Activity, Unit
from ribambelle_periscolaire.domain.tariff import Missed, Tariff, absences
from ribambelle_periscolaire.pricing import JUSTIFIED
from ribambelle_periscolaire.queries import dues
from ribambelle_periscolaire.settings import Settings

CERTIFICATE = "certificate"


def is_counted(tariff: Tariff | None) -> bool:
    """Tell whether a council counts the days of an absence, or the hours of a certificate."""
    rule = tariff.absence if tariff else None
    return rule is not None and bool(
        rule.charged_days or rule.certificate_hours or rule.free_after_days
    )


def are_counted(tenant: Tenant, activity: Activity) -> bool:
    """Tell whether a council counts the days of an absence from an activity."""
    return any(
        activity.code in one.activity and is_counted(one) for one in tenant.of(Settings).tariffs
    )


async def has_moved(
    tenant: Tenant, activity: Activity, unit: Unit, day: date, row: dict[str, Any]
) -> bool:
    """Tell whether another share of a missed day is due than the one that was kept."""
    try:
        tariff = tenant.of(Settings).prices.on(activity.code, unit.code, day)
    except Refused:
        return False
    if tariff.absence is None or tariff.every != "unit" or not is_counted(tariff):
        return False
    key = row["child"], day, unit.id
    found = await missed(tenant, key, row["absence"] or row["said"], tariff)
    now_said = absences.said(*absences.due(tariff.absence, found))
    return not any(step.startswith(now_said) for step in await dues.steps_of(key))


async def missed(tenant: Tenant, key: Key, why: str, tariff: Tariff | None) -> Missed:
    """Return a missed day as the tariff reads it: what was said, its rank, its certificate.

    :param why: code of the absence, as an agent or the family told it.
    """
    told = Missed(justified=why in JUSTIFIED)
    if not is_counted(tariff):
        return told
    run = away(key[1], await dues.before(key))
    came_at = await dues.certified_at(key) if why == CERTIFICATE else None
    hours = _hours(datetime.combine(run[-1], time(), tenant.zone), came_at) if came_at else None
    return Missed(len(run), told.justified, hours)


def away(day: date, before: Iterable[tuple[date, bool]]) -> list[date]:
    """Return the booked days of the absence a missed day belongs to, from this one back.

    :param before: the booked days before it, the latest first, and whether the child missed each.

    >>> days = [(date(2026, 12, 7), True), (date(2026, 12, 4), True), (date(2026, 12, 3), False)]
    >>> [one.day for one in away(date(2026, 12, 8), days)]
    [8, 7, 4]
    """
    found = [day]
    for one, is_missed in before:
        if not is_missed:
            break
        found.append(one)
    return found


def _hours(began: datetime, came: datetime) -> int:
    """Return the hours begun between two moments; a certificate that came before: none."""
    return max(0, -int((began - came).total_seconds() // 3600))
