"""What the treasury answers, once read; what is missing or nonsense is simply not there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from ribambelle_paiement_tresor.payfip.exchange import Exchange

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Created:
    """A payment the treasury is ready to take."""

    idop: str
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Result:
    """How a payment ended, in the treasury's own letter.

    What was asked must be compared with it: amount, reference, number, kind of entry. The year
    must not: the treasury sends back two digits of it.
    """

    idop: str
    letter: str
    cents: int | None
    refdet: str
    numcli: str
    saisie: str
    authorisation: str
    paid_on: date | None
    paid_at: time | None
    exchange: Exchange

    @property
    def moment(self) -> datetime | None:
        """When it was paid, to the minute, in Paris; it may look earlier than when we asked."""
        if self.paid_on is None:
            return None
        return datetime.combine(self.paid_on, self.paid_at or time(), tzinfo=PARIS)


@dataclass(frozen=True, slots=True)
class Client:
    """The régie behind a number, in the treasury's words."""

    numcli: str
    labels: tuple[str, str, str]
    exchange: Exchange


def result(leaves: Mapping[str, str], exchange: Exchange) -> Result:
    """Read how a payment ended.

    >>> read = result({"resultrans": "P", "montant": "050", "dattrans": "25112026",
    ...                "heurtrans": "0902"}, Exchange("", ""))
    >>> read.letter, read.cents, read.moment.isoformat()
    ('P', 50, '2026-11-25T09:02:00+01:00')
    >>> read = result({"resultrans": "PAID", "montant": "0,50"}, Exchange("", ""))
    >>> read.letter, read.cents, read.moment
    ('', None, None)
    """
    letter = leaves.get("resultrans", "")
    amount = leaves.get("montant", "")
    return Result(
        idop=leaves.get("idop", ""),
        letter=letter if re.fullmatch(r"[A-Z]", letter) else "",
        cents=int(amount) if re.fullmatch(r"[0-9]{1,12}", amount) else None,
        refdet=leaves.get("refdet", ""),
        numcli=leaves.get("numcli", ""),
        saisie=leaves.get("saisie", ""),
        authorisation=leaves.get("numauto", "")[:64],
        paid_on=day(leaves.get("dattrans", "")),
        paid_at=hour(leaves.get("heurtrans", "")),
        exchange=exchange,
    )


def client(leaves: Mapping[str, str], exchange: Exchange) -> Client:
    """Read who is behind a number."""
    first, second, third = (leaves.get(f"libellen{number}", "") for number in (1, 2, 3))
    return Client(leaves.get("numcli", ""), (first, second, third), exchange)


def day(text: str) -> date | None:
    """Read a day written JJMMAAAA.

    >>> day("29022028"), day("29022027"), day("20261125"), day("01010001")
    (datetime.date(2028, 2, 29), None, None, None)
    """
    if not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        found = date(int(text[4:]), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2999 else None


def hour(text: str) -> time | None:
    """Read an hour written HHMM.

    >>> hour("0230"), hour("2560"), hour("")
    (datetime.time(2, 30), None, None)
    """
    if not re.fullmatch(r"[0-9]{4}", text):
        return None
    try:
        return time(int(text[:2]), int(text[2:]))
    except ValueError:
        return None
