"""Who is expected on a day, what was marked, what stands, and which days are locked."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from ribambelle.database import Prepared, many
from ribambelle_periscolaire import tables
from ribambelle_periscolaire.domain.attendance import Mark, Standing
from ribambelle_periscolaire.domain.bookings import Key
from ribambelle_periscolaire.domain.calendar import school_year
from ribambelle_periscolaire.domain.catalogue import Activity, Group, age_on
from ribambelle_periscolaire.queries import placements

HERE = "SELECT @CHILD@ FROM core_child c WHERE c.school = {}"
CHILD = "c.id AS child, c.given_name, c.family_name, c.class_name, c.school, c.born_on"


def _asked(text: str, *values: Any) -> Any:
    return tables.Booking.raw(text.replace("@CHILD@", CHILD), *values)


EXPECTED = Prepared(
    lambda given: _asked(
        "SELECT @CHILD@, b.unit, b.state FROM periscolaire_booking b"
        " JOIN core_child c ON c.id = b.child"
        " WHERE b.day = {} AND b.\"group\" = {} AND b.state IN ('booked', 'absent')",
        given.day,
        given.group,
    )
)
STANDING = Prepared(
    lambda given: _asked(
        'SELECT @CHILD@, a.unit, a.state, a.absence, a.arrived, a."left",'
        " a.is_unplanned, a.has_conflict FROM periscolaire_attendance a"
        ' JOIN core_child c ON c.id = a.child WHERE a.day = {} AND a."group" = {}',
        given.day,
        given.group,
    )
)
AT_SCHOOL = Prepared(
    lambda given: _asked(
        f"{HERE} OR {many.among('c.id')}",
        given.school,
        given.children,
    )
)
ENROLLED = Prepared(
    lambda given: _asked(
        "SELECT @CHILD@ FROM periscolaire_enrolled d"
        " JOIN periscolaire_enrolment e ON e.id = d.enrolment"
        " JOIN core_demande m ON m.id = e.demande AND m.state = 'accepted'"
        " JOIN core_child c ON c.id = e.child WHERE d.activity = {} AND e.year = {}",
        given.activity,
        given.year,
    )
)
COUNTS = Prepared(
    lambda given: tables.Booking.raw(
        "SELECT u.activity, count(*) AS expected, count(a.id) AS marked,"
        " sum(CASE WHEN a.state = 'present' THEN 1 ELSE 0 END) AS present"
        " FROM periscolaire_booking b JOIN periscolaire_unit u ON u.id = b.unit"
        " LEFT JOIN periscolaire_attendance a"
        " ON a.child = b.child AND a.day = b.day AND a.unit = b.unit"
        " WHERE b.day = {} AND b.state = 'booked' GROUP BY u.activity",
        given.day,
    )
)
ODD = Prepared(
    lambda given: _asked(
        "SELECT @CHILD@, a.unit, a.state, a.is_unplanned, a.has_conflict"
        " FROM periscolaire_attendance a JOIN core_child c ON c.id = a.child"
        " WHERE a.day = {} AND (a.is_unplanned OR a.has_conflict)"
        " ORDER BY c.family_name, c.given_name",
        given.day,
    )
)
OF_DAY = Prepared(
    lambda given: _asked(
        'SELECT @CHILD@, b.unit, b."group", b.state, a.state AS mark, a.absence, a.arrived,'
        ' a."left", a.has_conflict FROM periscolaire_booking b'
        " JOIN core_child c ON c.id = b.child LEFT JOIN periscolaire_attendance a"
        " ON a.child = b.child AND a.day = b.day AND a.unit = b.unit"
        " WHERE b.day = {} AND b.state IN ('booked', 'absent')",
        given.day,
    )
)
CAME_UNBOOKED = Prepared(
    lambda given: _asked(
        'SELECT @CHILD@, a.unit, a."group", NULL AS state, a.state AS mark, a.absence, a.arrived,'
        ' a."left", a.has_conflict FROM periscolaire_attendance a'
        " JOIN core_child c ON c.id = a.child WHERE a.day = {} AND NOT EXISTS ("
        "SELECT 1 FROM periscolaire_booking b WHERE b.child = a.child AND b.day = a.day"
        " AND b.unit = a.unit AND b.state IN ('booked', 'absent'))",
        given.day,
    )
)
ROLL = Prepared(
    lambda given: tables.Roll.select(tables.Roll.activity, tables.Roll.locked_at).where(
        tables.Roll.day == given.day
    )
)
CAME = Prepared(
    lambda given: tables.Attendance.raw(
        "SELECT t.name, a.day FROM periscolaire_attendance a"
        " JOIN periscolaire_unit u ON u.id = a.unit JOIN periscolaire_activity t ON t.id = u.activity"
        " JOIN periscolaire_roll r ON r.activity = t.id AND r.day = a.day"
        " JOIN core_child c ON c.id = a.child LEFT JOIN periscolaire_booking b"
        " ON b.child = a.child AND b.day = a.day AND b.unit = a.unit"
        " LEFT JOIN core_adult p ON p.id = b.payer"
        " WHERE a.child = {} AND a.day BETWEEN {} AND {} AND a.state = 'present'"
        " AND COALESCE(p.household, c.household) = {} ORDER BY t.position, t.name, t.id, a.day",
        given.child,
        given.first,
        given.last,
        given.household,
    )
)
Row = dict[str, Any]


async def came(child: int, household: int, first: date, last: date) -> list[tuple[str, date]]:
    """Return the closed days a child came between two days, with the activity.

    Those another household booked and pays for are that household's to tell.
    """
    rows = await CAME.ask(child=child, household=household, first=first, last=last)
    return [(row["name"], row["day"]) for row in rows]


async def expected(group: int, day: date) -> list[Row]:
    """Return the children booked in a group on a day, and those whose absence is known."""
    return await _that_day(await EXPECTED.ask(group=group, day=day), day)


async def standing(group: int, day: date) -> dict[tuple[int, int], Row]:
    """Return what stands of a group on a day, by child and unit."""
    rows = await _that_day(await STANDING.ask(group=group, day=day), day)
    return {(row["child"], row["unit"]): row for row in rows}


async def receivable(activity: Activity, group: Group, day: date) -> list[Row]:
    """Return the children a group may receive: of its school, or enrolled when it takes all schools."""
    if group.school is not None:
        there = await placements.to_come_at(group.school, day)
        listed = many.listed(sorted(child for child, _ in there))
        rows = await AT_SCHOOL.ask(school=group.school, children=listed)
    else:
        rows = await ENROLLED.ask(activity=activity.id, year=school_year(day))
    return [
        row
        for row in await _that_day(rows, day)
        if activity.group_of(row["school"], age_on(row["born_on"], day)) == group
    ]


async def _that_day(rows: list[Row], day: date) -> list[Row]:
    """Return children with the school and the class they have on a day."""
    known = await placements.to_come({row["child"] for row in rows}, day, day)
    return [placements.placed(row, day, known) for row in rows]


async def counts(day: date) -> dict[int, Row]:
    """Return how many are expected, marked and present, by activity."""
    return {row["activity"]: row for row in await COUNTS.ask(day=day)}


async def odd(day: date) -> list[Row]:
    """Return the children who came without a booking, and those of whom two people disagree."""
    return await _that_day(await ODD.ask(day=day), day)


async def of_day(day: date) -> list[Row]:
    """Return every child booked on a day, or marked without a booking, and what stands of it."""
    rows = await OF_DAY.ask(day=day) + await CAME_UNBOOKED.ask(day=day)
    return await _that_day(rows, day)


async def locked(day: date) -> dict[int, datetime]:
    """Return when each activity of a day was locked; one still open is not there."""
    return {row["activity"]: row["locked_at"] for row in await ROLL.ask(day=day)}


async def lock(activity: int, day: date, by: int | None, now: datetime) -> bool:
    """Lock an activity on a day; False when it was already. Under the lock of its places."""
    written = await many.write(
        "periscolaire_roll",
        ("activity", "day", "locked_at", "locked_by"),
        [(activity, day, now, by)],
        unique=("activity", "day"),
        returning=("id",),
    )
    return bool(written)


async def marks(children: Sequence[int], day: date) -> dict[Key, list[tables.Mark]]:
    """Return what was marked of some children on a day, in the order it was received."""
    rows = (
        await tables.Mark.objects()
        .where(tables.Mark.child.is_in(list(children) or [0]) & (tables.Mark.day == day))
        .order_by(tables.Mark.id)
    )
    found: dict[Key, list[tables.Mark]] = {}
    for row in rows:
        found.setdefault((int(row.child), row.day, int(row.unit)), []).append(row)
    return found


def read(row: tables.Mark) -> Mark:
    """Return a mark as the rule that decides between marks reads it."""
    author = f"device:{row.device}" if row.device else f"account:{row.account}"
    return Mark(
        row.event,
        row.act,
        row.at,
        author,
        row.absence,
        row.arrived,
        row.left,
        row.is_correction,
    )


MARK = (
    *("event", "child", "day", "unit", "act", "absence", "arrived", "left"),
    *("device", "account", "is_correction", "reason", "at", "received_at"),
)


async def add(rows: Sequence[tuple[Any, ...]]) -> set[str]:
    """Keep marks, each once; return the events that were new."""
    written = await many.write(
        "periscolaire_mark", MARK, rows, unique=("event",), returning=("event",)
    )
    return {row["event"] for row in written}


STANDS = (
    *("child", "day", "unit", "group", "state", "absence", "arrived", "left"),
    *("is_unplanned", "has_conflict", "changed_at"),
)


async def stand(found: Iterable[tuple[Key, int, Standing, bool]], now: datetime) -> None:
    """Write what stands of some children: the group, what their marks come to, unplanned or not."""
    rows = [
        (
            *(*key, group, one.state, one.absence, one.arrived, one.left),
            *(is_unplanned, one.has_conflict, now),
        )
        for key, group, one, is_unplanned in found
    ]
    await many.write(
        "periscolaire_attendance",
        STANDS,
        rows,
        unique=("child", "day", "unit"),
        change=STANDS[4:],
    )
