"""How many requests a token, and all the tokens of a commune, may send in a minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ribambelle import tenants
from ribambelle.errors import Refused
from ribambelle.identity import limits

PER = timedelta(minutes=1)
OF_TOKEN, OF_COMMUNE = 600, 1_200
STEP = 20
"""Requests a process counts by itself before it writes them for the others: a reading then costs
no write, and what passes beyond the limit is at most this many a process."""
KEPT = "core.api.pace"


@dataclass(slots=True)
class Seen:
    """What one process knows of a window: what all had counted, and what it has not written yet."""

    start: datetime
    known: int = 0
    mine: int = 0


async def require(token: int, now: datetime) -> None:
    """Count one request, and refuse once there are too many in the running minute."""
    await _count(f"api:{token}", OF_TOKEN, now)
    await _count("api", OF_COMMUNE, now)


async def _count(key: str, most: int, now: datetime) -> None:
    start = limits.window_start(now, PER)
    counts: dict[str, Seen] = tenants.current().engine.kept.setdefault(KEPT, {})
    seen = counts.get(key)
    if seen is None or seen.start != start:
        seen = counts[key] = Seen(start)
    if seen.known <= most:
        seen.mine += 1
        if seen.mine >= STEP:
            by, seen.mine = seen.mine, 0
            seen.known = await limits.count(key, start, by)
    if seen.known + seen.mine > most:
        raise Refused("too_many_tries", again_at=start + PER)
