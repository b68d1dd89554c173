"""What a provider signed: believed only when every one of its marks is the one expected."""

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ribambelle.errors import RibambelleError
from ribambelle.openid.provider import LEVELS, Provider

LEEWAY = 30
"""Seconds two clocks may differ by."""
LONGEST_SUB = 255


class Rejected(RibambelleError):
    """An answer that must not be believed; `why` is a code for the log, never shown."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


def require(claims: Mapping[str, Any], provider: Provider, now: datetime) -> None:
    """Refuse what another issued, what was meant for another, what is over.

    >>> from datetime import UTC
    >>> one = Provider("proconnect", "https://pc.test", "mine", "s", "RS256", (), "", "")
    >>> noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
    >>> right = {"iss": "https://pc.test", "aud": "mine", "sub": "a", "exp": noon.timestamp() + 60}
    >>> require(right, one, noon)
    >>> for wrong in ({"iss": "https://x.test"}, {"aud": ["mine", "other"]}, {"sub": ""},
    ...               {"exp": noon.timestamp() - 31}, {"exp": "soon"}, {"aud": ["other"]}):
    ...     try:
    ...         require(right | wrong, one, noon)
    ...     except Rejected as refused:
    ...         print(refused.why)
    issuer
    audience
    subject
    expired
    expired
    audience
    """
    if claims.get("iss") != provider.issuer:
        raise Rejected("issuer")
    told = claims.get("aud")
    audience = told if isinstance(told, list) else [told]
    if audience != [provider.client]:
        raise Rejected("audience")
    ends, begins = claims.get("exp"), claims.get("iat", 0)
    if not isinstance(ends, int | float) or ends + LEEWAY <= now.timestamp():
        raise Rejected("expired")
    if not isinstance(begins, int | float) or begins - LEEWAY > now.timestamp():
        raise Rejected("not_yet")
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= LONGEST_SUB:
        raise Rejected("subject")


def require_mine(claims: Mapping[str, Any], nonce: str) -> None:
    """Refuse an identity that answers another departure than this browser's, or that is not sure.

    >>> require_mine({"nonce": "n" * 43, "acr": "eidas1"}, "n" * 43)
    >>> require_mine({"nonce": "n" * 43, "acr": "eidas0"}, "n" * 43)
    Traceback (most recent call last):
    ...
    ribambelle.openid.answers.Rejected: level
    """
    told = claims.get("nonce")
    if not isinstance(told, str) or not hmac.compare_digest(told.encode(), nonce.encode()):
        raise Rejected("nonce")
    if claims.get("acr") not in LEVELS:
        raise Rejected("level")


def require_same(identity: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """Refuse what is told of somebody else than who signed in."""
    if identity["sub"] != told["sub"]:
        raise Rejected("other_person")
