"""Which host a request is for, and whether it comes from the portal's own pages."""

import re
from collections.abc import Sequence

Headers = Sequence[tuple[bytes, bytes]]
HOST = re.compile(r"([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::\d{1,5})?")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def host_name(headers: Headers) -> str | None:
    """Return the host asked for, in lower case and without port; None if absent or malformed.

    Only the Host header counts: X-Forwarded-Host is whatever a stranger writes.

    >>> host_name([(b"host", b"Nantes.Localhost:8000")])
    'nantes.localhost'
    >>> host_name([(b"host", b"a.fr"), (b"host", b"b.fr")]) is None
    True
    >>> host_name([(b"host", b"nantes.fr@evil.test")]) is None
    True
    """
    found = [value for name, value in headers if name == b"host"]
    if len(found) != 1:
        return None
    match = HOST.fullmatch(found[0].decode("latin-1").lower())
    return match[1] if match else None


def is_own(method: str, scheme: str, headers: Headers) -> bool:
    """Tell whether a write was asked for by one of the portal's own pages.

    Browsers say it in Sec-Fetch-Site, or at least in Origin; a request with neither comes from a
    program, which holds no cookie of anybody's.

    >>> is_own("POST", "https", [(b"host", b"a.fr"), (b"origin", b"https://a.fr")])
    True
    >>> is_own("POST", "https", [(b"host", b"a.fr"), (b"sec-fetch-site", b"cross-site")])
    False
    >>> is_own("POST", "https", [(b"host", b"a.fr"), (b"origin", b"null")])
    False
    """
    if method in SAFE:
        return True
    given = dict(headers)
    site, origin = given.get(b"sec-fetch-site"), given.get(b"origin")
    if site is not None and site not in (b"same-origin", b"none"):
        return False
    return origin is None or origin == scheme.encode() + b"://" + given.get(b"host", b"")
