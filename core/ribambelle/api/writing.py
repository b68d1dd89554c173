"""A request sent twice is done once: its answer is kept a day, with the change it tells of."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from ribambelle.api.answering import said
from ribambelle.api.tables import ApiAnswer
from ribambelle.database import Prepared, transaction
from ribambelle.errors import RibambelleError
from ribambelle.web.visit import visit

T = TypeVar("T")
Keep = Callable[[T], Awaitable[None]]
KEPT = timedelta(hours=24)
LONGEST = 200
HEADER = "idempotency-key"
WRITE = """
INSERT INTO core_api_answer (token, key, asked, status, body, at) VALUES ({}, {}, {}, 200, {}, {})
ON CONFLICT (token, key) DO UPDATE SET asked = excluded.asked, body = excluded.body,
  at = excluded.at WHERE core_api_answer.at <= {} RETURNING id
"""


class KeyNeeded(RibambelleError):
    """A write without its Idempotency-Key."""


class KeyReused(RibambelleError):
    """The same Idempotency-Key for another request."""


class _Meanwhile(Exception):
    """The same request was answered while this one was being decided."""


KNOWN = Prepared(
    lambda given: (
        ApiAnswer.select(ApiAnswer.asked, ApiAnswer.body)
        .where(
            (ApiAnswer.token == given.token)
            & (ApiAnswer.key == given.key)
            & (ApiAnswer.at > given.since)
        )
        .limit(1)
    )
)
WRITTEN = Prepared(
    lambda given: ApiAnswer.raw(
        WRITE, given.token, given.key, given.asked, given.body, given.now, given.since
    )
)


async def once(
    request: Request[Any, Any, Any], work: Callable[[Keep[T]], Awaitable[T]]
) -> Response[bytes]:
    """Do a program's write once, whatever the times it is sent.

    :param work: does it and returns its answer; in the transaction of the change it awaits the
        function it is given with that answer, so that both are kept or lost together.
    """
    seen = visit(request)
    assert seen.token is not None  # the guard of every write asks for one
    token, now, key = seen.token.token, seen.tenant.now(), _key(request)
    asked = _digest(request.method.encode(), request.url.path.encode(), await request.body())
    if found := await _kept(token, key, asked, now):
        return found
    kept: list[bytes] = []

    async def keep(answer: T) -> None:
        text = msgspec.json.encode(answer)
        await _write(token, key, asked, text, now)
        kept.append(text)

    try:
        answer = await work(keep)
        if not kept:  # nothing had to change
            async with transaction():
                await keep(answer)
    except _Meanwhile:
        found = await _kept(token, key, asked, now)
        if found is None:
            raise
        return found
    return said(kept[0])


def _key(request: Request[Any, Any, Any]) -> str:
    given = request.headers.get(HEADER, "").strip()
    if not given or len(given) > LONGEST:
        raise KeyNeeded
    return _digest(given.encode())


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


async def _write(token: int, key: str, asked: str, text: bytes, now: datetime) -> None:
    """Keep an answer, in the open transaction; one a day old gives its place."""
    about = {"token": token, "key": key, "asked": asked, "body": text.decode()}
    written = await WRITTEN.ask(**about, now=now, since=now - KEPT)
    if not written:
        raise _Meanwhile


async def _kept(token: int, key: str, asked: str, now: datetime) -> Response[bytes] | None:
    """Return what the same request was answered; raises KeyReused when it was another."""
    rows = await KNOWN.ask(token=token, key=key, since=now - KEPT)
    found = rows[0] if rows else None
    if found is None:
        return None
    if found["asked"] != asked:
        raise KeyReused
    return said(found["body"].encode(), idempotency_replayed="true")


async def sweep(now: datetime) -> None:
    """Forget the answers that are a day old."""
    await ApiAnswer.delete().where(ApiAnswer.at <= now - KEPT)
