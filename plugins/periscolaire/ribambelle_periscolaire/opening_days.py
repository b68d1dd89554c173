"""An opening is announced by an agent, and may be cancelled while nothing was decided of it."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ribambelle.database import advisory, transaction
from ribambelle.errors import Refused
from ribambelle.workflow import journal
from ribambelle_periscolaire.domain.waiting_room import promise
from ribambelle_periscolaire.queries import catalogue, openings
from ribambelle_periscolaire.tables import Opening
from ribambelle_periscolaire.wishing import window

SEED = 32
"""Bytes of a seed: nobody guesses it from its digest."""


async def announce(values: Mapping[str, Any], by: int, now: datetime) -> int:
    """Announce an opening; its seed is drawn now, and its digest shown from now on."""
    async with transaction():
        await advisory("periscolaire.openings")
        days = values["first"], values["last"]
        if await openings.overlaps(values["activity"], *days, now):
            raise Refused("opening_overlaps")
        seed = secrets.token_bytes(SEED)
        row = Opening(**values, seed=seed.hex(), made_at=now, made_by=by)
        made = await Opening.insert(row).returning(Opening.id)
        number = int(made[0]["id"])
        await catalogue.touch()
        await _told("announced", number, by, promise=promise(seed))
    return number


async def cancel(number: int, by: int, now: datetime) -> None:
    """Cancel an opening: its days are booked by all as usual; once decided, it stays."""
    async with transaction():
        await advisory(window(number))
        row = await openings.one(number)
        if row.decided_at or row.published_at:
            raise Refused("decided")
        if row.cancelled_at:
            return
        await Opening.update({Opening.cancelled_at: now}).where(Opening.id == number)
        await catalogue.touch()
        await _told("cancelled", number, by)


async def _told(what: str, number: int, by: int, **facts: Any) -> None:
    await journal.record(
        f"periscolaire.opening_{what}",
        f"periscolaire.opening:{number}",
        account=by,
        side="office",
        **facts,
    )
