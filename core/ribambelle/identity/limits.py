"""Counting tries in the commune's database: the same count for every worker process."""

from datetime import datetime, timedelta

from ribambelle.database import locks, transaction
from ribambelle.errors import Refused
from ribambelle.identity.tables import Attempt


async def count(key: str, start: datetime, by: int = 1) -> int:
    """Add tries under this key in the window that began at `start`; return the new total."""
    window = int(start.timestamp())
    async with transaction():
        await locks.advisory(f"attempt:{key}")
        first = Attempt(key=key, window=window, tries=0)
        await Attempt.insert(first).on_conflict(
            target=(Attempt.key, Attempt.window), action="DO NOTHING"
        )
        rows = (
            await Attempt.update({Attempt.tries: Attempt.tries + by})
            .where((Attempt.key == key) & (Attempt.window == window))
            .returning(Attempt.tries)
        )
    return int(rows[0]["tries"])


async def counted(keys: list[str], start: datetime) -> frozenset[str]:
    """Return under which of these keys something was counted in the window that began at `start`.

    Nothing is written: whoever must be the first asks `count`.
    """
    if not keys:
        return frozenset()
    asked = (Attempt.window == int(start.timestamp())) & Attempt.key.is_in(keys)
    rows = await Attempt.select(Attempt.key).where(asked)
    return frozenset(row["key"] for row in rows)


async def require(key: str, now: datetime, *, at_most: int, per: timedelta) -> None:
    """Count one try, and refuse once there are too many in the running window."""
    start = window_start(now, per)
    if await count(key, start) > at_most:
        raise Refused("too_many_tries", again_at=start + per)


async def forget(key: str) -> None:
    """Forget the tries under a key, after a success."""
    await Attempt.delete().where(Attempt.key == key)


def window_start(now: datetime, per: timedelta) -> datetime:
    """Return the start of the window `now` lies in.

    >>> from datetime import UTC
    >>> window_start(datetime(2026, 11, 25, 10, 47, tzinfo=UTC), timedelta(minutes=15)).minute
    45
    """
    seconds = int(per.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
