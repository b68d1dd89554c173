"""Where may an event go? To the public Internet, by TLS, and nowhere inside the machine's network."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from ribambelle.errors import Refused

LONGEST = 400
CLOSED_4 = [
    ip_network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
    )
]
"""Registered by IANA for something else than a server of the Internet."""
OPEN_6 = ip_network("2000::/3")
CLOSED_6 = [ip_network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
"""Within the only part of IPv6 that is given out: tunnels to an IPv4 address, and examples."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is a server of the Internet; what is not surely so is not.

    >>> [is_public(ip_address(one)) for one in ("193.252.19.3", "2a01:c910::1")]
    [True, True]
    >>> closed = ("10.1.2.3", "127.0.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "0.0.0.0")
    >>> any(is_public(ip_address(one)) for one in closed)
    False
    >>> mapped = ("::1", "::ffff:193.252.19.3", "64:ff9b::a00:1", "fe80::1", "fd00::1", "2002:a00:1::")
    >>> any(is_public(ip_address(one)) for one in mapped)
    False
    """
    if isinstance(address, IPv4Address):
        return not any(address in closed for closed in CLOSED_4)
    return address in OPEN_6 and not any(address in closed for closed in CLOSED_6)


def require_written(address: str, *, local: bool) -> None:
    """Refuse an address that is none, or that names by itself what is not the Internet.

    :param local: whether this very machine, and a way without TLS, are allowed: for a trial.

    >>> require_written("https://logiciel.example.fr/avis?de=portail", local=False)
    >>> for wrong in ("http://a.fr/", "https://u:p@a.fr/", "https://10.0.0.1/", "https://a.fr:0/"):
    ...     try:
    ...         require_written(wrong, local=False)
    ...     except Refused as refusal:
    ...         print(refusal.reason)
    webhook_not_https
    webhook_unreadable
    webhook_not_public
    webhook_unreadable
    """
    parts = _parts(address)
    if parts is None:
        raise Refused("webhook_unreadable")
    scheme, host = parts
    if scheme != "https" and not (local and scheme == "http"):
        raise Refused("webhook_not_https")
    try:
        written = ip_address(host)
    except ValueError:
        return
    require_open([written], local=local)


def require_open(found: Iterable[IPv4Address | IPv6Address], *, local: bool) -> None:
    """Refuse a name as soon as one of the addresses it leads to is not of the Internet.

    >>> inside = [ip_address("193.252.19.3"), ip_address("192.168.1.4")]
    >>> require_open(inside, local=False)
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: webhook_not_public
    >>> require_open([ip_address("127.0.0.1")], local=True)
    """
    for one in found:
        if not is_public(one) and not (local and one.is_loopback):
            raise Refused("webhook_not_public")


def _parts(address: str) -> tuple[str, str] | None:
    if len(address) > LONGEST or not address.isascii() or not address.isprintable():
        return None
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError:
        return None
    is_plain = host and port != 0 and parts.username is None and parts.password is None
    if not is_plain or parts.fragment or " " in address or "\\" in address:
        return None
    return parts.scheme, str(host)
