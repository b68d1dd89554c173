"""What does an answer of the treasury, or its silence, make of a payment on line?

Nothing but the treasury's own answer to our question makes a payment paid. What ends without money
may still turn: an abandoned or forgotten payment that is paid after all is paid, never dropped.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

STATES = {
    "draft": "À demander au Trésor",
    "open": "La page du Trésor est ouverte",
    "awaiting": "En attente du Trésor",
    "refused": "Refusé",
    "abandoned": "Abandonné",
    "expired": "Sans suite",
    "failed": "Non demandé",
    "paid": "Payé",
    "disputed": "À vérifier par la régie",
    "reversed": "Rejeté par la banque",
}
SETTLED = frozenset({"paid", "disputed", "reversed"})
"""States no answer changes any more."""
ALERTS = {
    "mismatch": "Le Trésor annonce un autre montant, une autre référence ou un autre mode",
    "unknown": "Le Trésor a donné une réponse que nous ne connaissons pas",
    "lost": "Le Trésor ne connaît pas un paiement que nous venons de lui demander",
    "refused_by_treasury": "Le Trésor refuse ce que nous lui demandons",
    "late": "Un paiement donné pour perdu a été encaissé",
    "silent": "Le Trésor n’a pas répondu en huit jours",
    "credit_gone": "La banque a repris une somme dont la régie a déjà rendu l’avance : elle reste due",
    "surplus": "Le paiement dépasse ce qui restait dû : la différence est une avance",
}
TRIGGERS = ("create", "poll", "return", "notification", "office")
WINDOW = timedelta(minutes=15)
GRACE = timedelta(minutes=5)
HELD = timedelta(minutes=20)
SILENT = timedelta(minutes=120)
PLAN = (
    (WINDOW + GRACE, timedelta(minutes=1)),
    (timedelta(minutes=150), timedelta(minutes=5)),
    (timedelta(hours=26), timedelta(minutes=30)),
    (timedelta(days=8), timedelta(days=1)),
)
"""Until what age a payment is asked about, and how often."""
BACK_OFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
PURGED = time(6)
MEANS = {"P": "card", "V": "debit"}
Kind = Literal["result", "functional", "silence"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A payment as we asked for it, and where it stands."""

    state: str
    cents: int
    reference: str
    client: str
    saisie: str
    created_at: datetime
    seen: bool = False
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the treasury said when asked: a result, a fault with its code, or nothing."""

    kind: Kind
    letter: str = ""
    cents: int | None = None
    reference: str = ""
    client: str = ""
    saisie: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of a payment."""

    state: str
    holds: bool
    """Nobody else may pay the same invoices meanwhile."""
    ask_in: timedelta | None
    """When to ask again; None: never."""
    alert: str = ""
    means: str = ""
    failures: int = 0


def moved(asked: Asked, heard: Heard, now: datetime) -> Move:
    """Return what an answer makes of a payment that is not settled.

    :param now: in the zone of the treasury: its nights purge what was never opened.

    >>> from dataclasses import replace
    >>> from zoneinfo import ZoneInfo
    >>> paris = ZoneInfo("Europe/Paris")
    >>> at = datetime(2026, 11, 25, 9, tzinfo=paris)
    >>> one = Asked("open", 4820, "F20260000034501", "090909", "W", at)
    >>> paid = Heard("result", "P", 4820, "F20260000034501", "090909", "W")
    >>> later = at + timedelta(hours=3)
    >>> moved(one, paid, at).state, moved(replace(one, state="expired"), paid, later).alert
    ('paid', 'late')
    >>> moved(one, replace(paid, cents=100), at).state
    'disputed'
    >>> pending = Heard("functional", code="P5")
    >>> [moved(one, pending, at + timedelta(minutes=m)).state for m in (10, 16, 125)]
    ['open', 'awaiting', 'expired']
    >>> gone = Heard("functional", code="P1")
    >>> moved(one, gone, at + timedelta(seconds=2)).alert
    'lost'
    >>> moved(one, gone, at + timedelta(days=1)).ask_in is None
    True
    """
    if heard.kind == "silence":
        wait = BACK_OFF[min(asked.failures, len(BACK_OFF) - 1)]
        stays = asked.state if asked.state != "draft" else "awaiting"
        if age_of(asked, now) >= PLAN[-1][0]:
            return Move(_ended(asked.state), False, None, "silent", failures=asked.failures + 1)
        age = age_of(asked, now)
        kept = _holding(stays, age)
        return Move(stays, kept, wait, failures=asked.failures + 1)
    if heard.kind == "functional":
        return _fault(asked, heard.code, now)
    return _result(asked, heard, now)


def age_of(asked: Asked, now: datetime) -> timedelta:
    """Return how long ago a payment was asked for; a night when clocks change lasts what it lasts.

    >>> from zoneinfo import ZoneInfo
    >>> paris = ZoneInfo("Europe/Paris")
    >>> asked = Asked("open", 100, "F1", "090909", "W", datetime(2026, 3, 29, 1, 58, tzinfo=paris))
    >>> age_of(asked, datetime(2026, 3, 29, 3, 2, tzinfo=paris))
    datetime.timedelta(seconds=240)
    """
    return now.astimezone(UTC) - asked.created_at.astimezone(UTC)


def _result(asked: Asked, heard: Heard, now: datetime) -> Move:
    age = age_of(asked, now)
    if heard.letter in MEANS:
        means = MEANS[heard.letter]
        if differs(asked, heard):
            return Move("disputed", True, None, "mismatch", means)
        ended = asked.state in ("refused", "abandoned", "expired") and age > WINDOW + GRACE
        return Move("paid", False, None, "late" if ended else "", means)
    if heard.letter in ("R", "Z", "A"):
        state = "abandoned" if heard.letter == "A" else "refused"
        # the family may try again on the treasury's page until it closes
        provisional = age < WINDOW + GRACE
        return Move(state, provisional, timedelta(minutes=1) if provisional else None)
    return Move("awaiting", age < HELD, asked_again(age), "unknown")


def differs(asked: Asked, heard: Heard) -> bool:
    """Tell whether the treasury speaks of another payment than ours."""
    told = heard.cents, heard.reference, heard.client, heard.saisie
    return told != (asked.cents, asked.reference, asked.client, asked.saisie)


def _fault(asked: Asked, code: str, now: datetime) -> Move:
    age = age_of(asked, now)
    if code == "P1":
        if age < HELD:
            return Move("awaiting", True, asked_again(age), "lost")
        if now >= purge_after(asked.created_at):
            return Move(_ended(asked.state), False, None)
    elif code != "P5":
        return Move("awaiting", age < HELD, asked_again(age), "refused_by_treasury")
    if asked.state in ("refused", "abandoned"):
        return Move(asked.state, age < WINDOW + GRACE, asked_again(age))
    if age >= SILENT:
        return Move("expired", False, asked_again(age))
    if age < WINDOW and not asked.seen:
        return Move("open", True, asked_again(age))
    return Move("awaiting", age < HELD, asked_again(age))


def _ended(state: str) -> str:
    return state if state in ("refused", "abandoned") else "expired"


def _holding(state: str, age: timedelta) -> bool:
    if state in ("refused", "abandoned"):
        return age < WINDOW + GRACE
    return state in ("open", "awaiting")


def asked_again(age: timedelta) -> timedelta | None:
    """Return when to ask again about a payment of this age; None past the eighth day.

    >>> [asked_again(timedelta(minutes=m)).total_seconds() for m in (3, 30, 600, 3000)]
    [60.0, 300.0, 1800.0, 86400.0]
    >>> asked_again(timedelta(days=9))
    """
    return next((every for until, every in PLAN if age < until), None)


def purge_after(created_at: datetime) -> datetime:
    """Return from when a payment nobody opened is forgotten by the treasury: a night, then six o'clock.

    >>> f"{purge_after(datetime(2026, 11, 25, 23, 50)):%d %H:%M}"
    '26 06:00'
    """
    following = created_at.date() + timedelta(days=1)
    return datetime.combine(following, PURGED, tzinfo=created_at.tzinfo)
