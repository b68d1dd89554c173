"""What was said to the treasury and what it answered, as it may be kept."""

import re
from dataclasses import dataclass

HIDDEN = "[e-mail]"
MEL = re.compile(r"(<(?:[\w.-]+:)?mel\b[^>]*>)[^<]+", re.IGNORECASE)
EMAIL = re.compile(r"[^\s<>\"'=:;]+@[^\s<>\"';]+")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call and its answer, without the e-mail of the family; status 0 when none came."""

    operation: str
    request: str
    status: int = 0
    answer: str = ""


def kept(operation: str, request: str, status: int = 0, answer: bytes = b"") -> Exchange:
    """Return an exchange that may be kept."""
    # a NUL is refused by PostgreSQL, and means nothing here
    text = answer.decode("utf-8", "replace").replace("\0", "\ufffd")
    return Exchange(operation, redacted(request), status, redacted(text))


def redacted(text: str) -> str:
    """Hide e-mail addresses, wherever the treasury writes them.

    >>> redacted("<mel>a.b@example.org</mel><MEL>b</MEL><libelle>a.b@example.org ?</libelle>")
    '<mel>[e-mail]</mel><MEL>[e-mail]</MEL><libelle>[e-mail] ?</libelle>'
    """
    return EMAIL.sub(HIDDEN, MEL.sub(rf"\1{HIDDEN}", text))
