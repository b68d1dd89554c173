"""Forgetting what has expired: sessions, links, counts of tries."""

from datetime import timedelta

from ribambelle import tenants
from ribambelle.identity.tables import Attempt, Session, Token

KEPT = timedelta(days=30)


async def sweep() -> None:
    """Remove expired sessions and links, and last month's counts; run every night."""
    now = tenants.current().now()
    await Session.delete().where(Session.expires_at < now)
    await Token.delete().where(Token.expires_at < now - KEPT)
    await Attempt.delete().where(Attempt.window < int((now - KEPT).timestamp()))
