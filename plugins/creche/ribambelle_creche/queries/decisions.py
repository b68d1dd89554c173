"""What commissions answered: one decision a file, and what is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle.errors import NotYours, Refused
from ribambelle_creche.tables import (
    Application,
    Commission,
    Decision,
    Examined,
    Pin,
)


@dataclass(frozen=True, slots=True)
class Answered:
    """One file a commission answers to, as it stands at that moment."""

    file: int
    number: str
    demande: int
    state: str
    start_on: date | None
    refusal: str
    asked: str


async def to_answer(commission: int) -> list[Answered]:
    """Return every file a commission saw, examined or left out, by id."""
    seen = (
        await Examined.select(Examined.application, Examined.refusal, Examined.asked)
        .where(Examined.commission == commission)
        .order_by(Examined.application)
    )
    files: dict[int, dict[str, Any]] = {}
    for start in range(0, len(seen), 500):
        rows = await Application.select(
            Application.id.as_alias("file"),
            Application.number,
            Application.demande.id.as_alias("demande"),
            Application.demande.state.as_alias("state"),
            Application.start_on,
        ).where(Application.id.is_in([row["application"] for row in seen[start : start + 500]]))
        files |= {row["file"]: row for row in rows}
    return [
        Answered(**files[row["application"]], refusal=row["refusal"], asked=row["asked"])
        for row in seen
    ]


async def mark_decided(commission: int, now: datetime) -> None:
    """Mark a commission as decided, once."""
    done = (
        await Commission.update({Commission.state: "decided", Commission.decided_at: now})
        .where((Commission.id == commission) & (Commission.state == "closed"))
        .returning(Commission.id)
    )
    if not done:
        raise Refused("commission_not_closed")


async def last_pinned(commission: int) -> datetime | None:
    """Return when a pin of a commission was last made or lifted."""
    rows = await Pin.select(Pin.at, Pin.lifted_at).where(Pin.commission == commission)
    moments = [moment for row in rows for moment in (row["at"], row["lifted_at"]) if moment]
    return max(moments, default=None)


async def keep(rows: Sequence[Decision]) -> None:
    """Write the answers of a commission, by slices."""
    for start in range(0, len(rows), 100):
        await Decision.insert(*rows[start : start + 100])


async def of_commission(commission: int) -> list[Decision]:
    """Return the answers of a commission, each with its file, by number of file."""
    return (
        await Decision.objects(Decision.application, Decision.pin)
        .where(Decision.commission == commission)
        .order_by(Decision.application)
    )


async def left_waiting(commission: int) -> set[int]:
    """Return the files a commission left on its list."""
    rows = await Decision.select(Decision.application).where(
        (Decision.commission == commission) & (Decision.outcome == "waiting")
    )
    return {row["application"] for row in rows}


async def last_of(file: int) -> Decision | None:
    """Return what a file was last answered, with its commission."""
    return (
        await Decision.objects(Decision.application, Decision.commission, Decision.pin)
        .where(Decision.application == file)
        .order_by(Decision.id, ascending=False)
        .first()
    )


async def examined_row(commission: int, file: int) -> Examined:
    """Return what a commission saw of a file."""
    found = await Examined.objects().get(
        (Examined.commission == commission) & (Examined.application == file)
    )
    if found is None:
        raise NotYours
    return found


async def number_of(file: int) -> str:
    """Return the number of a file."""
    row = await Application.select(Application.number).where(Application.id == file).first()
    return str(row["number"]) if row else ""
