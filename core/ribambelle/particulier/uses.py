"""What plugins do with what the State says: for which purpose, and what they take of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ribambelle import tenants


@dataclass(frozen=True, slots=True)
class StateTold:
    """What the State just said of a household, while its consent stands."""

    kind: str
    household: int
    account: int
    facts: dict[str, Any]
    at: datetime
    child: int | None = None
    is_refresh: bool = False
    """Whether nobody is looking: what changes must be written to the family."""


@dataclass(frozen=True, slots=True)
class StateUse:
    """One use a plugin makes of one kind: its purpose, as families read it, and what takes it.

    `take` returns a sentence for the family, or nothing when there is nothing to say.
    """

    kind: str
    purpose: str
    take: Callable[[StateTold], Awaitable[str]]


def uses() -> list[StateUse]:
    """Return what the plugins of this commune do with what it may ask; none while it is off."""
    tenant = tenants.current()
    settings = tenant.settings.particulier
    if not settings.on:
        return []
    found: list[StateUse] = tenant.hooks.all("state_evidence")
    return [one for one in found if one.kind in settings.asks]
