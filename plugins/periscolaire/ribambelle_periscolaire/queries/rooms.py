"""Who is in a waiting room, at which rank, and when each comes in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle.database import Prepared
from ribambelle_periscolaire.domain.openings import Opening, Turn, early_step
from ribambelle_periscolaire.tables import Arrival

EARLY, LATE = "0", "1"
MINE = """
SELECT a.id, a.opening, a.round, a.at, a.place, a.step,
  (SELECT count(*) FROM periscolaire_arrival b
   WHERE b.opening = a.opening AND b.place <= a.place) AS rank
FROM periscolaire_arrival a
WHERE a.household = {} AND a.opening = {} ORDER BY a.round DESC LIMIT 1
"""
OF_HOME = Prepared(lambda given: Arrival.raw(MINE, given.household, given.opening))
LAST = """
SELECT a.step, count(*) AS families FROM periscolaire_arrival a
WHERE a.opening = {} AND a.step IS NOT NULL GROUP BY a.step ORDER BY a.step DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a home stands in a room: its turn, once the hour has come."""

    round: int
    came: datetime
    is_early: bool
    turn: Turn | None
    key: str = ""
    """What it is sorted by."""


def early_place(drawn: bytes) -> str:
    """Return what sorts those who came before the hour: by what they drew."""
    return EARLY + drawn.hex()


def late_place(number: int) -> str:
    """Return what sorts those who came after it: by the order they came in.

    >>> late_place(12) > late_place(9) > early_place(b"\\xff")
    True
    """
    return f"{LATE}{number:09d}"


async def place(opening: Opening, household: int, now: datetime) -> Place | None:
    """Return where a home stands in a room; None when it never came in."""
    rows = await OF_HOME.ask(household=household, opening=opening.id)
    if not rows:
        return None
    row = rows[0]
    is_early = row["place"].startswith(EARLY)
    turn = None if opening.is_before(now) else _turn(opening, row)
    return Place(row["round"], row["at"], is_early, turn, row["place"])


def _turn(opening: Opening, row: dict[str, Any]) -> Turn:
    step = row["step"]
    if step is None:
        step = early_step(row["rank"], opening.rate)
    return opening.turn(row["rank"], step, row["at"].astimezone(opening.begins_at.tzinfo))


async def turns(
    openings: Iterable[Opening], household: int, first: date, last: date, now: datetime
) -> dict[int, Turn]:
    """Return the turns of a home in the rooms that open some of these days, where it has one."""
    found = {}
    for one in openings:
        is_asked = one.mode == "room" and one.first <= last and first <= one.last
        if is_asked and not one.is_before(now) and not one.is_over(now):
            stands = await place(one, household, now)
            if stands and stands.turn:
                found[one.id] = stands.turn
    return found


async def came_late(opening: int) -> int:
    """Return how many came in after the hour."""
    found = (
        await Arrival.select(Arrival.place)
        .where((Arrival.opening == opening) & Arrival.step.is_not_null())
        .order_by(Arrival.place, ascending=False)
        .first()
    )
    return int(found["place"][1:]) if found else 0


async def last_step(opening: Opening) -> tuple[int, int]:
    """Return the last step somebody is let in at, and how many are; nobody yet is step -1."""
    early = await Arrival.count().where((Arrival.opening == opening.id) & Arrival.step.is_null())
    last = early_step(early, opening.rate) if early else -1
    found = last, early - last * opening.rate if early else 0
    rows = await Arrival.raw(LAST, opening.id)
    if rows and rows[0]["step"] == last:
        return last, found[1] + rows[0]["families"]
    if rows and rows[0]["step"] > last:
        return rows[0]["step"], rows[0]["families"]
    return found


async def ahead(opening: Opening, stands: Place, now: datetime) -> int:
    """Return how many homes come in before this one and are not in yet."""
    if stands.turn is None:
        return 0
    step = opening.step_at(now)
    early = await Arrival.count().where(
        (Arrival.opening == opening.id) & Arrival.step.is_null() & (Arrival.place < stands.key)
    )
    let_in = (step + 1) * opening.rate
    late = await Arrival.count().where(
        (Arrival.opening == opening.id)
        & (Arrival.step > step)
        & (Arrival.step <= stands.turn.step)
        & (Arrival.place < stands.key)
    )
    return int(max(0, early - let_in) + late)


async def everyone(opening: int) -> list[Arrival]:
    """Return who came in a room, in the order of ranks."""
    return await Arrival.objects().where(Arrival.opening == opening).order_by(Arrival.place)
