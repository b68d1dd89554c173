"""What does a sealed copy cost, and what could a lost machine take away?

Run: ``python benchmarks/backups.py``. A commune with messages in numbers and papers is copied once
whole, then again after ten of them changed; then a copy is put back elsewhere and compared. The
aim: five minutes of work lost at most (four between two copies, one for the copy itself).
"""

import asyncio
import base64
import os
import resource
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from ribambelle.backups import drill, snapshots
from ribambelle.backups.depot import Depot
from ribambelle.database.names import renamed
from ribambelle.messages.tables import Message
from ribambelle.tenants import Platform, Tenant
from ribambelle.tenants.creation import NewTenant, create
from ribambelle.testing.postgres import NoServer, start_server, stop

MESSAGES, PAPERS, AT_ONCE = 40_000, 3_000, 500
NOW = datetime(2026, 11, 25, tzinfo=UTC)


async def filled(commune: Tenant) -> None:
    """Give the commune messages and papers."""
    with commune.here():
        for _ in range(0, MESSAGES, AT_ONCE):
            await Message.insert(*[a_message() for _ in range(AT_ONCE)])
    for number in range(PAPERS):
        place = commune.folder / "documents" / f"{number % 256:02x}" / f"{number:032x}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(os.urandom(200_000))


def a_message() -> Message:
    """Return a message as long as those that families receive."""
    return Message(
        kind="told",
        recipient="famille@exemple.test",
        subject="Votre demande",
        text=base64.b64encode(os.urandom(1_500)).decode(),
        created_at=NOW,
    )


async def measured(name: str, folder: Path, server: str) -> None:
    """Copy, copy again, try out; print what each cost."""
    platform = Platform(folder / "tenants", folder / "data")
    url = renamed(server, "copied") if server else ""
    commune = await create(
        platform, NewTenant("nantes", ("nantes.localhost",), "44109", plugins=(), database=url)
    )
    await filled(commune)
    place = Depot(folder / "copies", "nantes", "ab" * 32)
    print(f"\n{name}: {MESSAGES:,} messages, {PAPERS:,} papers, {size(commune.folder):.0f} MB")
    for what in ("First copy", "Nothing written since", "Ten rows changed"):
        before, cpu, began = size(place.folder), time.process_time(), time.perf_counter()
        if what == "Ten rows changed":
            with commune.here():
                await Message.update({Message.text: "Autre"}).where(Message.id <= 10)
        await snapshots.take(commune, place)
        spent = time.perf_counter() - began
        told(what, spent, time.process_time() - cpu, size(place.folder) - before)
    cpu, began = time.process_time(), time.perf_counter()
    found = await drill.drill(commune, place)
    told(f"Drill, {found.rows:,} rows", time.perf_counter() - began, time.process_time() - cpu, 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"  most memory held {peak:.0f} MB")
    await platform.aclose()


def told(what: str, spent: float, cpu: float, written: float) -> None:
    """Print one line of the report."""
    print(f"  {what:28} {spent:6.1f} s, of CPU {cpu:5.1f} s, written {written:7.1f} MB")


def size(folder: Path) -> float:
    """Return what a folder weighs, in MB."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def main() -> None:
    """Measure on files, then on a server of our own."""
    folder = Path(tempfile.mkdtemp(prefix="ribambelle-backups-"))
    try:
        asyncio.run(measured("SQLite", folder / "files", ""))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="ribambelle-pg-"))
    try:
        server = start_server(folder)
    except NoServer as reason:
        print(f"\nPostgreSQL: not measured, {reason}")
        return
    try:
        asyncio.run(measured("PostgreSQL", folder / "files", server))
    finally:
        stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
