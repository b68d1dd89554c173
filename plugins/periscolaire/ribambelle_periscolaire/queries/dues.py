"""What locked days cost: read to be locked, written once, read again to be billed."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from ribambelle.database import Prepared, many
from ribambelle_periscolaire.domain.bookings import Key
from ribambelle_periscolaire.tables import Attendance, Booking, Due, Mark, Roll

Row = dict[str, Any]
LIVED = Prepared(
    lambda given: Booking.raw(
        "SELECT b.child, b.unit, b.state, b.price, b.payer, b.absence AS said, a.state AS mark,"
        ' a.absence, a.arrived, a."left", c.school, c.class_name'
        " FROM periscolaire_booking b JOIN periscolaire_unit u ON u.id = b.unit"
        " JOIN core_child c ON c.id = b.child"
        " LEFT JOIN periscolaire_attendance a"
        " ON a.child = b.child AND a.day = b.day AND a.unit = b.unit"
        " WHERE u.activity = {} AND b.day = {}",
        given.activity,
        given.day,
    )
)
UNBOOKED = Prepared(
    lambda given: Attendance.raw(
        'SELECT a.child, a.unit, a.state AS mark, a.absence, a.arrived, a."left",'
        " c.school, c.class_name, NULL AS state, NULL AS price, NULL AS payer, '' AS said"
        " FROM periscolaire_attendance a JOIN periscolaire_unit u ON u.id = a.unit"
        " JOIN core_child c ON c.id = a.child WHERE u.activity = {} AND a.day = {}"
        " AND NOT EXISTS (SELECT 1 FROM periscolaire_booking b"
        " WHERE b.child = a.child AND b.day = a.day AND b.unit = a.unit)",
        given.activity,
        given.day,
    )
)
TO_BILL = (
    "SELECT d.child, d.day, d.unit, d.nature, d.what, d.payer, p.tariff, p.cents, p.inputs, p.steps,"
    " u.name AS unit_name, u.is_meal, t.name, t.regie, t.tax_care"
    " FROM periscolaire_due d JOIN periscolaire_price p ON p.id = d.price"
    " JOIN periscolaire_unit u ON u.id = d.unit"
    " JOIN periscolaire_activity t ON t.id = u.activity"
)
BETWEEN = Prepared(
    lambda given: Due.raw(f"{TO_BILL} WHERE d.day BETWEEN {{}} AND {{}}", given.first, given.last)
)
OF_SOME = Prepared(
    lambda given: Due.raw(
        f"{TO_BILL} WHERE d.payer >= {{}} AND d.payer < {{}} AND d.day BETWEEN {{}} AND {{}}",
        given.low,
        given.high,
        given.first,
        given.last,
    )
)
OF_NOBODY = Prepared(
    lambda given: Due.raw(
        f"{TO_BILL} WHERE d.payer IS NULL AND d.day BETWEEN {{}} AND {{}}", given.first, given.last
    )
)
UNLOCKED = Prepared(
    lambda given: Booking.raw(
        "SELECT u.activity, t.name, b.day, COUNT(*) AS booked"
        " FROM periscolaire_booking b JOIN periscolaire_unit u ON u.id = b.unit"
        " JOIN periscolaire_activity t ON t.id = u.activity"
        " WHERE b.day BETWEEN {} AND {} AND b.state IN ('booked', 'absent')"
        " AND NOT EXISTS (SELECT 1 FROM periscolaire_roll r"
        " WHERE r.activity = u.activity AND r.day = b.day)"
        " GROUP BY u.activity, t.name, b.day",
        given.first,
        given.last,
    )
)


async def lived(activity: int, day: date) -> list[Row]:
    """Return every child's day of an activity: its booking if any, and what was marked."""
    found: list[Row] = await LIVED.ask(activity=activity, day=day)
    return found + list(await UNBOOKED.ask(activity=activity, day=day))


async def between(first: date, last: date, payers: tuple[int, int] | None) -> list[Row]:
    """Return what the locked days of a period cost, with each price's inputs and steps."""
    if payers is None:
        return list(await BETWEEN.ask(first=first, last=last))
    low, high = payers
    found: list[Row] = await OF_SOME.ask(low=low, high=high, first=first, last=last)
    if low <= 0:
        found += await OF_NOBODY.ask(first=first, last=last)
    return found


async def unlocked(first: date, last: date) -> list[Row]:
    """Return the days of a period that were booked and that nobody locked, by activity."""
    found: list[Row] = await UNLOCKED.ask(first=first, last=last)
    return found


BEFORE = Prepared(
    lambda given: Booking.raw(
        "SELECT b.day, CASE WHEN a.state = 'absent' OR (b.state = 'absent' AND a.state IS NULL)"
        " THEN 1 ELSE 0 END AS missed FROM periscolaire_booking b"
        " LEFT JOIN periscolaire_attendance a"
        " ON a.child = b.child AND a.day = b.day AND a.unit = b.unit"
        " JOIN periscolaire_unit u ON u.id = b.unit"
        " JOIN periscolaire_roll r ON r.activity = u.activity AND r.day = b.day"
        " WHERE b.child = {} AND b.unit = {} AND b.day < {} AND b.state IN ('booked', 'absent')"
        " ORDER BY b.day DESC LIMIT 100",
        given.child,
        given.unit,
        given.day,
    )
)
AFTER = Prepared(
    lambda given: Booking.raw(
        "SELECT b.child, b.unit, b.day, CASE WHEN a.state = 'absent'"  # noqa: S608 - ours
        " OR (b.state = 'absent' AND a.state IS NULL) THEN 1 ELSE 0 END AS missed"
        " FROM periscolaire_roll r JOIN periscolaire_unit u ON u.activity = r.activity"
        " JOIN periscolaire_booking b ON b.unit = u.id AND b.day = r.day"
        " LEFT JOIN periscolaire_attendance a"
        " ON a.child = b.child AND a.day = b.day AND a.unit = b.unit"
        f" WHERE r.activity = {{}} AND r.day > {{}} AND {many.among('b.child')}"
        " AND b.state IN ('booked', 'absent') ORDER BY b.day",
        given.activity,
        given.day,
        given.children,
    )
)
LATEST = Prepared(
    lambda given: Roll.raw(
        "SELECT 1 FROM periscolaire_roll WHERE activity = {} AND day > {} LIMIT 1",
        given.activity,
        given.day,
    )
)
KEPT = Prepared(
    lambda given: Due.raw(
        "SELECT p.steps FROM periscolaire_due d JOIN periscolaire_price p ON p.id = d.price"
        " WHERE d.child = {} AND d.day = {} AND d.unit = {} AND d.nature = 'day'",
        given.child,
        given.day,
        given.unit,
    )
)
CERTIFIED = Prepared(
    lambda given: Mark.raw(
        "SELECT received_at FROM periscolaire_mark WHERE child = {} AND day = {} AND unit = {}"
        " AND absence = 'certificate' ORDER BY id LIMIT 1",
        given.child,
        given.day,
        given.unit,
    )
)
FEES = Prepared(
    lambda given: Due.raw(
        "SELECT DISTINCT child FROM periscolaire_due WHERE nature = 'fee'"  # noqa: S608 - ours
        " AND day BETWEEN {} AND {} AND " + many.among("unit"),
        given.first,
        given.last,
        given.units,
    )
)


async def before(key: Key) -> list[tuple[date, bool]]:
    """Return the closed booked days of a child before one, the latest first; was each missed?"""
    child, day, unit = key
    rows = await BEFORE.ask(child=child, unit=unit, day=day)
    return [(row["day"], bool(row["missed"])) for row in rows]


async def missed_after(
    activity: int, day: date, children: Sequence[int]
) -> dict[tuple[int, int], list[date]]:
    """Return the closed days missed in a row right after one, by child and unit."""
    if not children or not await LATEST.ask(activity=activity, day=day):
        return {}
    rows = await AFTER.ask(activity=activity, day=day, children=many.listed(sorted(children)))
    found: dict[tuple[int, int], list[date]] = {}
    ended: set[tuple[int, int]] = set()
    for row in rows:
        key = row["child"], row["unit"]
        if not row["missed"]:
            ended.add(key)
        elif key not in ended:
            found.setdefault(key, []).append(row["day"])
    return found


async def certified_at(key: Key) -> datetime | None:
    """Return when the town hall wrote that a certificate came for a missed day."""
    child, day, unit = key
    rows = await CERTIFIED.ask(child=child, day=day, unit=unit)
    return rows[0]["received_at"] if rows else None


async def steps_of(key: Key) -> tuple[str, ...]:
    """Return how the price kept for one day was computed, in words."""
    child, day, unit = key
    rows = await KEPT.ask(child=child, day=day, unit=unit)
    return sentences(rows[0]["steps"]) if rows else ()


async def with_fee(units: Sequence[int], first: date, last: date) -> set[int]:
    """Return the children whose fee for these units is written already."""
    rows = await FEES.ask(first=first, last=last, units=many.listed(units))
    return {row["child"] for row in rows}


async def forget_fee(child: int, units: Sequence[int], first: date, last: date) -> None:
    """Forget a child's fee when no locked day of its units is left."""
    mine = (Due.child == child) & Due.unit.is_in(list(units)) & (Due.day >= first)
    mine = mine & (Due.day <= last)
    if not await Due.exists().where(mine & (Due.nature == "day")):
        await Due.delete().where(mine & (Due.nature == "fee"))


COLUMNS = ("child", "day", "unit", "nature", "what", "payer", "price", "written_at")


async def write(rows: Sequence[tuple[Any, ...]], now: datetime) -> None:
    """Write what days cost: child, day, unit, nature, what, payer, price."""
    await many.write(
        "periscolaire_due",
        COLUMNS,
        [(*row, now) for row in rows],
        unique=COLUMNS[:4],
        change=COLUMNS[4:],
    )


async def forget(key: Key) -> None:
    """Forget what one child's day cost, before an agent's correction writes it again."""
    child, day, unit = key
    mine = (Due.child == child) & (Due.day == day) & (Due.unit == unit)
    # a fee is written on the first of its month: it goes with its own last day alone
    await Due.delete().where(mine & (Due.nature != "fee"))


@lru_cache(maxsize=4096)
def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return the inputs a price was kept with."""
    return msgspec.json.decode(text, type=tuple[tuple[str, str], ...])


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """Return the steps a price was kept with."""
    return msgspec.json.decode(text, type=tuple[str, ...])
