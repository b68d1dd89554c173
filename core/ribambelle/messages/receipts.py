"""What became of an SMS, as whoever carried it says in a signed notice: received, or not and why."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ribambelle.database import transaction
from ribambelle.errors import NotYours
from ribambelle.messages.choices import SMS
from ribambelle.messages.tables import Message

SHORTEST_SECRET = 32
"""Letters: a shorter secret is taken for none."""
FRESH = timedelta(minutes=5)
RECEIVED, FAILED = "received", "failed"
RANKS = ("", FAILED, RECEIVED)
Reason = Literal["unknown_number", "unreachable", "blocked", "other"]
REASONS: dict[str, str] = {
    "unknown_number": "ce numéro n’existe pas ou n’est plus attribué",
    "unreachable": "le téléphone est resté éteint ou hors réseau",
    "blocked": "le téléphone ou son opérateur refuse ce SMS",
    "other": "l’opérateur n’en dit pas la raison",
}
NEXT_STEPS: dict[str, str] = {
    "unknown_number": "Demandez son numéro à cette personne, et faites-le corriger : d’ici là, aucun "
    "SMS ne lui arrivera.",
    "unreachable": "Le numéro est bon : si c’est urgent, appelez ou écrivez autrement.",
    "blocked": "Écrivez par e-mail ou appelez ; la personne peut demander à son opérateur de laisser "
    "passer nos SMS.",
    "other": "Si c’est urgent, appelez ou écrivez autrement.",
}
LARGEST_NUMBER = 2**31 - 1


class Notice(msgspec.Struct, frozen=True):
    """What a carrier says of one SMS."""

    message: Annotated[str, Meta(max_length=80)]
    """The tag it was sent under: `nantes-12`."""
    state: Literal["received", "failed"]
    reason: Reason = "other"
    """Why it was not received."""


def signature(secret: str, at: str, body: bytes) -> str:
    """Return the seal of a notice: what only the holder of the commune's secret can make.

    >>> signature("s" * 32, "1700000000", b"{}")[:16]
    '73b0c93d610ddd03'
    """
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, at: str, seal: str, body: bytes, now: datetime) -> bool:
    """Tell whether a notice was sealed with this secret, a few minutes ago at most.

    >>> from datetime import UTC
    >>> secret, now = "s" * 32, datetime.fromtimestamp(1700000000, UTC)
    >>> seal = signature(secret, "1700000000", b"{}")
    >>> is_signed(secret, "1700000000", seal, b"{}", now)
    True
    >>> is_signed(secret, "1700000000", seal, b"{ }", now)
    False
    >>> is_signed(secret, "1700000000", seal, b"{}", now + timedelta(minutes=6))
    False
    >>> is_signed("short", "1700000000", signature("short", "1700000000", b"{}"), b"{}", now)
    False
    """
    if len(secret) < SHORTEST_SECRET or not re.fullmatch(r"[0-9]{10}", at):
        return False
    # compared before its age is: how long the answer takes says nothing of either
    is_ours = hmac.compare_digest(signature(secret, at, body).encode(), seal.encode())
    age = abs(now.timestamp() - int(at))
    return is_ours and age <= FRESH.total_seconds()


def before(told: str) -> tuple[str, ...]:
    """Return what gives way to what is told: a notice sent again changes nothing.

    A telephone turned on later receives what was given up; what was received stays so.

    >>> before("failed"), before("received")
    (('',), ('', 'failed'))
    """
    return RANKS[: RANKS.index(told)]


async def keep(slug: str, notice: Notice, now: datetime) -> str:
    """Keep what became of an SMS, and return what is known of it; raises NotYours for any other."""
    found = re.fullmatch(rf"{re.escape(slug)}-([0-9]{{1,10}})", notice.message)
    if found is None or int(found[1]) > LARGEST_NUMBER:
        raise NotYours
    number = int(found[1])
    async with transaction():
        # what was never handed over was received by nobody
        row = await Message.objects().get(
            (Message.id == number) & (Message.channel == SMS) & Message.tried_at.is_not_null()
        )
        if row is None:
            raise NotYours
        changed = (
            await Message.update(
                {
                    Message.receipt: notice.state,
                    Message.receipt_reason: notice.reason if notice.state == FAILED else "",
                    Message.receipt_at: now,
                }
            )
            .where((Message.id == number) & Message.receipt.is_in(list(before(notice.state))))
            .returning(Message.id)
        )
    return notice.state if changed else str(row.receipt)
