"""A standby of a commune's PostgreSQL: figures are read there while it follows, nothing is written."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from ribambelle.database.postgres import Postgres
from ribambelle.errors import Unavailable

PATIENCE = 1.0
"""Seconds before the main database answers instead: somebody waits for the page."""
ASKED_AGAIN = 30.0
"""Seconds for which a standby that did not answer is left alone."""
CATCHING_UP, LOOKS = 0.05, 4
"""A standby that follows is there within milliseconds: seconds between two looks, and how many."""
UNNOTICED = timedelta(seconds=5)
"""Nobody is told of a standby that is so little behind."""
WHERE = """
    SELECT current_database() AS base, system_identifier::text AS cluster,
      pg_current_wal_flush_lsn()::text AS position
    FROM pg_control_system()
"""
REACHED = """
    SELECT current_database() AS base, system_identifier::text AS cluster,
      pg_is_in_recovery() AS follows, pg_last_wal_replay_lsn() >= $1::text::pg_lsn AS reached,
      pg_last_xact_replay_timestamp() AS up_to, clock_timestamp() AS now
    FROM pg_control_system()
"""


@dataclass(frozen=True)
class Following:
    """Whether a standby may be read now; if it lacks something, up to when it knows, or why not."""

    is_read: bool
    up_to: datetime | None = None
    """Nothing when it has all that the main database has, but for a few seconds."""
    why: str = ""


class StandbyEngine(Postgres):
    """The same base on another server, whose every session may only read.

    A statement that it cannot answer is asked of the main database.
    """

    __slots__ = ("_away", "main")

    def __init__(self, url: str, main: Postgres) -> None:
        read_only = {"default_transaction_read_only": "on"}
        super().__init__(url, size=2, patience=PATIENCE, settings=read_only)
        self.main = main
        self._away: tuple[float, Following] | None = None

    async def alone(self, sql: str, args: Sequence[Any]) -> list[Any]:
        """Run one statement here; on the main database if the server stops, or takes the rows away."""
        try:
            return await super().alone(sql, args)
        except (Unavailable, asyncpg.SerializationError) as error:
            self._leave_alone(str(error))
            return await self.main.alone(sql, args)

    async def follows(self, most: timedelta) -> Following:
        """Tell whether figures may be read here; `most` is how far behind they may be."""
        if self._away and time.monotonic() < self._away[0]:
            return self._away[1]
        (main,) = await self.main.alone(WHERE, ())
        try:
            seen = await self._seen(main["position"])
        except (Unavailable, asyncpg.PostgresError) as error:
            return self._leave_alone(str(error))
        if (seen["base"], seen["cluster"]) != (main["base"], main["cluster"]):
            return self._leave_alone("ce n’est pas la même base")
        if not seen["follows"]:
            return self._leave_alone("ce n’est pas un serveur de secours")
        if seen["reached"]:
            return Following(True)
        if seen["up_to"] is None:
            return Following(False, why="elle vient de démarrer")
        behind = seen["now"] - seen["up_to"]
        if behind > most:
            return Following(False, seen["up_to"])
        return Following(True, seen["up_to"] if behind > UNNOTICED else None)

    async def _seen(self, position: str) -> Any:
        """Return what the standby says of itself, given the time it needs for what was just kept."""
        for _ in range(LOOKS):
            (seen,) = await super().alone(REACHED, (position,))
            if seen["reached"] or not seen["follows"]:
                break
            await asyncio.sleep(CATCHING_UP)
        return seen

    def _leave_alone(self, why: str) -> Following:
        told = Following(False, why=why)
        self._away = (time.monotonic() + ASKED_AGAIN, told)
        return told
