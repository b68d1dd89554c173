"""What becomes of one booking, and can its story be told again from its events?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

STATES: dict[str, str] = {
    "booked": "Réservé",
    "waiting": "Liste d’attente",
    "offered": "Place proposée",
    "cancelled": "Annulé",
    "absent": "Absence signalée",
    "closed": "Fermé",
}
HOLDING = frozenset({"booked", "offered"})
"""States that hold a place."""
ACTS: dict[str, str] = {
    "book": "Réservé",
    "cancel": "Annulé",
    "wait": "Mis en liste d’attente",
    "offer": "Place proposée",
    "accept": "Place acceptée",
    "decline": "Place refusée",
    "lapse": "Place proposée, restée sans réponse",
    "absent": "Absence signalée",
    "close": "Fermé par la commune",
    "reopen": "Rouvert par la commune",
    "price": "Prix recalculé",
    "move": "Change de groupe",
}
AFTER: dict[str, frozenset[str]] = {
    "book": frozenset({"", "cancelled", "waiting", "absent", "closed"}),
    "cancel": frozenset({"booked", "waiting", "offered", "absent"}),
    "wait": frozenset({"", "cancelled", "closed"}),
    "offer": frozenset({"waiting"}),
    "accept": frozenset({"offered"}),
    "decline": frozenset({"offered"}),
    "lapse": frozenset({"offered"}),
    "absent": frozenset({"booked"}),
    "close": frozenset({"booked", "waiting", "offered", "absent"}),
    "reopen": frozenset({"closed"}),
    "price": frozenset({"booked", "waiting", "offered", "absent"}),
    "move": frozenset({"booked", "waiting", "offered", "absent"}),
}
"""From which states each act is possible; an empty one is a day never booked."""

IN_LINE = frozenset({"offer", "price", "move"})
"""Acts that leave somebody at their place in the waiting line."""
Key = tuple[int, date, int]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: what was done to one child's day and unit, and what came of it."""

    number: int
    key: Key
    act: str
    state: str
    group: int
    price: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one booking stands, as its events tell."""

    state: str
    group: int
    price: int | None
    line: int


def replayed(events: Iterable[Happened]) -> dict[Key, Standing]:
    """Return the bookings that events, in order, leave; raises ValueError on an impossible act.

    >>> key = (8, date(2026, 11, 26), 3)
    >>> replayed([Happened(1, key, "book", "booked", 2, 70), Happened(2, key, "cancel", "cancelled", 2)])
    {(8, datetime.date(2026, 11, 26), 3): Standing(state='cancelled', group=2, price=None, line=0)}
    """
    found: dict[Key, Standing] = {}
    for one in events:
        before = found.get(one.key)
        was = before.state if before else ""
        if was not in AFTER[one.act]:
            raise ValueError(f"event {one.number}: {one.act} after {was or 'nothing'}")
        line = before.line if before and one.act in IN_LINE else 0
        line = one.number if one.act == "wait" else line
        found[one.key] = Standing(one.state, one.group, one.price, line)
    return found


def before_closed(events: Iterable[Happened]) -> Standing:
    """Return where a booking stood when it was last closed: what it may come back to.

    >>> key = (8, date(2026, 11, 26), 3)
    >>> story = [Happened(1, key, "wait", "waiting", 2, 70), Happened(5, key, "close", "closed", 2)]
    >>> before_closed(story)
    Standing(state='waiting', group=2, price=70, line=1)
    """
    before, line = Standing("", 0, None, 0), 0
    now = before
    for one in events:
        if one.act == "close":
            before = now
        line = one.number if one.act == "wait" else line
        now = Standing(one.state, one.group, one.price, line)
    return before
