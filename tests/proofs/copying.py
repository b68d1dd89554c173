"""A worker whose copies are due so many times sooner: a program of its own, to be killed.

``python -m tests.proofs.copying tenants data epoch speed``: its jobs run by the machine's clock, its
copies by one that left it at `epoch` and runs `speed` times as fast.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ribambelle.backups import schedule
from ribambelle.clock import Clock
from ribambelle.jobs import worker
from ribambelle.tenants import Platform

ROOT = Path(__file__).parents[2]
LOOK = timedelta(seconds=0.05)


def hurried(epoch: datetime, speed: float) -> Clock:
    """Return a clock that left the machine's at a moment, and runs so many times as fast."""
    return lambda: epoch + (datetime.now(UTC) - epoch) * speed


async def worked(tenants: Path, data: Path, clock: Clock) -> None:
    """Run what is due and take the copies that are, until killed."""
    platform = Platform(tenants, data)
    copied = Platform(tenants, data, plugins=platform.plugins, clock=clock)
    async with asyncio.TaskGroup() as both:
        both.create_task(worker.work(platform))
        both.create_task(schedule.keep(copied, LOOK))


@contextmanager
def copying(folder: Path, epoch: datetime, speed: float) -> Iterator["subprocess.Popen[bytes]"]:
    """Start that worker beside the portal of these communes."""
    words = [str(folder), str(folder / "data"), epoch.isoformat(), str(speed)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.proofs.copying", *words],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    tenants_, data_, epoch_, speed_ = sys.argv[1:]
    asyncio.run(
        worked(Path(tenants_), Path(data_), hurried(datetime.fromisoformat(epoch_), float(speed_)))
    )
