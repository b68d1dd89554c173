"""The simulator's own clock: it runs with the machine's, or stands still until it is pushed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Clock:
    """A clock that only goes forward; started at a moment, it stands still there."""

    def __init__(self, at: datetime | None = None) -> None:
        self.still = at.astimezone(UTC) if at else None
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the simulator's moment, in Paris time as the treasury's own."""
        return ((self.still or datetime.now(UTC)) + self.ahead).astimezone(PARIS)

    def advance(self, by: timedelta) -> None:
        """Push the clock forward."""
        self.ahead += by

    def move_to(self, moment: datetime) -> None:
        """Push the clock forward to a moment.

        >>> clock = Clock(datetime(2026, 11, 25, 8, tzinfo=UTC))
        >>> clock.move_to(datetime(2026, 11, 26, 8, tzinfo=UTC))
        >>> clock.now().isoformat()
        '2026-11-26T09:00:00+01:00'
        """
        self.advance(moment - self.now())
