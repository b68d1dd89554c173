"""A clock that a test holds."""

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """A moment that stands still until a test moves it.

    >>> clock = FrozenClock()
    >>> clock.move(days=1)
    >>> f"{clock():%A %H:%M}"
    'Thursday 08:00'
    """

    def __init__(self, at: datetime = datetime(2026, 11, 25, 8, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the moment."""
        return self.at

    def move(self, **by: float) -> None:
        """Let time pass: ``clock.move(days=3, hours=2)``."""
        self.at += timedelta(**by)

    def set(self, at: datetime) -> None:
        """Stand at another moment."""
        self.at = at
