"""Asking a provider: its addresses, its keys, who somebody is; short waits, no redirection."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import httpx
import msgspec

from ribambelle import tenants, traces
from ribambelle.errors import RibambelleError
from ribambelle.openid import answers
from ribambelle.openid.answers import Rejected
from ribambelle.openid.provider import Provider

PATIENCE = 5.0
LONGEST = 128 * 1024
KEPT_FOR = 3600.0
AGAIN_AFTER = 10.0
"""Seconds between two looks for a key nobody has seen: strangers must not make us ask on and on."""
LOOPBACK = dict.fromkeys(("all://127.0.0.1", "all://localhost", "all://[::1]"))
"""Addresses never asked through a proxy: the stand-in's."""


class Unreachable(RibambelleError):
    """The provider does not answer, or says what nobody can read."""


class Addresses(msgspec.Struct, frozen=True):
    """Where a provider answers, as it says itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    id_token_signing_alg_values_supported: tuple[str, ...] = ()


class _Tokens(msgspec.Struct, frozen=True):
    access_token: str
    id_token: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What may be believed of somebody: who signed, what is told of them, the proof for later."""

    identity: dict[str, Any]
    told: dict[str, Any]
    token: str
    access: str = field(default="", repr=False)
    """What opens the State's data for a minute: used at once or not at all, and kept nowhere."""


_addresses: dict[tuple[str, str], tuple[float, Addresses]] = {}
_keys: dict[tuple[str, str], tuple[float, Any]] = {}
_looked_again: dict[tuple[str, str], float] = {}


async def addresses(provider: Provider) -> Addresses:
    """Return where a provider answers, asked once an hour."""
    key = (tenants.current().slug, provider.issuer)
    known = _addresses.get(key)
    if known and time.monotonic() - known[0] < KEPT_FOR:
        return known[1]
    body = await _get(f"{provider.issuer}/.well-known/openid-configuration")
    try:
        found = msgspec.json.decode(body, type=Addresses)
    except msgspec.MsgspecError:
        raise Unreachable("discovery unreadable") from None
    if found.issuer.rstrip("/") != provider.issuer:
        raise Unreachable("another issuer answers")
    _addresses[key] = time.monotonic(), found
    return found


async def redeem(provider: Provider, code: str, nonce: str, now: datetime) -> Answered:
    """Return who came back with this code; raises Rejected, or Unreachable.

    :param nonce: the one this browser left with.
    """
    where = await addresses(provider)
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.back,
        "client_id": provider.client,
        "client_secret": provider.secret,
    }
    try:
        tokens = msgspec.json.decode(await _post(where.token_endpoint, asked), type=_Tokens)
    except msgspec.MsgspecError:
        raise Unreachable("tokens unreadable") from None
    identity = await believed(provider, where, tokens.id_token)
    answers.require(identity, provider, now)
    answers.require_mine(identity, nonce)
    told = await believed(
        provider,
        where,
        (
            await _get(where.userinfo_endpoint, {"authorization": f"Bearer {tokens.access_token}"})
        ).decode("ascii", "replace"),
    )
    # some answers of userinfo bear no end: they have just been asked for
    answers.require({"exp": now.timestamp() + 1, **told}, provider, now)
    answers.require_same(identity, told)
    return Answered(identity, told, tokens.id_token, tokens.access_token)


async def believed(provider: Provider, where: Addresses, token: str) -> dict[str, Any]:
    """Return what a token says, once its signature is the provider's, made as it declared."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    header = _header(token)
    if header.get("alg") != provider.algorithm:
        raise Rejected("algorithm")
    try:
        key = await _key(provider, where, header)
        claims = jwt.decode(token, key, algorithms=[provider.algorithm]).claims
    except (JoseError, ValueError):
        raise Rejected("signature") from None
    return dict(claims)


def _header(token: str) -> Mapping[str, Any]:
    from joserfc.errors import JoseError
    from joserfc.jws import extract_compact

    try:
        return extract_compact(token.encode()).headers()
    except (JoseError, ValueError):
        raise Rejected("unreadable") from None


async def _key(provider: Provider, where: Addresses, header: Mapping[str, Any]) -> Any:
    """Return the key a token says it was signed with, looking again once for one just made."""
    from joserfc.jwk import OctKey

    if provider.algorithm == "HS256":
        return OctKey.import_key(provider.secret)
    for again in (False, True):
        keys = await _known_keys(where, again=again)
        named = [key for key in keys if not header.get("kid") or key.kid == header["kid"]]
        kind = "EC" if provider.algorithm == "ES256" else "RSA"
        fit = [key for key in named if key.key_type == kind]
        if len(fit) == 1:
            return fit[0]
    raise Rejected("key")


async def _known_keys(where: Addresses, *, again: bool) -> list[Any]:
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    key = (tenants.current().slug, where.jwks_uri)
    known, now = _keys.get(key), time.monotonic()
    if again and known and now - _looked_again.get(key, -AGAIN_AFTER) >= AGAIN_AFTER:
        _looked_again[key], known = now, None
    if known and now - known[0] < KEPT_FOR:
        return list(known[1])
    try:
        found = KeySet.import_key_set(msgspec.json.decode(await _get(where.jwks_uri))).keys
    except (JoseError, ValueError, TypeError, KeyError, msgspec.MsgspecError):
        raise Unreachable("keys unreadable") from None
    _keys[key] = time.monotonic(), found
    return list(found)


async def _get(address: str, headers: Mapping[str, str] | None = None) -> bytes:
    return await _asked("GET", address, headers=headers)


async def _post(address: str, form: Mapping[str, str]) -> bytes:
    return await _asked("POST", address, data=form)


@traces.asks("openid")
async def _asked(method: str, address: str, **given: Any) -> bytes:
    """Return the body of an answer, never a long one; what was asked is told to nobody."""
    body = b""
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(
                timeout=PATIENCE, follow_redirects=False, mounts=LOOPBACK, verify=trusted()
            ) as http,
            http.stream(method, address, **given) as answer,
        ):
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LONGEST:
                    raise Unreachable("too long")
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(type(error).__name__) from None
    if answer.status_code in (400, 401, 403):
        raise Rejected(f"status_{answer.status_code}")
    if answer.status_code != 200:
        raise Unreachable(f"status {answer.status_code}")
    return body


@cache
def trusted() -> Any:
    """Return the authorities an address is checked against, read once."""
    return httpx.create_ssl_context()
