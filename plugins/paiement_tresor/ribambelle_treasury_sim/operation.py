"""One payment, as the treasury keeps it, and for how long it can be opened and read."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=365)
NIGHT = time(3)

OUTCOMES = {"card": "P", "debit": "V", "refuse_card": "R", "refuse_debit": "Z", "abandon": "A"}
"""What the family may do on the page, beside closing it, and the letter the treasury gives it."""


@dataclass
class Operation:
    """A payment asked for by a commune; without a letter, nothing is known of it yet."""

    idop: str
    numcli: str
    exer: str
    refdet: str
    objet: str
    montant: str
    mel: str
    saisie: str
    urlnotif: str
    urlredirect: str
    created_at: datetime
    mode: str = "ws"
    resultrans: str = ""
    numauto: str = ""
    settled_at: datetime | None = None
    visible_at: datetime | None = None
    notifications: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def opened(
        cls, idop: str, fields: dict[str, str], now: datetime, mode: str = "ws"
    ) -> "Operation":
        """Return a new payment for what a commune asked."""
        names = "numcli exer refdet objet montant mel saisie urlnotif urlredirect".split()
        numcli, exer, refdet, objet, montant, mel, saisie, urlnotif, urlredirect = (
            fields.get(name, "") for name in names
        )
        return cls(
            idop,
            numcli,
            exer,
            refdet,
            objet,
            montant,
            mel,
            saisie,
            urlnotif,
            urlredirect,
            now,
            mode,
        )

    @property
    def cents(self) -> int:
        """The amount asked for."""
        return int(self.montant)

    def openable(self, now: datetime) -> bool:
        """Tell whether the payment page still opens: fifteen minutes, and once.

        A family that left without paying may come back while the time lasts.
        """
        return now < self.created_at + WINDOW and self.resultrans in ("", "A")

    def settle(self, letter: str, numauto: str, now: datetime, late: timedelta) -> None:
        """Keep what the family did; its result can be read at once, or late."""
        self.resultrans, self.settled_at, self.visible_at = letter, now, now + late
        self.numauto = numauto if letter in ("P", "V") else ""

    def readable(self, now: datetime) -> bool:
        """Tell whether the result can be read."""
        return self.visible_at is not None and self.visible_at <= now

    def forgotten(self, now: datetime) -> bool:
        """Tell whether the treasury no longer knows this payment.

        What never reached a result goes in the night, results after one year.
        """
        if self.settled_at is not None:
            return now >= self.settled_at + KEPT
        return now >= night_after(self.created_at)


def night_after(moment: datetime) -> datetime:
    """Return the nightly cleaning that follows a moment.

    >>> f"{night_after(datetime(2026, 11, 25, 23, 50)):%d %H:%M}"
    '26 03:00'
    >>> f"{night_after(datetime(2026, 11, 26, 1, 0)):%d %H:%M}"
    '26 03:00'
    """
    tonight = datetime.combine(moment.date(), NIGHT, tzinfo=moment.tzinfo)
    return tonight if moment < tonight else tonight + timedelta(days=1)
