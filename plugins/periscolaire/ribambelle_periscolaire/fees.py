"""The fee of a month or a year: due once, the first day one of its units is locked, whoever locks it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from ribambelle.database import advisory
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_periscolaire.domain.catalogue import Activity, Catalogue
from ribambelle_periscolaire.domain.dues import fee_span
from ribambelle_periscolaire.domain.tariff import Price, Tariff
from ribambelle_periscolaire.pricing import fee_price
from ribambelle_periscolaire.queries import dues
from ribambelle_periscolaire.repricing import paid_by
from ribambelle_periscolaire.settings import Settings

Asked = tuple[int, int, int | None]
"""Child, unit of the day that was locked, who pays for it."""


def tariff_of(tenant: Tenant, activity: Activity, unit: str, day: date) -> Tariff | None:
    """Return the fee a unit belongs to on a day; None where each day is paid."""
    try:
        found = tenant.of(Settings).prices.on(activity.code, unit, day)
    except Refused:
        return None
    return found if found.every != "unit" else None


def units_of(known: Catalogue, tariff: Tariff) -> list[int]:
    """Return every unit a fee pays for, the oldest first: its fee is written under that one."""
    return sorted(
        unit.id
        for unit in known.units.values()
        if unit.code in tariff.unit and known.by_id[unit.activity].code in tariff.activity
    )


async def due(
    tenant: Tenant,
    known: Catalogue,
    activity: Activity,
    day: date,
    asked: Sequence[Asked],
    now: datetime,
) -> list[tuple[int, date, int, int | None, Price]]:
    """Return the fees these days make due that are not written yet, in the transaction that locks them.

    A fee stays what it was the first day that counted, whatever the family's means become.
    """
    found: list[tuple[int, date, int, int | None, Price]] = []
    for number, some in _by_unit(asked).items():
        unit = known.units[number]
        tariff = tariff_of(tenant, activity, unit.code, day)
        if tariff is None:
            continue
        # two activities of one fee may be locked at once
        await advisory("periscolaire.fees")
        paid_for, (first, last) = units_of(known, tariff), fee_span(tariff.every, day)
        had = await dues.with_fee(paid_for, first, last)
        for child, payer in some.items():
            known_now = {one for one, _, anchor, _, _ in found if anchor == paid_for[0]}
            if child in had or child in known_now:
                continue
            gathered = await paid_by(tenant, payer, day, now)
            price = fee_price(tenant, gathered, (child, day, number), activity, unit)
            if price is not None:
                found.append((child, day.replace(day=1), paid_for[0], payer, price))
    return found


def _by_unit(asked: Sequence[Asked]) -> dict[int, dict[int, int | None]]:
    found: dict[int, dict[int, int | None]] = {}
    for child, unit, payer in asked:
        found.setdefault(unit, {})[child] = payer
    return found


async def take_back(
    tenant: Tenant,
    known: Catalogue,
    activity: Activity,
    units: Collection[int],
    day: date,
    child: int,
) -> None:
    """Forget the fee of a child whose last day of the month, or year, was corrected away."""
    for number in units:
        tariff = tariff_of(tenant, activity, known.units[number].code, day)
        if tariff is not None:
            await advisory("periscolaire.fees")
            first, last = fee_span(tariff.every, day)
            await dues.forget_fee(child, units_of(known, tariff), first, last)
