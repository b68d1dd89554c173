"""A locked day becomes what is due for it: priced once, then read as it was kept, however often."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from ribambelle.billing import BillableItem, Gap, Kind, Period
from ribambelle.database import advisory
from ribambelle.errors import Refused
from ribambelle.identity import custodies, responsibilities
from ribambelle.tenants import Tenant
from ribambelle_periscolaire import fees, missing_days
from ribambelle_periscolaire.domain.catalogue import Activity, Catalogue, Unit
from ribambelle_periscolaire.domain.closures import stopping
from ribambelle_periscolaire.domain.dues import REASONS, Lived, minutes_late, reason
from ribambelle_periscolaire.domain.tariff import Price, Tariff, late
from ribambelle_periscolaire.domain.tariff.pricing import NOT_KNOWN, QUOTIENT
from ribambelle_periscolaire.pricing import day_price
from ribambelle_periscolaire.queries import bookings, catalogue, dues, placements
from ribambelle_periscolaire.repricing import paid_by
from ribambelle_periscolaire.settings import Settings

UNKNOWN = (QUOTIENT, NOT_KNOWN)
Line = tuple[int, int, str, str, int | None, int | Price]
"""Child, unit, nature, reason, payer, then a price: the number of one kept, or a new one."""


async def settle_day(
    tenant: Tenant, activity: Activity, day: date, now: datetime, child: int | None = None
) -> None:
    """Write what a day costs, in the transaction that locks it.

    :param child: only this one, whose attendance an agent corrects afterwards.
    """
    known = await catalogue.current()
    counts = missing_days.are_counted(tenant, activity)
    if counts:
        # two days of one absence may be locked at once
        await advisory(f"periscolaire.absences:{activity.id}")
    lines: list[Line] = []
    lived = await _lived(known, activity, day)
    for row in lived:
        if child in (None, row["child"]):
            lines += await _lines(tenant, known, activity, day, row, now)
    await _keep(day, lines, now)
    await _fees(tenant, known, activity, day, lines, now, child)
    if counts:
        some = {row["child"] for row in lived if row["state"] in {"booked", "absent"}}
        await _recount(tenant, known, activity, day, some if child is None else {child}, now)


async def _lived(known: Catalogue, activity: Activity, day: date) -> list[dict[str, Any]]:
    """Return the children's days of an activity, each in the school it was in on that day."""
    rows = [row for row in await dues.lived(activity.id, day) if row["unit"] in known.units]
    if not any(one.first <= day <= one.last and one.school for one in known.closures):
        return rows
    there = await placements.on({row["child"] for row in rows}, day)
    return [placements.placed(row, day, there) for row in rows]


async def _recount(
    tenant: Tenant,
    known: Catalogue,
    activity: Activity,
    day: date,
    children: set[int],
    now: datetime,
) -> None:
    """Price again the days of an absence locked before the one that it follows."""
    keys: dict[date, set[tuple[int, int]]] = {}
    for one, missed in (await dues.missed_after(activity.id, day, sorted(children))).items():
        for other in missed:
            keys.setdefault(other, set()).add(one)
    for other, some in sorted(keys.items()):
        lines: list[Line] = []
        for row in await _lived(known, activity, other):
            unit = known.units[row["unit"]]
            if (row["child"], unit.id) in some and await missing_days.has_moved(
                tenant, activity, unit, other, row
            ):
                lines += await _lines(tenant, known, activity, other, row, now)
        await _keep(other, lines, now)


async def _fees(
    tenant: Tenant,
    known: Catalogue,
    activity: Activity,
    day: date,
    lines: list[Line],
    now: datetime,
    child: int | None,
) -> None:
    if child is not None:
        units = [unit.id for unit in activity.units]
        await fees.take_back(tenant, known, activity, units, day, child)
    asked = [(one[0], one[1], one[4]) for one in lines if one[2] == "day"]
    for number, first, unit, payer, price in await fees.due(
        tenant, known, activity, day, asked, now
    ):
        await _keep(first, [(number, unit, "fee", "fee", payer, price)], now)


async def _keep(day: date, lines: list[Line], now: datetime) -> None:
    fresh = [one[5] for one in lines if isinstance(one[5], Price)]
    numbers = await bookings.keep_prices(fresh)
    rows = []
    for number, unit, nature, what, payer, price in lines:
        kept = numbers[bookings.name_of(price)] if isinstance(price, Price) else price
        rows.append((number, day, unit, nature, what, payer, kept))
    await dues.write(rows, now)


async def _lines(
    tenant: Tenant,
    known: Catalogue,
    activity: Activity,
    day: date,
    row: dict[str, Any],
    now: datetime,
) -> list[Line]:
    unit, child = known.units[row["unit"]], row["child"]
    closed = stopping(known.closures, activity.id, row["school"], row["class_name"], day)
    lived = Lived(row["state"] or "", row["mark"] or "", row["left"], closed is not None)
    what = reason(lived)
    if not what:
        return []
    payer = row["payer"] or await _payer(child, day)
    found = await _price(tenant, activity, unit, day, row, what, payer, now)
    lines: list[Line] = []
    if found is not None:
        lines.append((child, unit.id, "day", what, payer, found))
    penalty = _late(tenant, activity, unit, day, minutes_late(lived.left, unit.ends))
    if penalty is not None and lived.attendance == "present":
        lines.append((child, unit.id, "late", "late", payer, penalty))
    return lines


async def _price(
    tenant: Tenant,
    activity: Activity,
    unit: Unit,
    day: date,
    row: dict[str, Any],
    what: str,
    payer: int | None,
    now: datetime,
) -> int | Price | None:
    """Return the price agreed at booking, or a new one when the day was not lived as booked."""
    spent = row["left"] - row["arrived"] if row["left"] and row["arrived"] else None
    tariff = _tariff(tenant, activity, unit, day)
    again = (
        (spent is not None and _is_timed(tariff))
        # a fee voted since the booking pays for this day too
        or (tariff is not None and tariff.every != "unit")
        or (what == "absent" and missing_days.is_counted(tariff))
    )
    as_said = row["state"] == ("absent" if what == "absent" else "booked") and not row["absence"]
    if row["price"] and what != "unbooked" and as_said and not again:
        return int(row["price"])
    key = row["child"], day, unit.id
    missed = None
    if what == "absent":
        missed = await missing_days.missed(tenant, key, row["absence"] or row["said"], tariff)
    gathered = await paid_by(tenant, payer, day, now)
    return day_price(
        *(tenant, gathered, key, activity, unit),
        missed=missed,
        is_booked=what != "unbooked",
        minutes=spent,
    )


def _tariff(tenant: Tenant, activity: Activity, unit: Unit, day: date) -> Tariff | None:
    try:
        return tenant.of(Settings).prices.on(activity.code, unit.code, day)
    except Refused:
        return None


def _is_timed(tariff: Tariff | None) -> bool:
    return tariff is not None and bool(tariff.duration or tariff.slots)


def _late(tenant: Tenant, activity: Activity, unit: Unit, day: date, minutes: int) -> Price | None:
    if not minutes:
        return None
    try:
        found = late(tenant.of(Settings).prices, activity.code, unit.code, day, minutes)
    except Refused:
        return None
    return found if found.cents else None


async def _payer(child: int, day: date) -> int | None:
    """Return who pays for a day nobody booked: the parent it was with, where two share the weeks."""
    held = await responsibilities.of_children([child], day)
    paying = [one.adult for one in held if one.rights.may_pay]
    with_them = {stay.parent for stay in await custodies.whose(child, day, day)}
    return next((one for one in paying if one in with_them), next(iter(paying), None))


async def items(period: Period) -> list[BillableItem]:
    """Return what the locked days of a period cost, as they were locked."""
    rows = await dues.between(period.first, period.last, period.payers)
    return [_item(row) for row in rows]


async def gaps(period: Period) -> list[Gap]:
    """Return the days of a period that were booked and that nobody closed."""
    return [
        Gap(
            f"periscolaire:{row['activity']}:{row['day']}",
            row["name"],
            row["day"],
            "Le pointage de ce jour n’est pas clos : rien n’en est facturé.",
            row["booked"],
        )
        for row in await dues.unlocked(period.first, period.last)
    ]


def _item(row: dict[str, Any]) -> BillableItem:
    names: Iterable[str] = dict.fromkeys((row["name"], row["unit_name"], REASONS[row["what"]]))
    if row["nature"] == "fee":
        names = row["tariff"], REASONS["fee"]
    kind: Kind = "other" if row["nature"] == "late" else "meal" if row["is_meal"] else "care"
    day = row["day"]
    return BillableItem(
        f"periscolaire:{row['child']}:{day}:{row['unit']}:{row['nature']}",
        row["payer"],
        row["child"],
        day,
        ", ".join(names),
        kind,
        1,
        row["cents"],
        row["cents"],
        bool(row["tax_care"]) and row["nature"] != "late",
        row["regie"],
        inputs := dues.pairs(row["inputs"]),
        dues.sentences(row["steps"]),
        ("quotient",) if UNKNOWN in inputs else (),
    )
