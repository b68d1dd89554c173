"""The journal of every act in a commune: append-only, each line sealed to the one before."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import msgspec

from ribambelle import tenants
from ribambelle.database import locks, transaction
from ribambelle.identity.person import API, Behalf
from ribambelle.workflow.tables import JournalLine, JournalStart

FIRST = "0" * 64
__all__ = [
    "API",
    "BEHALF",
    "FIRST",
    "WRITTEN",
    "broken_at",
    "end",
    "for_nobody",
    "is_lost",
    "record",
    "seal",
    "was_done",
]
BEHALF: ContextVar[Behalf | None] = ContextVar("behalf", default=None)
"""Who acts for a family in this request, staff or program: no act of theirs can be taken for its own."""
WRITTEN: ContextVar[list[str] | None] = ContextVar("written", default=None)
"""The acts written so far in this request, when somebody wants to know that one was."""


@contextmanager
def for_nobody() -> Iterator[None]:
    """Act in nobody's name: what follows from an act for one family is not done for another."""
    before = BEHALF.set(None)
    try:
        yield
    finally:
        BEHALF.reset(before)


async def record(
    act: str,
    about: str,
    *,
    account: int | None = None,
    side: str = "clock",
    read_only: bool = False,
    **facts: Any,
) -> None:
    """Write one line, in the current transaction: the act and its line are kept or lost together.

    :param about: what the act is about, as ``creche.application:12``.
    :param facts: codes and ids, never narrative and never more than the act needs.
    """
    if behalf := BEHALF.get():
        by = {"token": behalf.token} if behalf.token else {"errand": behalf.errand}
        facts |= {**by, "family": account}
        account, side = behalf.author
    async with transaction():
        await locks.advisory("journal")
        before = await end()
        line = JournalLine(
            number=before["number"] + 1,
            at=tenants.current().now(),
            account=account,
            side=side,
            act=act,
            object=about,
            facts=msgspec.json.encode(facts, order="sorted").decode(),
            read_only=read_only,
            previous=before["digest"],
        )
        line.digest = seal(line)
        await JournalLine.insert(line)
    if (written := WRITTEN.get()) is not None and not read_only:
        written.append(act)


def seal(line: JournalLine) -> str:
    """Return the digest of a line and of all before it."""
    parts = (
        line.number,
        line.at.astimezone(UTC).isoformat(),
        line.account,
        line.side,
        line.act,
        line.object,
        line.facts,
        bool(line.read_only),
        line.previous,
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


async def start() -> dict[str, Any]:
    """Return what the first line follows: the seal of the last one removed past its term, if any."""
    found = (
        await JournalStart.select(JournalStart.number, JournalStart.digest)
        .order_by(JournalStart.number, ascending=False)
        .first()
    )
    return found or {"number": 0, "digest": FIRST}


async def end() -> dict[str, Any]:
    """Return the number and the seal of the last line: what the next one follows."""
    last = (
        await JournalLine.select(JournalLine.number, JournalLine.digest)
        .order_by(JournalLine.number, ascending=False)
        .first()
    )
    return last or await start()


async def is_lost(number: int, digest: str) -> bool:
    """Tell whether a line whose seal was kept elsewhere is no longer there as it was.

    The lines alone do not tell that the last ones were removed: those that are left follow each
    other. A line removed past its term is not lost.
    """
    before = await start()
    if number <= before["number"]:
        return bool(number == before["number"] and digest != before["digest"])
    found = await JournalLine.select(JournalLine.digest).where(JournalLine.number == number).first()
    return found is None or bool(found["digest"] != digest)


async def was_done(act: str, *, up_to: int, since: datetime) -> bool:
    """Tell whether an act was written since a moment, no further than a line."""
    return await JournalLine.exists().where(
        (JournalLine.act == act) & (JournalLine.number <= up_to) & (JournalLine.at >= since)
    )


async def broken_at() -> int | None:
    """Return the number of the first line that does not follow from the one before, if any."""
    before = await start()
    previous, expected = str(before["digest"]), int(before["number"]) + 1
    while lines := await _after(expected - 1):
        for line in lines:
            if line.number != expected or line.previous != previous or seal(line) != line.digest:
                return expected
            previous, expected = line.digest, expected + 1
    return None


async def _after(number: int, size: int = 1000) -> list[JournalLine]:
    return (
        await JournalLine.objects()
        .where(JournalLine.number > number)
        .order_by(JournalLine.number)
        .limit(size)
    )
