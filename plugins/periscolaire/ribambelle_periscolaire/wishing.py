"""Wishes are written, changed, withdrawn and checked while their window is open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ribambelle.database import advisory, transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle.workflow import journal
from ribambelle_periscolaire.domain.openings import Opening
from ribambelle_periscolaire.queries import openings, wishes
from ribambelle_periscolaire.queries.wishes import Wished
from ribambelle_periscolaire.tables import WishRequest

MOST = 3
"""Wishes a family ranks."""


def window(opening: int) -> str:
    """Return the name of what is locked to change, or to decide of, the wishes of a window."""
    return f"periscolaire.wishes:{opening}"


async def save(
    opening: Opening,
    person: Person,
    children: Sequence[int],
    declared: Sequence[str],
    wished: Sequence[Wished],
    now: datetime,
) -> None:
    """Write what a home wishes, in place of what it wished before."""
    if opening.mode != "wishes" or not person.household or not person.adult:
        raise NotYours
    async with transaction():
        await advisory(window(opening.id))
        await _require_open(opening, now)
        twice = await wishes.asked_elsewhere(opening.id, person.household, children)
        if twice - await wishes.shared(twice):
            raise Refused("wished_elsewhere", children=sorted(twice))
        row = WishRequest(
            opening=opening.id,
            household=person.household,
            adult=person.adult,
            account=person.account,
            declared=" ".join(sorted(declared)),
            sent_at=now,
        )
        await wishes.write(row, children, wished)
        await _told("periscolaire.wished", opening.id, person, wishes=len(wished))


async def withdraw(opening: Opening, person: Person, now: datetime) -> None:
    """Forget what a home wished; it is then as if it never had."""
    async with transaction():
        await advisory(window(opening.id))
        await _require_open(opening, now)
        if await wishes.withdraw(opening.id, person.household):
            await _told("periscolaire.wishes_withdrawn", opening.id, person)


async def _require_open(opening: Opening, now: datetime) -> None:
    if (await openings.one(opening.id)).cancelled_at:
        raise Refused("wishes_cancelled")
    if opening.is_before(now):
        raise Refused("wishes_soon", at=opening.begins_at)
    if opening.is_over(now):
        raise Refused("wishes_ended", at=opening.ends_at)


async def check(number: int, kept: Sequence[str], by: int) -> int:
    """Keep, of what a family says it meets, what the town hall saw proof of; return its window."""
    async with transaction():
        row = await wishes.one(number)
        opening = int(row.opening)
        await advisory(window(opening))
        if (await openings.one(opening)).decided_at is not None:
            raise Refused("decided")
        told = " ".join(sorted(set(kept) & set(row.declared.split())))
        await WishRequest.update({WishRequest.kept: told}).where(WishRequest.id == number)
        await journal.record(
            "periscolaire.wishes_checked",
            f"periscolaire.wish_request:{number}",
            account=by,
            side="office",
            kept=told,
        )
    return opening


async def _told(act: str, opening: int, person: Person, **facts: Any) -> None:
    await journal.record(
        act, f"periscolaire.opening:{opening}", account=person.account, side="family", **facts
    )
