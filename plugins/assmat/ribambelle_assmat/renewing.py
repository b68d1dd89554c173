"""A register nobody looks at, of the night or of a program: brought in by itself, or stopped and told.

That of the night only when it changed; none when too many would leave the directory or too many
lines are refused: one cut short must not empty it. What was stopped waits at the desk for somebody
who looks.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ribambelle import tenants
from ribambelle.database import advisory, transaction
from ribambelle.errors import Refused
from ribambelle.families.table_files import LARGEST
from ribambelle.workflow import journal
from ribambelle_assmat import registering
from ribambelle_assmat.domain import register as rule
from ribambelle_assmat.settings import Settings
from ribambelle_assmat.tables import RegisterFile

READ = ("new", "changed", "same", "refused")
"""What may become of a line."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a register: brought in, the same as before, or stopped and why."""

    counts: Mapping[str, int]
    stopped: str = ""
    is_same: bool = False
    number: int = 0
    refused: Sequence[tuple[int, str]] = ()


async def renew() -> None:
    """Bring in the register left for tonight, when there is one and it changed; a job."""
    tenant = tenants.current()
    name = tenant.of(Settings).register_file
    content = await asyncio.to_thread(_left, tenant.folder / name) if name else None
    if content is not None:
        await bring(content, tenant.now(), source="night")


def _left(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


async def bring(content: bytes, now: datetime, *, source: str, dry_run: bool = False) -> Brought:
    """Bring a whole register in, unless it is the last one again, or looks cut short."""
    digest = hashlib.sha256(content).hexdigest()
    if await _is_last(digest):
        return Brought({}, is_same=True)
    try:
        if len(content) > LARGEST:
            raise Refused("too_big")
        async with transaction():
            number = await registering.keep(content, now, by=None, source=source, digest=digest)
            return await _decide(number, now, dry_run=dry_run)
    except _DryRun as dry:
        return dry.brought
    except Refused as refusal:
        if not dry_run:
            await _unreadable(refusal.reason, now, source, digest)
        return Brought({}, "unreadable")


async def bring_rows(
    rows: Sequence[Mapping[str, str]], now: datetime, *, dry_run: bool = False
) -> Brought:
    """Bring in the whole register a program sends, unless it looks cut short."""
    try:
        async with transaction():
            number = await registering.keep_rows(rows, now)
            return await _decide(number, now, dry_run=dry_run)
    except _DryRun as dry:
        return dry.brought


async def _decide(number: int, now: datetime, *, dry_run: bool) -> Brought:
    # what is counted here is what is written: no other register comes between
    await advisory("assmat.register")
    seen = await registering.seen(number)
    read = sum(seen.counts.get(one, 0) for one in READ)
    why = "columns" if seen.missing else rule.stops(seen.counts, read)
    brought = Brought(seen.counts, why, number=number, refused=seen.refused)
    if dry_run:
        raise _DryRun(brought)
    if why:
        await _stop(number, why)
    else:
        await registering.bring_in(number, now, by=None)
    return brought


class _DryRun(Exception):
    """Undoes what was written to be looked at."""

    def __init__(self, brought: Brought) -> None:
        self.brought = brought


async def _is_last(digest: str) -> bool:
    row = (
        await RegisterFile.select(RegisterFile.digest)
        .where(RegisterFile.digest != "")
        .order_by(RegisterFile.id, ascending=False)
        .first()
    )
    return row is not None and row["digest"] == digest


async def _stop(number: int, why: str) -> None:
    await RegisterFile.update({RegisterFile.stopped: why}).where(RegisterFile.id == number)
    await journal.record(
        "assmat.register_stopped",
        f"assmat.register:{number}",
        account=None,
        side="command",
        why=why,
    )


async def _unreadable(reason: str, now: datetime, source: str, digest: str) -> None:
    async with transaction():
        row = RegisterFile(created_at=now, source=source, digest=digest, stopped="unreadable")
        number = int((await RegisterFile.insert(row).returning(RegisterFile.id))[0]["id"])
        await journal.record(
            "assmat.register_stopped",
            f"assmat.register:{number}",
            account=None,
            side="command",
            why=reason,
        )
