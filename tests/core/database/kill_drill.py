"""Kill a writing process many times; no acknowledged row may be missing afterwards.

    python kill_drill.py FOLDER TIMES [early]

Prints what was found, and ends with an error when a promise is broken. With `early`, a row is said
to be kept before it is: the drill must then end with an error, or it proves nothing.
"""

import asyncio
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2

from ribambelle.database import SQLite, transaction, using

COUPLE = "CREATE TABLE IF NOT EXISTS couple (number INTEGER, side TEXT)"


async def write(file: str, first: int, early: bool) -> None:
    """Write couples of rows for ever, and say each number once it is kept."""
    engine = SQLite(file)
    with using(engine):
        await engine.fetch(COUPLE)
        number = first
        while True:
            async with transaction():
                await engine.fetch("INSERT INTO couple VALUES (?, 'left')", [number])
                await engine.fetch("INSERT INTO couple VALUES (?, 'right')", [number])
                if early:
                    say(number)
                    await asyncio.sleep(0.05)
            if not early:
                say(number)
            number += 1


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def acknowledged_before_death(file: Path, first: int, *how: str) -> list[int]:
    """Start a writer, kill it without warning, and return the numbers it said were kept."""
    writer = subprocess.Popen(
        [sys.executable, __file__, "write", str(file), str(first), *how],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    said = [int(writer.stdout.readline())]  # it has begun
    time.sleep(random.uniform(0.05, 0.4))
    writer.send_signal(signal.SIGKILL)
    said += [int(line) for line in writer.communicate()[0].splitlines()]
    return said


def check(file: Path, acknowledged: set[int]) -> int:
    """Return how many couples are stored; raise when one is lost, halved or the file damaged."""
    with closing(dbapi2.connect(str(file))) as database:
        ((verdict,),) = database.execute("PRAGMA integrity_check").fetchall()
        sides = database.execute("SELECT number, count(*) FROM couple GROUP BY number").fetchall()
    assert verdict == "ok", verdict
    assert all(count == 2 for _, count in sides), "a transaction was kept by half"
    lost = acknowledged - {number for number, _ in sides}
    assert not lost, f"acknowledged and lost: {sorted(lost)[:10]}"
    return len(sides)


def drill(folder: Path, times: int, *how: str) -> None:
    file, acknowledged, stored = folder / "drill.sqlite", set[int](), 0
    for _ in range(times):
        first = len(acknowledged) * 2 + stored
        acknowledged.update(acknowledged_before_death(file, first, *how))
        stored = check(file, acknowledged)
    told = f"{times} kills, {len(acknowledged)} acknowledged, {stored} stored, 0 lost\n"
    sys.stdout.write(told)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        asyncio.run(write(sys.argv[2], int(sys.argv[3]), "early" in sys.argv))
    else:
        drill(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
