"""One event leaves: to the address its host leads to at this moment, looked up once, and no other.

A name that leads to the Internet when it is declared may lead inside a minute later: what was
checked is what is connected to. No redirection is followed, no proxy asked, and of the answer only
its code is kept.
"""

import asyncio
import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from ribambelle import traces
from ribambelle.errors import Refused
from ribambelle.openid.asking import trusted
from ribambelle.webhooks import addresses

PATIENCE = 5.0
"""Seconds for the whole of it: other messages of the commune wait behind."""
LONGEST = 4096


class Unanswered(Exception):
    """No answer came; `args[0]` says why, as a code."""


async def send(address: str, headers: Mapping[str, str], body: bytes, *, local: bool) -> int:
    """Send a body and return the code of the answer; raises Unanswered.

    :param local: whether this very machine, and a way without TLS, are allowed: for a trial.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            addresses.require_written(address, local=local)
            url = httpx.URL(address)
            found = await resolved(url.host)
            addresses.require_open(found, local=local)
            return await _post(url, found[0], headers, body)
    except Refused as refusal:
        raise Unanswered(refusal.reason.removeprefix("webhook_")) from None
    except TimeoutError:
        raise Unanswered("too_slow") from None
    except httpx.HTTPError as error:
        is_unreached = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        raise Unanswered("unreachable" if is_unreached else "cut") from None
    except (OSError, UnicodeError, httpx.InvalidURL):
        raise Unanswered("unknown_host") from None


async def resolved(host: str) -> list[IPv4Address | IPv6Address]:
    """Return the addresses a host leads to, asked once."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    told = dict.fromkeys(str(where[0]).partition("%")[0] for *_, where in found)
    if not told:
        raise OSError("no address")
    return [ip_address(one) for one in told]


@traces.asks("webhook")
async def _post(
    url: httpx.URL, to: IPv4Address | IPv6Address, headers: Mapping[str, str], body: bytes
) -> int:
    pinned = url.copy_with(host=str(to))
    told = {**headers, "host": url.netloc.decode("ascii"), "content-type": "application/json"}
    # the certificate is asked of the name, though the connection goes to the number
    extensions = {"sni_hostname": url.host}
    async with (
        httpx.AsyncClient(
            timeout=PATIENCE, follow_redirects=False, trust_env=False, verify=trusted()
        ) as http,
        http.stream("POST", pinned, content=body, headers=told, extensions=extensions) as answer,
    ):
        # what it says besides its code is read for good manners only, and thrown away
        read = 0
        async for part in answer.aiter_raw(1024):
            read += len(part)
            if read >= LONGEST:
                break
    return answer.status_code
