"""How long had a child been away when it missed a day, and when did its certificate come?"""

from collections.abc import Iterable
from datetime import date, datetime, time

from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain.bookings import Key
from ribambelle_periscolaire.domain.tariff import Missed, Tariff
from ribambelle_periscolaire.pricing import JUSTIFIED
from ribambelle_periscolaire.queries import dues

CERTIFICATE = "certificate"


def is_counted(tariff: Tariff | None) -> bool:
    """Tell whether a council counts the days of an absence, or the hours of a certificate."""
    rule = tariff.absence if tariff else None
    return rule is not None and bool(
        rule.charged_days or rule.certificate_hours or rule.free_after_days
    )


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
