"""Is each payment on the treasury's report, and each line of the report a payment of ours?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ribambelle_paiement_tresor.domain.working_days import worked_since

NORMAL = 3
"""Worked days during which a payment may be missing from the reports."""
STATES = {
    "matched": "Rapproché",
    "unknown": "Inconnu ici",
    "signalled": "Signalé",
    "credited": "Crédité",
}
OPEN = ("unknown", "signalled")
LEADS = {
    "abandoned": "paiement donné pour abandonné",
    "refused": "paiement donné pour refusé",
    "expired": "paiement resté sans suite",
    "failed": "paiement qui n’avait pas commencé",
    "waiting": "paiement en attente de réponse",
    "amount": "le montant n’est pas celui demandé",
    "twice": "ce paiement est déjà sur un relevé",
    "test": "paiement d’essai",
    "disputed": "paiement en litige, à trancher d’abord",
    "not_counted": "paiement jamais compté",
    "none": "autre régie ?",
}
"""What may explain a line nobody knows."""
UNCOUNTED = ("abandoned", "refused", "expired", "failed", "waiting", "not_counted")
"""Leads to a payment whose invoices nobody settled."""


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of the payment a line names."""

    payment: int
    state: str
    cents: int
    booked: int
    """What the books hold for it, in cents; nothing when it was never counted."""
    is_test: bool = False
    came: bool = False
    """A report already told it came."""
    went_back: bool = False
    """A report already told it went back."""


def lead(cents: int, known: Known | None) -> str:
    """Return nothing when a line is a payment of ours; else what may explain it, of LEADS.

    >>> paid = Known(7, "paid", 4820, 4820)
    >>> lead(4820, paid), lead(4800, paid), lead(4820, None)
    ('', 'amount', 'none')
    >>> lead(4820, Known(7, "paid", 4820, 4820, came=True)), lead(-4820, paid)
    ('twice', '')
    >>> lead(3740, Known(8, "abandoned", 3740, 0))
    'abandoned'
    """
    if known is None:
        return "none"
    if known.is_test:
        return "test"
    if known.came if cents > 0 else known.went_back:
        return "twice"
    if not known.booked:
        return _uncounted(known.state)
    if abs(cents) != known.booked:
        return "amount"
    return "disputed" if cents < 0 and known.state not in ("paid", "reversed") else ""


def _uncounted(state: str) -> str:
    if state in ("draft", "open", "awaiting"):
        return "waiting"
    return state if state in LEADS else "not_counted"


@dataclass(frozen=True, slots=True)
class Missing:
    """One payment that no report has told yet."""

    payment: int
    day: date
    cents: int
    regie: str

    def age(self, today: date) -> int:
        """Return for how many worked days it has been missing."""
        return worked_since(self.day, today)

    def is_late(self, today: date) -> bool:
        """Tell whether it is missing for too long.

        >>> friday = Missing(1, date(2026, 11, 20), 4560, "regie")
        >>> [friday.is_late(date(2026, 11, day)) for day in (25, 26)]
        [False, True]
        """
        return self.age(today) > NORMAL


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one régie: what the portal counts, what the treasury says, and why they differ."""

    day: date
    regie: str
    told: int
    """By the treasury."""
    missing: int
    """Paid here, absent there."""
    unknown: int
    """Told there, unknown here."""
    lines: int = 0
    matched: int = 0

    @property
    def paid(self) -> int:
        """What the portal counts."""
        return self.told + self.missing - self.unknown


def by_day(lines: Iterable[tuple[date, str, int, str]], missing: Iterable[Missing]) -> list[Day]:
    """Add up what was told and what is missing, day by day and régie by régie, the latest first.

    :param lines: day, régie, cents and state of each line.

    >>> told = [(date(2026, 11, 20), "r", 4820, "matched"), (date(2026, 11, 20), "r", 3740, "unknown")]
    >>> (day,) = by_day(told, [Missing(1, date(2026, 11, 20), 4560, "r")])
    >>> day.paid, day.told, day.paid - day.missing + day.unknown
    (9380, 8560, 8560)
    """
    found: dict[tuple[date, str], list[int]] = {}
    for day, regie, cents, state in lines:
        sums = found.setdefault((day, regie), [0] * 5)
        sums[0] += cents
        sums[2] += cents if state in OPEN else 0
        sums[3] += 1
        sums[4] += state not in OPEN
    for one in missing:
        found.setdefault((one.day, one.regie), [0] * 5)[1] += one.cents
    return [Day(*at, *found[at]) for at in sorted(found, reverse=True)]


def whole(days: Sequence[Day]) -> Day:
    """Return what some days come to together."""
    first = days[0].day if days else date.min
    return Day(
        first,
        "",
        sum(one.told for one in days),
        sum(one.missing for one in days),
        sum(one.unknown for one in days),
        sum(one.lines for one in days),
        sum(one.matched for one in days),
    )
