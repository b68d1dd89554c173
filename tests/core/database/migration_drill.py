"""Stop the migrations of a package after each statement in turn, and let them finish.

    python migration_drill.py ADDRESS PACKAGE raise|exit|apart

Prints a line for each attempt: 0 when it was stopped, and what the database held in the end. The
last attempt is stopped nowhere, so its line is what all the others must say. With `apart`, a step
and its record are two transactions: the attempts must then disagree, or the drill proves nothing.
"""

import asyncio
import json
import os
import sys
from collections.abc import Coroutine, Sequence
from itertools import count
from typing import Any

import ribambelle.database.conf  # noqa: F401 - Piccolo would import it in every process
from ribambelle.clock import Clock
from ribambelle.database import Postgres, SQLite, TenantEngine, migrations, schema, template, using
from ribambelle.database.door import DOOR

run = TenantEngine.fetch


class Stopped(BaseException):
    """What stops a migration, when it is not the death of its process."""


def stop_after(last: int, how: str) -> None:
    """Make the engine stop after this many statements inside migration steps."""
    seen = 0

    async def fetch(self: TenantEngine, sql: str, args: Sequence[Any] = ()) -> list[Any]:
        nonlocal seen
        answer = await run(self, sql, args)
        seen += self.transaction_exists()
        if seen == last and how == "exit":
            os._exit(9)
        if seen == last:
            raise Stopped
        return answer

    TenantEngine.fetch = fetch  # type: ignore[method-assign]


async def taken_apart(step: migrations.Step, clock: Clock) -> bool:
    """Take a step as it must never be: kept, and only then said to be taken."""
    async with DOOR.reshaping():
        await migrations._apply(step)
    async with DOOR.transaction():
        said = {"app": step.app, "step": step.name, "digest": step.digest}
        await migrations.Migration.exists()
        await migrations.Migration.insert(migrations.Migration(**said, applied_at=clock()))
    return True


async def emptied(address: str) -> None:
    if "://" not in address:
        await template.drop(address)
        return
    engine = Postgres(address)
    await engine.fetch("DROP SCHEMA public CASCADE")
    await engine.fetch("CREATE SCHEMA public")
    await engine.aclose()


async def forward(address: str, package: str) -> None:
    engine = Postgres(address) if "://" in address else SQLite(address)
    try:
        with using(engine):
            await migrations.forward({"demo": package})
    finally:
        await engine.aclose()


async def told(address: str) -> str:
    """Say what matters afterwards: the shape, the rows, and that each step was taken once."""
    engine = Postgres(address) if "://" in address else SQLite(address)
    with using(engine):
        shape = schema.fingerprint(await schema.describe())
        rows = await engine.fetch("SELECT c.name, c.note, w.child FROM child c, wish w")
        steps = await engine.fetch("SELECT step FROM core_migration ORDER BY id")
    await engine.aclose()
    return f"{shape} {json.dumps([list(dict(row).values()) for row in [*rows, *steps]])}"


def in_a_process(*work: Coroutine[Any, Any, object]) -> int:
    """Run in a process of its own, forked before any thread or loop exists."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        for each in work:
            each.close()
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        for each in work:
            answer = asyncio.run(each)
            if answer is not None:
                sys.stdout.write(f"{answer}\n")
    except Stopped:
        os._exit(9)
    sys.stdout.flush()
    os._exit(0)


def drill(address: str, package: str, how: str) -> None:
    if how == "apart":
        migrations._take = taken_apart  # type: ignore[assignment]
    for last in count(1):
        in_a_process(emptied(address))
        stop_after(last, how)
        stopped = in_a_process(forward(address, package))
        TenantEngine.fetch = run  # type: ignore[method-assign]
        sys.stdout.write(f"{int(stopped == 0)} ")
        in_a_process(forward(address, package), told(address))
        if stopped == 0:
            return


if __name__ == "__main__":
    drill(*sys.argv[1:])
