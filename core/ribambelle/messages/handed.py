"""Where does an SMS stand: handed to the operator, waiting to be, or given up?

Nothing more is known of it: whether a telephone received it, the operator alone could say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ribambelle.jobs import queue
from ribambelle.messages import catalogue
from ribambelle.messages.choices import SMS
from ribambelle.messages.tables import Message, MessagePhone
from ribambelle.web import formats

LATEST = 50


@dataclass(frozen=True, slots=True)
class Handed:
    """One SMS as whoever wrote it may follow it: what it is, never what it says."""

    what: str
    at: datetime
    sent_at: datetime | None
    is_due: bool
    """Somebody will still try to hand it over."""

    @property
    def state(self) -> str:
        """Where it stands, in words.

        >>> at = datetime(2026, 11, 26, 9, 5)
        >>> Handed("Rappel", at, at, False).state.replace(chr(160), " ")
        'remis à l’opérateur le jeudi 26 novembre 2026 à 9 h 05'
        >>> Handed("Rappel", at, None, True).state, Handed("Rappel", at, None, False).state
        ('en attente', 'abandonné')
        """
        if self.sent_at is not None:
            return f"remis à l’opérateur le {formats.moment(self.sent_at, True)}"
        return "en attente" if self.is_due else "abandonné"


async def numbers_of(accounts: Iterable[int]) -> list[str]:
    """Return the numbers some accounts wish their SMS at."""
    rows = await MessagePhone.select(MessagePhone.number).where(
        MessagePhone.account.is_in(list(accounts))
    )
    return [row["number"] for row in rows]


async def sms_to(accounts: list[int], numbers: list[str], kinds: str) -> list[Handed]:
    """Return the latest SMS to some accounts, the last first.

    :param numbers: where they were also written to before they had an account.
    :param kinds: how the kinds of those begin: a number may be somebody else's too.
    """
    if not accounts and not numbers:
        return []
    before = Message.recipient.is_in(numbers or [""]) & Message.kind.like(f"{kinds}%")
    mine = (Message.account.is_in(accounts) | before) if accounts else before
    rows = (
        await Message.select(Message.id, Message.kind, Message.created_at, Message.sent_at)
        .where((Message.channel == SMS) & mine)
        .order_by(Message.id, ascending=False)
        .limit(LATEST)
    )
    unsent = [f"message:{row['id']}" for row in rows if row["sent_at"] is None]
    due = await queue.still_due(unsent) if unsent else frozenset()
    return [
        Handed(
            told.title if (told := catalogue.at(row["kind"])) else "SMS",
            *(row["created_at"], row["sent_at"], f"message:{row['id']}" in due),
        )
        for row in rows
    ]
