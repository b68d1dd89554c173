"""Somebody leaves to prove who they are elsewhere, and comes back: once, soon, in the same browser."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ribambelle.errors import Refused
from ribambelle.identity.sessions import OpenSession, digest
from ribambelle.identity.tables import Token

LIFE = timedelta(minutes=10)
KEPT = "departures"
MOST = 4
"""Departures one browser may have under way: as many tabs."""


@dataclass(frozen=True, slots=True)
class Departure:
    """What goes with somebody who leaves; `why` and `account` say what for, when not to sign in."""

    state: str
    nonce: str
    follow: str = ""
    why: str = ""
    account: int = 0


async def begin(
    session: OpenSession,
    purpose: str,
    now: datetime,
    *,
    follow: str = "",
    why: str = "",
    account: int = 0,
) -> Departure:
    """Let somebody leave: two secrets, one known of this browser's session alone."""
    if not session.allowed:
        raise Refused("https_needed")
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    await Token.insert(
        Token(
            digest=digest(state),
            purpose=purpose,
            email="",
            follow=follow[:300],
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    under_way: dict[str, Any] = dict(session.data.get(KEPT, {}))
    while len(under_way) >= MOST:
        under_way.pop(next(iter(under_way)))
    session.set(KEPT, {**under_way, digest(state): [nonce, why, account]})
    return Departure(state, nonce, follow, why, account)


async def back(session: OpenSession, purpose: str, state: str, now: datetime) -> Departure:
    """Return the departure somebody comes back from; raises Refused("strange_return").

    Of two returns with one state only one passes, and none in a browser it did not leave from.
    """
    under_way: dict[str, Any] = dict(session.data.get(KEPT, {}))
    kept = under_way.pop(digest(state), None)
    if kept is None:
        raise Refused("strange_return")
    session.set(KEPT, under_way)
    used = (
        await Token.update({Token.used_at: now})
        .where((Token.digest == digest(state)) & (Token.purpose == purpose))
        .where((Token.expires_at > now) & Token.used_at.is_null())
        .returning(Token.follow)
    )
    if not used:
        raise Refused("strange_return")
    nonce, why, account = kept
    return Departure(state, nonce, used[0]["follow"], why, account)
