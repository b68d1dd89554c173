"""In which order does an announced opening serve those who wait for it?

Who arrives before the hour is drawn at random: coming at 6:00 or at 8:29 gives the same chances, so
nobody has to. Who arrives later takes the next rank, in order. The seed is promised before (its
digest is shown) and published after: anybody can draw again and find the same ranks.

Whoever calls gives each account one ticket, for a second one would be a second chance, and each
opening its own seed.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """One account at the door: its ticket, and when it first came."""

    ticket: str
    at: datetime
    order: int = 0
    """Tells apart two arrivals of one instant: the order in which they were written down."""


def promise(seed: bytes) -> str:
    """Return what is shown of the seed beforehand, in hexadecimal.

    >>> promise(bytes(32))[:16]
    '66687aadf862bd77'
    """
    return hashlib.sha256(seed).hexdigest()


def keeps_promise(seed: bytes, shown: str) -> bool:
    """Tell whether the seed published is the one that was promised.

    >>> keeps_promise(bytes(32), promise(bytes(32))), keeps_promise(b"other", promise(bytes(32)))
    (True, False)
    """
    return hmac.compare_digest(promise(seed), shown)


def drawn(seed: bytes, ticket: str) -> bytes:
    """Return the number a ticket draws: the smallest is served first.

    HMAC-SHA256 of the ticket by the seed, so that no ticket can be chosen to win.

    >>> drawn(bytes(32), "F-12").hex()[:12]
    '1c3e668e142a'
    """
    return hmac.new(seed, ticket.encode(), hashlib.sha256).digest()


def ranks(seed: bytes, opens: datetime, arrivals: Iterable[Arrival]) -> dict[str, int]:
    """Return the rank of each ticket, from 1; the first arrival of a ticket counts.

    >>> opens = datetime(2027, 6, 2, 6, 30, tzinfo=UTC)
    >>> early = [Arrival(ticket, opens.replace(hour=5)) for ticket in "ABC"]
    >>> late = [Arrival("D", opens.replace(minute=31)), Arrival("E", opens)]
    >>> ranks(bytes(32), opens, [*late, *early])
    {'C': 1, 'A': 2, 'B': 3, 'E': 4, 'D': 5}
    """
    first: dict[str, Arrival] = {}
    for one in arrivals:
        known = first.get(one.ticket)
        if known is None or _order(one) < _order(known):
            first[one.ticket] = one
    hour = opens.astimezone(UTC)
    early = [one for one in first.values() if one.at.astimezone(UTC) < hour]
    late = [one for one in first.values() if one.at.astimezone(UTC) >= hour]
    early.sort(key=lambda one: (drawn(seed, one.ticket), one.ticket))
    late.sort(key=_order)
    return {one.ticket: rank for rank, one in enumerate([*early, *late], start=1)}


def _order(one: Arrival) -> tuple[datetime, int, str]:
    return one.at.astimezone(UTC), one.order, one.ticket
