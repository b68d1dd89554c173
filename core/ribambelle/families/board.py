"""Where the adults of the commune stand between the letter and the account."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from ribambelle import tenants
from ribambelle.families.following import Standing, is_complete, stage
from ribambelle.families.tables import Activation
from ribambelle.identity import accounts
from ribambelle.identity.tables import Address, Adult, Child


async def standings(now: datetime) -> list[Standing]:
    """Return every adult of the commune and how far they are, by name."""
    adults = (
        await Adult.select(
            Adult.id,
            Adult.household,
            Adult.account.email.as_alias("signs_in_with"),
            Adult.given_name,
            Adult.family_name,
            Adult.phone,
        )
        .order_by(Adult.family_name)
        .order_by(Adult.given_name)
        .order_by(Adult.id)
    )
    letters = await _letters()
    lines = {
        row["household"]: row["line"]
        for row in await Address.select(Address.household, Address.line)
    }
    born: dict[int, list[date | None]] = {}
    for row in await Child.select(Child.household, Child.born_on):
        born.setdefault(row["household"], []).append(row["born_on"])
    zone = tenants.current().zone
    return [
        _standing(
            row,
            letters.get(row["id"]),
            is_complete(
                row["phone"], lines.get(row["household"], ""), born.get(row["household"], [])
            ),
            now,
            zone,
        )
        for row in adults
    ]


async def _letters() -> dict[int, dict[str, Any]]:
    """Return the last letter written to each adult."""
    rows = await Activation.select(
        Activation.adult, Activation.created_at, Activation.expires_at, Activation.opened_at
    ).order_by(Activation.id)
    return {row["adult"]: row for row in rows}


def _standing(
    row: dict[str, Any], letter: dict[str, Any] | None, complete: bool, now: datetime, zone: Any
) -> Standing:
    lives = letter is not None and letter["expires_at"] > now
    return Standing(
        row["id"],
        row["household"],
        f"{row['given_name']} {row['family_name']}".strip() or "Sans nom",
        stage(
            has_account=accounts.signs_in(row["signs_in_with"]),
            is_written=lives,
            is_opened=lives and letter is not None and letter["opened_at"] is not None,
        ),
        complete,
        letter["created_at"].astimezone(zone).date() if letter else None,
    )


def within(households: frozenset[int], found: Iterable[Standing]) -> list[Standing]:
    """Return those who live in these households."""
    return [one for one in found if one.household in households]
