"""The headers of every answer, and the cookie of a session."""

from ribambelle.errors import Refused

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def policy(images: str) -> str:
    """Return the policy of a page that also shows the images of one site.

    >>> "img-src 'self' data: https://carte.test;" in policy("https://carte.test")
    True
    """
    return POLICY.replace("img-src 'self' data:", f"img-src 'self' data: {images}")


ALWAYS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def cookie_name(scheme: str, host: str, holds: str = "session") -> str | None:
    """Return the name of a cookie, that of the session first, or None where it may not travel.

    ``__Host-`` binds a cookie to HTTPS and to the host. Over plain HTTP only ``*.localhost``,
    which never leaves the machine, may have one.

    >>> cookie_name("https", "famille.nantes.fr")
    '__Host-session'
    >>> cookie_name("http", "nantes.localhost")
    'session'
    >>> cookie_name("http", "famille.nantes.fr") is None
    True
    """
    if scheme == "https":
        return f"__Host-{holds}"
    return holds if host.endswith(".localhost") else None


def cookie(name: str | None, secret: str) -> bytes:
    """Return the Set-Cookie header that keeps a value, or removes it when empty."""
    if name is None:
        raise Refused("https_needed")
    flags = "Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if name.startswith("__Host-") else "")
    age = "" if secret else "; Max-Age=0"
    return f"{name}={secret}; {flags}{age}".encode()


def secret_in(headers: list[tuple[bytes, bytes]], name: str | None) -> str:
    """Return the session secret of a request's cookies, or nothing.

    >>> secret_in([(b"cookie", b"a=1; session=xyz")], "session")
    'xyz'
    """
    if name is None:
        return ""
    wanted = name + "="
    for header, value in headers:
        if header == b"cookie":
            for part in value.decode("latin-1").split(";"):
                if part.strip().startswith(wanted):
                    return part.strip()[len(wanted) :].strip('"')
    return ""
