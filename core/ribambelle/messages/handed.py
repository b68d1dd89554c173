"""Where does an SMS stand: waiting, given up, handed to the operator, received or not?

Whether a telephone received it, the operator alone can say: where it says nothing, nor do we.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ribambelle.jobs import queue
from ribambelle.messages import catalogue, receipts
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
    receipt: str = ""
    reason: str = ""
    receipt_at: datetime | None = None

    @property
    def code(self) -> str:
        """Where it stands, as a program reads it.

        >>> at = datetime(2026, 11, 26, 9, 5)
        >>> [Handed("Rappel", at, sent, due).code for sent, due in ((at, 0), (None, 1), (None, 0))]
        ['handed_over', 'waiting', 'given_up']
        >>> Handed("Rappel", at, at, False, "failed", "unknown_number").code
        'failed'
        """
        if self.receipt:
            return self.receipt
        if self.sent_at is not None:
            return "handed_over"
        return "waiting" if self.is_due else "given_up"

    @property
    def state(self) -> str:
        """Where it stands, in words.

        >>> at = datetime(2026, 11, 26, 9, 5)
        >>> Handed("Rappel", at, at, False).state.replace(chr(160), " ")
        'remis à l’opérateur le jeudi 26 novembre 2026 à 9 h 05'
        >>> Handed("Rappel", at, None, True).state, Handed("Rappel", at, None, False).state
        ('en attente', 'abandonné')
        >>> Handed("Rappel", at, at, False, "failed", "unknown_number").state
        'non reçu (ce numéro n’existe pas ou n’est plus attribué)'
        >>> Handed("Rappel", at, at, False, "received", "", at).state.replace(chr(160), " ")
        'reçu le jeudi 26 novembre 2026 à 9 h 05'
        """
        if self.receipt == receipts.FAILED:
            return f"non reçu ({receipts.REASONS[self.reason]})"
        if self.receipt == receipts.RECEIVED and self.receipt_at is not None:
            return f"reçu le {formats.moment(self.receipt_at, True)}"
        if self.sent_at is not None:
            return f"remis à l’opérateur le {formats.moment(self.sent_at, True)}"
        return "en attente" if self.is_due else "abandonné"

    @property
    def next_step(self) -> str:
        """What somebody may do, where a telephone did not receive it."""
        return receipts.NEXT_STEPS[self.reason] if self.receipt == receipts.FAILED else ""

    def at_home(self, zone: ZoneInfo) -> "Handed":
        """Return the same, its moments told as clocks of the commune tell them."""
        moments = {name: getattr(self, name) for name in ("at", "sent_at", "receipt_at")}
        return replace(
            self, **{name: at.astimezone(zone) for name, at in moments.items() if at is not None}
        )


async def numbers_of(accounts: Iterable[int]) -> list[str]:
    """Return the numbers some accounts wish their SMS at."""
    rows = await MessagePhone.select(MessagePhone.number).where(
        MessagePhone.account.is_in(list(accounts))
    )
    return [row["number"] for row in rows]


async def sms_to(
    accounts: list[int], numbers: list[str], kinds: str, *, most: int = LATEST
) -> list[Handed]:
    """Return the latest SMS to some accounts, the last first.

    :param numbers: where they were also written to before they had an account.
    :param kinds: how the kinds of those begin: a number may be somebody else's too.
    """
    if not accounts and not numbers:
        return []
    before = Message.recipient.is_in(numbers or [""]) & Message.kind.like(f"{kinds}%")
    mine = (Message.account.is_in(accounts) | before) if accounts else before
    rows = (
        await Message.select(
            *(Message.id, Message.kind, Message.created_at, Message.sent_at),
            *(Message.receipt, Message.receipt_reason, Message.receipt_at),
        )
        .where((Message.channel == SMS) & mine)
        .order_by(Message.id, ascending=False)
        .limit(most)
    )
    unsent = [f"message:{row['id']}" for row in rows if row["sent_at"] is None]
    due = await queue.still_due(unsent) if unsent else frozenset()
    return [
        Handed(
            told.title if (told := catalogue.at(row["kind"])) else "SMS",
            *(row["created_at"], row["sent_at"], f"message:{row['id']}" in due),
            *(row["receipt"], row["receipt_reason"], row["receipt_at"]),
        )
        for row in rows
    ]
