"""The règlement intérieur: its versions, the one in force, and who accepted which."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle.database import REFUSED, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.workflow import journal
from ribambelle_periscolaire.tables import Enrolment, Rules


@dataclass(frozen=True, slots=True)
class Written:
    """One version as an agent writes it."""

    version: str
    text: str
    first: date


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted a version: for which child and year, when."""

    enrolment: int
    child: str
    year: int
    account: int | None
    at: datetime


async def in_force(day: date) -> Rules | None:
    """Return the version families read on a day; None when the commune published none."""
    return (
        await Rules.objects()
        .where(Rules.published_at.is_not_null() & (Rules.first <= day))
        .order_by(Rules.first, ascending=False)
        .order_by(Rules.id, ascending=False)
        .first()
    )


async def every() -> list[Rules]:
    """Return all the versions, the latest first."""
    return (
        await Rules.objects()
        .order_by(Rules.first, ascending=False)
        .order_by(Rules.id, ascending=False)
        .limit(100)
    )


async def one(number: int) -> Rules:
    """Return a version, or behave as if it did not exist."""
    found = await Rules.objects().get(Rules.id == number)
    if found is None:
        raise NotYours
    return found


async def published(number: int) -> Rules:
    """Return a version families may read."""
    found = await one(number)
    if found.published_at is None:
        raise NotYours
    return found


async def write(number: int | None, told: Written, by: int, now: datetime) -> int:
    """Keep a version nobody reads yet; refuse to change one that was published."""
    values: dict[str, Any] = {
        **{"version": told.version, "text": told.text, "first": told.first},
        **{"written_at": now, "written_by": by},
    }
    try:
        async with transaction():
            if number is None:
                made = await Rules.insert(Rules(**values)).returning(Rules.id)
                number = int(made[0]["id"])
            else:
                changed: dict[Any, Any] = {**values}
                moved = await Rules.update(changed).where(_unread(number)).returning(Rules.id)
                if not moved:
                    raise Refused("rules_published")
            await _note("written", number, by)
    except REFUSED as error:
        raise Refused("version_known", version=told.version) from error
    return number


async def publish(number: int, by: int, now: datetime) -> bool:
    """Let families read and accept a version; False when it was published already."""
    async with transaction():
        moved = (
            await Rules.update({Rules.published_at: now}).where(_unread(number)).returning(Rules.id)
        )
        if moved:
            await _note("published", number, by)
    return bool(moved)


def _unread(number: int) -> Any:
    return (Rules.id == number) & Rules.published_at.is_null()


async def _note(act: str, number: int, by: int) -> None:
    about = f"periscolaire.rules:{number}"
    await journal.record(f"periscolaire.rules_{act}", about, account=by, side="office")


async def acceptances(number: int, limit: int = 500) -> list[Acceptance]:
    """Return who accepted a version, the latest first."""
    rows = (
        await Enrolment.select(
            *(Enrolment.id, Enrolment.year, Enrolment.account, Enrolment.accepted_at),
            Enrolment.child.given_name.as_alias("given_name"),
            Enrolment.child.family_name.as_alias("family_name"),
        )
        .where((Enrolment.rules == number) & Enrolment.accepted_at.is_not_null())
        .where(Enrolment.sent_at.is_not_null())
        .order_by(Enrolment.accepted_at, ascending=False)
        .limit(limit)
    )
    return [
        Acceptance(
            row["id"],
            f"{row['given_name']} {row['family_name']}".strip(),
            row["year"],
            row["account"],
            row["accepted_at"],
        )
        for row in rows
    ]


async def counts() -> dict[int, int]:
    """Return how many enrolments accepted each version."""
    rows = await Enrolment.raw(
        "SELECT rules, count(*) AS accepted FROM periscolaire_enrolment"
        " WHERE rules IS NOT NULL AND sent_at IS NOT NULL GROUP BY rules"
    )
    return {row["rules"]: row["accepted"] for row in rows}
