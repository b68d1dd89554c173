"""What the twins of the crèches take away, to see a check turn red."""

import pytest

from ribambelle.database import locks
from ribambelle_creche.queries.offers import PLACES


def without_the_lock_of_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody give places at once; the other locks still hold."""
    real = locks.advisory

    async def unlocked(*keys: str) -> None:
        if PLACES not in keys:
            await real(*keys)

    monkeypatch.setattr(locks, "advisory", unlocked)
