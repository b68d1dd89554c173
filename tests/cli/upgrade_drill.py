"""Kill the upgrade of two communes after each thing it does in turn, and run it again.

    python upgrade_drill.py PLACE PACKAGE kept|forgotten [SERVER]

Prints a line for each attempt: 0 when it was killed, and what the communes held in the end. The
last attempt is killed nowhere, so its line is what all the others must say. With `forgotten`, the
rerun does not know what the killed run had noted: the attempts must then disagree.
"""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Callable, Coroutine
from itertools import count
from pathlib import Path
from typing import Any

from tests.cli import upgrades
from tests.cli.upgrades import BAD, GOOD

import ribambelle.database.conf  # noqa: F401 - Piccolo would import it in every process
from ribambelle.backups import snapshots, state
from ribambelle.database import migrations, returning, template
from ribambelle.tenants import Platform, papers  # noqa: F401 - read before anything forks
from ribambelle.tenants.tenant import FREEZE
from ribambelle.upgrading import waves
from ribambelle.workflow.tables import JournalLine
from ribambelle_cli.logs import quiet

FLEET = {"alba": GOOD, "brec": BAD}


def kill_after(last: int) -> None:
    """Die after so many of the things that stay done."""
    seen = 0

    def counted(work: Callable[..., Any]) -> Callable[..., Any]:
        def tick() -> None:
            nonlocal seen
            seen += 1
            if seen == last:
                os._exit(9)

        if asyncio.iscoroutinefunction(work):

            async def later(*given: Any, **named: Any) -> Any:
                answer = await work(*given, **named)
                tick()
                return answer

            return later

        def now(*given: Any, **named: Any) -> Any:
            answer = work(*given, **named)
            tick()
            return answer

        return now

    state.note = counted(state.note)
    migrations._take = counted(migrations._take)
    snapshots.take = counted(snapshots.take)
    returning.put_back = counted(returning.put_back)


async def made(place: Path, packages: Path, name: str, server: str) -> None:
    communes = upgrades.platform_of(place, packages, name)
    for slug in communes.slugs():
        if url := communes.tenant(slug).settings.database.url:
            await template.drop(url)
    for part in ("tenants", "data", "copies"):
        shutil.rmtree(place / part, ignore_errors=True)
    communes = upgrades.platform_of(place, packages, name)
    await upgrades.brought_up(communes, FLEET, place / "copies", server)


async def gone_through(place: Path, packages: Path, name: str, forgets: bool = False) -> None:
    communes = upgrades.platform_of(place, packages, name)
    if forgets:
        for slug in FLEET:
            (communes.data / slug / state.UPGRADE).unlink(missing_ok=True)
            (communes.data / slug / FREEZE).unlink(missing_ok=True)
    try:
        found = await waves.ahead(communes)
        order = waves.ordered(list(found.steps), next(iter(found.steps), ""), 1)
        async for _ in waves.run(order, upgrades.one_of(communes), go_on=True):
            pass
    finally:
        await communes.aclose()


async def told(place: Path, packages: Path, name: str) -> str:
    communes = upgrades.platform_of(place, packages, name)
    said: dict[str, Any] = {}
    for slug in FLEET:
        commune = communes.tenant(slug)
        with commune.here():
            lines = await JournalLine.count().where(JournalLine.act == "tenant.upgraded")
        known = state.upgrade(commune)
        said[slug] = [
            *(await upgrades.toys(commune), await upgrades.steps(commune)),
            *(lines, commune.is_frozen, known and known.stage),
        ]
    await communes.aclose()
    return json.dumps(said)


def in_a_process(*work: Coroutine[Any, Any, object]) -> int:
    """Run in a process of its own, forked before any thread or loop exists."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        for each in work:
            each.close()
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for each in work:
        answer = asyncio.run(each)
        if answer is not None:
            sys.stdout.write(f"{answer}\n")
    sys.stdout.flush()
    os._exit(0)


def drill(place: Path, name: str, how: str, server: str = "") -> None:
    packages = place / "packages"
    kept = (state.note, migrations._take, snapshots.take, returning.put_back)
    for last in count(1):
        for file in upgrades.STEPS:
            (packages / name / "migrations" / file).unlink(missing_ok=True)
        in_a_process(made(place, packages, name, server))
        upgrades.new_version(packages, name)
        kill_after(last)
        killed = in_a_process(gone_through(place, packages, name))
        state.note, migrations._take, snapshots.take, returning.put_back = kept
        sys.stdout.write(f"{int(killed == 0)} ")
        again = gone_through(place, packages, name, how == "forgotten")
        in_a_process(again, told(place, packages, name))
        if killed == 0:
            return


if __name__ == "__main__":
    quiet()
    drill(Path(sys.argv[1]), *sys.argv[2:])
