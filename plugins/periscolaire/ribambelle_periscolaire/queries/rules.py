"""The règlement intérieur: its versions, the one in force, and who accepted which."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle.database import REFUSED, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.workflow import journal
from ribambelle_periscolaire.queries.sheets import ACCEPTED
from ribambelle_periscolaire.tables import Consent, Rules


@dataclass(frozen=True, slots=True)
class Written:
    """One version as an agent writes it."""

    version: str
    text: str
    first: date


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted a version: for which child, when."""

    child: int
    name: str
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
    """Return who accepted a version, the latest first, were it replaced since."""
    rows = (
        await Consent.select(
            *(Consent.child, Consent.account, Consent.given_at),
            Consent.child.given_name.as_alias("given_name"),
            Consent.child.family_name.as_alias("family_name"),
        )
        .where(Consent.code == f"{ACCEPTED}{number}")
        .order_by(Consent.id, ascending=False)
        .limit(limit)
    )
    return [
        Acceptance(
            row["child"],
            f"{row['given_name']} {row['family_name']}".strip(),
            row["account"],
            row["given_at"],
        )
        for row in rows
    ]


async def counts() -> dict[int, int]:
    """Return for how many children each version was accepted."""
    rows = await Consent.raw(
        "SELECT code, count(DISTINCT child) AS accepted FROM periscolaire_consent"
        " WHERE code LIKE 'rules:%' GROUP BY code"
    )
    return {int(row["code"].removeprefix(ACCEPTED)): row["accepted"] for row in rows}
