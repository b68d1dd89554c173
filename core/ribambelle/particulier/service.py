"""One question to API Particulier: asked by the server, never by a browser, and never twice in a row.

It counts by token (twenty a second) and by machine (a thousand a minute), and silences for twelve
hours a machine that does not hear it: every commune and process of a machine takes its turn in one
file.
"""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
import structlog

from ribambelle import traces
from ribambelle.geocoding.pace import Pace
from ribambelle.openid.asking import LOOPBACK, trusted
from ribambelle.particulier import answers
from ribambelle.particulier.answers import Facts
from ribambelle.particulier.kinds import FRANCECONNECT, IDENTITY, KINDS
from ribambelle.particulier.refusals import Unanswered, reason
from ribambelle.tenants import Tenant

log = structlog.get_logger(__name__)
for name in ("httpx", "httpcore"):
    # both write the addresses they ask, and the civil status is in ours
    logging.getLogger(name).setLevel(logging.WARNING)
PATIENCE = 5.0
LONGEST = 256 * 1024
A_SECOND, BURST = 15, 4
"""At most nineteen in any second, and nine hundred and four in any minute."""
SILENCE = 60.0
LONGEST_SILENCE = 13 * 3600.0
NOTED = {"silent", "busy", "unreadable", "rights", "token", "recipient"}


class _Error(msgspec.Struct, frozen=True):
    code: str = ""


class _Errors(msgspec.Struct, frozen=True):
    errors: tuple[_Error, ...] = ()


def pace(tenant: Tenant) -> Pace:
    """Return the turn every commune of this machine takes."""
    file = tenant.platform.data / ".particulier"
    return Pace(file, a_second=A_SECOND, burst=BURST, longest=LONGEST_SILENCE)


async def by_identity(
    tenant: Tenant, kind: str, parameters: Sequence[tuple[str, str]]
) -> tuple[Facts, str]:
    """Ask about a civil status; return what is kept, and the number of the request."""
    return await _ask(tenant, kind, IDENTITY, tenant.settings.particulier.token, parameters)


async def by_franceconnect(tenant: Tenant, kind: str, access: str) -> tuple[Facts, str]:
    """Ask about whoever has just come back from FranceConnect; the token lives a minute."""
    return await _ask(tenant, kind, FRANCECONNECT, access, ())


async def _ask(
    tenant: Tenant, kind: str, way: str, bearer: str, parameters: Sequence[tuple[str, str]]
) -> tuple[Facts, str]:
    settings = tenant.settings.particulier
    given = [*parameters, ("recipient", settings.recipient)]
    request = secrets.token_hex(16)
    try:
        status, headers, body = await _get(
            tenant, KINDS[kind].endpoint(settings, way), given, bearer, request
        )
        request = _short(headers.get("x-request-id", "")) or request
        if status != 200:
            why, wait = reason(status, _code(body)), 0.0
            if why == "busy":
                wait = _seconds(headers.get("retry-after", ""))
                pace(tenant).rest(wait)
            raise Unanswered(why, request=request, wait=wait)
        try:
            return answers.facts(kind, body), request
        except (msgspec.MsgspecError, ValueError, OverflowError):
            raise Unanswered("unreadable", request=request) from None
    except Unanswered as error:
        if error.reason in NOTED:
            # never what was asked nor what was answered: both name somebody
            log.warning("particulier_unanswered", kind=kind, why=error.reason, request=request)
        raise


async def ping(tenant: Tenant) -> str:
    """Return what keeps this commune from asking, in French; nothing when all is well."""
    settings = tenant.settings.particulier
    address = f"{settings.address.rstrip('/')}/api/introspect"
    try:
        # the State's own address for it wants the token in the query: it is in no log of ours
        status, _, body = await _get(
            tenant, address, [("token", settings.token)], settings.token, secrets.token_hex(16)
        )
    except Unanswered:
        return f"{settings.address} ne répond pas"
    if status in (401, 403):
        return "le jeton est refusé ou expiré"
    if status != 200:
        return f"{settings.address} répond {status}"
    try:
        scopes = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        return f"{settings.address} répond ce que personne ne peut lire"
    told = scopes.get("data", scopes)
    given = told.get("scopes") if isinstance(told, dict) else None
    lacking = [
        kind
        for kind in settings.asks
        if isinstance(given, list) and KINDS[kind].scopes and KINDS[kind].scopes[0] not in given
    ]
    return f"le jeton n’ouvre pas « {lacking[0]} »" if lacking else ""


@traces.asks("api_particulier")
async def _get(
    tenant: Tenant, address: str, given: Sequence[tuple[str, str]], bearer: str, request: str
) -> tuple[int, httpx.Headers, bytes]:
    if not pace(tenant).take():
        raise Unanswered("busy", request=request, wait=SILENCE)
    headers = {"authorization": f"Bearer {bearer}", "x-request-id": request}
    body = b""
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(
                timeout=PATIENCE, follow_redirects=False, mounts=LOOPBACK, verify=trusted()
            ) as http,
            http.stream("GET", address, params=list(given), headers=headers) as answer,
        ):
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LONGEST:
                    raise Unanswered("unreadable", request=request)
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, UnicodeError):
        # its own words hold the address asked, and the civil status with it
        raise Unanswered("silent", request=request) from None
    return answer.status_code, answer.headers, body


def _code(body: bytes) -> str:
    try:
        told = msgspec.json.decode(body, type=_Errors)
    except msgspec.MsgspecError:
        return ""
    return told.errors[0].code if told.errors else ""


def _seconds(told: str) -> float:
    """Return how long to be silent: as told, a minute when it does not say.

    >>> _seconds("30"), _seconds("tomorrow"), _seconds("999999")
    (30.0, 60.0, 46800.0)
    """
    return min(LONGEST_SILENCE, max(1.0, float(told))) if told.isdecimal() else SILENCE


def _short(text: str) -> str:
    return "".join(one for one in text[:80] if one.isalnum() or one in "-_.")
