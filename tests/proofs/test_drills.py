"""Twenty restorations tried while people write: each holds what the living base said then."""

import asyncio
from datetime import timedelta

import pytest
from tests.core.documents.builders import a_document

from ribambelle.backups import drill, snapshots
from ribambelle.testing import Communes, FrozenClock, Town
from ribambelle.workflow import journal

pytestmark = pytest.mark.slow
DRILLS = 20


async def written(town: Town, done: asyncio.Event) -> int:
    """Write lines of the journal and papers until told to stop; return how many."""
    many = 0
    while not done.is_set():
        with town.here():
            await journal.record("tenant.changed", f"tenant:{many}")
            if many % 50 == 0:
                await a_document(f"papier {many}".encode())
        many += 1
        await asyncio.sleep(0.005)
    return many


async def test_twenty_drills_under_writers_find_no_difference(
    communes: Communes, clock: FrozenClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    town, copies = communes.alpha, tmp_path_factory.mktemp("copies")
    file = town.app.platform.folder / "alpha.toml"
    file.write_text(f'{file.read_text()}\n[backup]\nfolder = "{copies}"\nkey = "{"ab" * 32}"\n')
    done = asyncio.Event()
    writing = asyncio.create_task(written(town, done))

    place = snapshots.depot_of(town.tenant)
    found = []
    for _ in range(DRILLS):
        found.append(await drill.drill(town.tenant, place))
        clock.set(clock() + timedelta(minutes=5))
    done.set()

    assert await writing > DRILLS
    assert [one.problem for one in found] == [""] * DRILLS
    assert found[-1].rows > found[0].rows
