"""Handing an SMS to OVHcloud, as its documentation describes: not verified with the provider.

https://docs.ovh.com/fr/sms/api_sms_cookbook/ (sending, following by tag) and
https://docs.ovh.com/gb/en/api/first-steps-with-ovh-api/ (signature).
"""

import hashlib
import json
from typing import Any
from urllib.parse import quote

import httpx

from ribambelle import traces
from ribambelle.tenants.settings import Sms

API = "https://eu.api.ovh.com/1.0"
SECONDS = 15
LONGEST_ANSWER = 100_000
Transport = httpx.AsyncBaseTransport


class SmsNotTaken(Exception):
    """The provider did not take the SMS; its answer is told, never the number nor the text."""


class NumberRefused(SmsNotTaken):
    """The provider takes nothing for this number: asking again is no use."""


def signature(settings: Sms, method: str, url: str, body: str, at: int) -> str:
    """Return the seal of a request: what only the holder of the two secrets can make.

    >>> keys = Sms(application_secret="AS", consumer_key="CK")
    >>> signature(keys, "GET", "https://eu.api.ovh.com/1.0/sms", "", 1700000000)
    '$1$e4cf951f3f892e400d2e14914890a3901c7f42b4'
    """
    parts = (settings.application_secret, settings.consumer_key, method, url, body, str(at))
    return "$1$" + hashlib.sha1("+".join(parts).encode(), usedforsecurity=False).hexdigest()


async def send(
    settings: Sms,
    number: str,
    text: str,
    *,
    tag: str,
    at: int,
    is_again: bool,
    transport: Transport | None = None,
) -> None:
    """Send one SMS. `tag` names it: asked again after an answer that was lost, it is not sent twice."""
    service = f"{API}/sms/{quote(settings.service, safe='')}"
    async with httpx.AsyncClient(
        transport=transport, timeout=SECONDS, follow_redirects=False
    ) as client:
        if is_again:
            url = f"{service}/outgoing?tag={quote(tag, safe='')}"
            if await _asked(client, settings, "GET", url, "", at):
                return
        told = {
            "message": text,
            "receivers": [number],
            "noStopClause": True,  # a public service writes nothing commercial
            "priority": "high",
            "charset": "UTF-8",
            "tag": tag,
            **({"sender": settings.sender} if settings.sender else {"senderForResponse": True}),
        }
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        answer = await _asked(client, settings, "POST", f"{service}/jobs", body, at)
    if not isinstance(answer, dict) or not answer.get("validReceivers"):
        raise NumberRefused("the number was refused")


@traces.asks("sms")
async def _asked(
    client: httpx.AsyncClient, settings: Sms, method: str, url: str, body: str, at: int
) -> Any:
    headers = {
        "content-type": "application/json; charset=utf-8",
        "x-ovh-application": settings.application_key,
        "x-ovh-consumer": settings.consumer_key,
        "x-ovh-timestamp": str(at),
        "x-ovh-signature": signature(settings, method, url, body, at),
    }
    try:
        answer = await client.request(method, url, content=body.encode() or None, headers=headers)
    except httpx.HTTPError as error:
        # its own words may hold the address asked, and so the tag
        raise SmsNotTaken(type(error).__name__) from None
    if answer.status_code != 200 or len(answer.content) > LONGEST_ANSWER:
        raise SmsNotTaken(f"answer {answer.status_code}")
    try:
        return answer.json()
    except ValueError:
        raise SmsNotTaken("an answer that is not JSON") from None
