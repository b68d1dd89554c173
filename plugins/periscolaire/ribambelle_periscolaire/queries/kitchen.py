"""How many meals, of which diet, for which group: counted by the database, never child by child."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.database import Prepared, many
from ribambelle.database.door import DOOR
from ribambelle_periscolaire import sealing
from ribambelle_periscolaire.tables import Booking, BookingEvent, Eaten, Order, Sheet, Tally

Row = dict[str, Any]
Spot = tuple[date, int, int]
"""A day, a group, a unit."""
Mark = tuple[str, int]
"""The mark of the catalogue, and how many times a day has changed."""
Told = tuple[tuple[int, str], dict[int, tuple[str, ...]], Any]
"""The mark of the sheets, what each meal must mind, and these children as a question takes them."""
DAY = timedelta(days=1)
KEPT, KEPT_DAYS = "periscolaire.diets", "periscolaire.kitchen"
MOST_DAYS = 100
TOGETHER = {"sqlite": "group_concat(b.child)", "postgres": "string_agg(b.child::text, ',')"}
# Spot by spot, so that one index tells the children; « CROSS » keeps SQLite from another order.
MINDED = """
SELECT t.day, t."group", t.unit, @TOGETHER@ AS children FROM periscolaire_tally t
JOIN periscolaire_unit u ON u.id = t.unit CROSS JOIN periscolaire_booking b
WHERE u.is_meal AND t.day BETWEEN {} AND {} AND b.day = t.day AND b."group" = t."group"
AND b.unit = t.unit AND b.state = 'booked' AND @AMONG@ GROUP BY t.day, t."group", t.unit
"""
TALLIED = Prepared(
    lambda given: Tally.raw(
        'SELECT t.day, t."group", t.unit, t.booked AS meals, t.moves FROM periscolaire_tally t'
        " JOIN periscolaire_unit u ON u.id = t.unit"
        " WHERE t.day BETWEEN {} AND {} AND u.is_meal",
        given.first,
        given.last,
    )
)
ORDERED = Prepared(
    lambda given: BookingEvent.raw(
        'SELECT e.day, e."group", e.unit, count(*) AS meals FROM periscolaire_event e'
        " JOIN (SELECT max(id) AS id FROM periscolaire_event"
        " WHERE day = {} AND unit = {} AND at <= {} GROUP BY child) l ON l.id = e.id"
        " WHERE e.state = 'booked' GROUP BY e.day, e.\"group\", e.unit",
        given.day,
        given.unit,
        given.at,
    )
)
MINDED_THEN = """
SELECT e.day, e."group", e.unit, @TOGETHER@ AS children FROM periscolaire_event e
JOIN (SELECT max(id) AS id FROM periscolaire_event
  WHERE day = {} AND unit = {} AND at <= {} GROUP BY child) l ON l.id = e.id
WHERE e.state = 'booked' AND @AMONG@ GROUP BY e.day, e."group", e.unit
"""


def _minded_then(given: Any) -> Any:
    text = MINDED_THEN.replace("@TOGETHER@", TOGETHER[DOOR.engine_type].replace("b.", "e."))
    text = text.replace("@AMONG@", many.among("e.child"))
    return BookingEvent.raw(text, given.day, given.unit, given.at, given.children)


SPECIAL_THEN = Prepared(_minded_then)
LATE = Prepared(
    lambda given: BookingEvent.raw(
        'SELECT "group", unit, act, at FROM periscolaire_event'
        " WHERE day = {} AND unit = {} AND at > {}"
        " AND act IN ('book', 'accept', 'cancel', 'absent', 'close', 'reopen')"
        " ORDER BY id LIMIT 200",
        given.day,
        given.unit,
        given.at,
    )
)


def _special(given: Any) -> Any:
    text = MINDED.replace("@TOGETHER@", TOGETHER[DOOR.engine_type])
    text = text.replace("@AMONG@", many.among("+b.child"))
    return Booking.raw(text, given.first, given.last, given.children)


SPECIAL = Prepared(_special)
ORDERS = Prepared(
    lambda given: Order.select(
        Order.day, Order.group, Order.unit, Order.meals, Order.diets, Order.cut_off
    ).where((Order.day >= given.first) & (Order.day <= given.last))
)
EATEN = Prepared(
    lambda given: Eaten.select(Eaten.day, Eaten.group, Eaten.unit, Eaten.meals).where(
        (Eaten.day >= given.first) & (Eaten.day <= given.last)
    )
)
SAID = Prepared(
    lambda _: Booking.raw(
        "SELECT (SELECT count(*) FROM periscolaire_sheet) AS sheets,"
        " (SELECT max(health_at) FROM periscolaire_sheet) AS at"
    )
)


@dataclass(frozen=True, slots=True)
class Tallied:
    """How many meals are booked, and how many times each day has changed."""

    meals: dict[Spot, int]
    moves: dict[date, int]


async def tallied(first: date, last: date) -> Tallied:
    """Return how many meals are booked between two days, by day, group and unit."""
    rows, moves = await TALLIED.ask(first=first, last=last), Counter[date]()
    for row in rows:
        moves[row["day"]] += row["moves"]
    return Tallied(_counted([row for row in rows if row["meals"]]), dict(moves))


@dataclass(frozen=True, slots=True)
class Frozen:
    """What the kitchen was asked for at a cut-off, of which diets, and what changed since."""

    meals: dict[Spot, int]
    diets: dict[Spot, Counter[str]]
    late: list[Row]


async def at_cut_off(day: date, unit: int, at: datetime, mark: Mark, *, is_kept: bool) -> Frozen:
    """Return what the kitchen was asked for at a moment, told by the events, and what changed since.

    :param mark: what changes whenever the day does: as long as it is the same, nothing is read.
    :param is_kept: the order was written down: it is not counted again.
    """
    said, kept = (mark, (await _told())[0], at, is_kept), _kept_days()
    known = kept.get((day, unit))
    if known is None or known[0] != said:
        asked = {} if is_kept else await ordered(day, unit, at)
        minded = {} if is_kept else await minded_at(day, unit, at)
        known = kept[day, unit] = said, Frozen(asked, minded, await late(day, unit, at))
    found: Frozen = known[1]
    return found


def _kept_days() -> dict[Any, Any]:
    """Return what was told of days; forgotten past a month of them."""
    kept: dict[Any, Any] = tenants.current().engine.kept.setdefault(KEPT_DAYS, {})
    if len(kept) > MOST_DAYS:
        kept.clear()
    return kept


async def ordered(day: date, unit: int, at: datetime) -> dict[Spot, int]:
    """Return how many were booked at a moment: what the kitchen was asked for, told by the events."""
    return _counted(await ORDERED.ask(day=day, unit=unit, at=at))


async def minded_at(day: date, unit: int, at: datetime) -> dict[Spot, Counter[str]]:
    """Return how many of those meals had to mind what: of the same children, told by the events."""
    _, told, listed = await _told()
    rows = await SPECIAL_THEN.ask(day=day, unit=unit, at=at, children=listed)
    return {(row["day"], row["group"], row["unit"]): _mind(told, row["children"]) for row in rows}


async def late(day: date, unit: int, at: datetime) -> list[Row]:
    """Return what changed after a moment, in order."""
    found: list[Row] = await LATE.ask(day=day, unit=unit, at=at)
    return found


async def orders(first: date, last: date) -> dict[Spot, Row]:
    """Return the orders kept between two days."""
    rows = await ORDERS.ask(first=first, last=last)
    return {(row["day"], row["group"], row["unit"]): row for row in rows}


async def eaten(first: date, last: date) -> dict[Spot, int]:
    """Return the meals counted as eaten between two days."""
    return _counted(await EATEN.ask(first=first, last=last))


async def diets(
    first: date, last: date, marks: Callable[[date], Mark] | None = None
) -> dict[Spot, Counter[str]]:
    """Return how many meals of each diet, and for children with an allergy or a PAI, between two days.

    :param marks: of each day, what changes whenever it does: only the days that changed are read.
    """
    sheets, told, listed = await _told()
    span = [first + DAY * rank for rank in range((last - first).days + 1)]
    kept = _kept_days() if marks is not None else {}
    said = {day: (sheets, marks(day) if marks else None) for day in span}
    stale = [day for day in span if kept.get(day, (None,))[0] != said[day]]
    if stale:
        found: dict[date, dict[Spot, Counter[str]]] = {day: {} for day in span}
        for row in await SPECIAL.ask(children=listed, first=stale[0], last=stale[-1]):
            spot = row["day"], row["group"], row["unit"]
            found[row["day"]][spot] = _mind(told, row["children"])
        for day in span:
            if stale[0] <= day <= stale[-1]:
                kept[day] = said[day], found[day]
    minded: dict[Spot, Counter[str]] = {}
    for day in span:
        minded |= kept[day][1]
    return minded


def _mind(told: dict[int, tuple[str, ...]], children: str) -> Counter[str]:
    """Return how many meals must mind what, of children named by their numbers.

    >>> _mind({3: ("Sans porc", "PAI"), 5: ("Sans porc",)}, "3,5")
    Counter({'Sans porc': 2, 'PAI': 1})
    """
    found = Counter[str]()
    for words, count in Counter(told[int(child)] for child in children.split(",")).items():
        for word in words:
            found[word] += count
    return found


async def _told() -> Told:
    """Return what each child's meal must mind; sheets are opened again only when one was written."""
    said = (await SAID.ask())[0]
    mark = said["sheets"], str(said["at"])
    kept = tenants.current().engine.kept
    known: Told | None = kept.get(KEPT)
    if known is None or known[0] != mark:
        found = {}
        for row in await Sheet.select(Sheet.child, Sheet.sealed, Sheet.name):
            words = sealing.opened(row["sealed"], row["name"]).health.minded
            if words:
                found[int(row["child"])] = words
        known = kept[KEPT] = mark, found, many.listed(sorted(found))
    return known


async def keep_orders(rows: Sequence[tuple[Any, ...]]) -> None:
    """Keep orders, each once: day, group, unit, meals, diets, its moment, now."""
    columns = ("day", "group", "unit", "meals", "diets", "cut_off", "kept_at")
    await many.write("periscolaire_order", columns, rows, unique=("day", "group", "unit"))


async def count_eaten(spot: Spot, meals: int, by: int, now: datetime) -> None:
    """Write how many meals were eaten."""
    await many.write(
        "periscolaire_eaten",
        ("day", "group", "unit", "meals", "counted_at", "counted_by"),
        [(*spot, meals, now, by)],
        unique=("day", "group", "unit"),
        change=("meals", "counted_at", "counted_by"),
    )


def as_text(diets: Counter[str]) -> str:
    """Return diets as an order keeps them.

    >>> as_text(Counter({"Sans porc": 2}))
    '{"Sans porc":2}'
    """
    return msgspec.json.encode(dict(sorted(diets.items()))).decode()


def as_diets(text: str) -> Counter[str]:
    """Return diets as an order kept them.

    >>> as_diets('{"Sans porc":2}')
    Counter({'Sans porc': 2})
    """
    return Counter(msgspec.json.decode(text, type=dict[str, int]))


def _counted(rows: list[Row]) -> dict[Spot, int]:
    return {(row["day"], row["group"], row["unit"]): int(row["meals"]) for row in rows}
